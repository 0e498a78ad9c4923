package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.Recall;
import org.distrifs.proto.error.Errno;

/**
 * Sessions that wait for the append lease of a file, first come, first served; {@code
 * docs/append-leases.md} says why. As long as one waits, the holder is asked for it. Bounded by the
 * sessions' slots.
 */
final class AppendWaits {

  /** How often it is looked whether a lease became free by itself, and recalled once more. */
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long one waits before its client has to ask again. */
  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(10);

  /** One in so many slots of a session may wait here. */
  private static final int SHARE_OF_SLOTS = 4;

  private final MasterState state;
  private final LongFunction<ClientSession> sessions;
  private final Map<Long, Deque<PendingOperation>> byInode = new HashMap<>();
  private int size;
  private long lookedNs;

  /**
   * @param sessions the open session of an id, or null
   */
  AppendWaits(MasterState state, LongFunction<ClientSession> sessions) {
    this.state = state;
    this.sessions = sessions;
  }

  int size() {
    return size;
  }

  /** Keeps an acquisition until the lease is free, or has its client ask again. */
  void park(PendingOperation operation, long inode, OperationSink sink) {
    if (hasEnough(operation.session())) {
      askAgain(operation, inode, sink);
      return;
    }
    byInode.computeIfAbsent(inode, unused -> new ArrayDeque<>()).add(operation);
    size++;
    recall(inode);
  }

  /** Whether a session has so many waiting that it needs its other slots. */
  private boolean hasEnough(ClientSession session) {
    long waiting =
        byInode.values().stream()
            .flatMap(Deque::stream)
            .filter(waiter -> waiter.session() == session)
            .count();
    return waiting >= Math.max(1, session.info().slots() / SHARE_OF_SLOTS);
  }

  /** The lease of a file was given or released: the first who waits gets it, or it is recalled. */
  void moved(long inode, OperationSink sink) {
    Deque<PendingOperation> waiters = byInode.get(inode);
    if (waiters == null) {
      return;
    }
    if (state.mustWait(waiters.peek().session().id(), acquisition(waiters.peek()))) {
      recall(inode);
      return;
    }
    PendingOperation first = waiters.poll();
    dropped(inode, waiters, 1);
    sink.again(first);
  }

  private static AcquireAppend acquisition(PendingOperation operation) {
    return operation.operation().getAcquireAppend();
  }

  private void recall(long inode) {
    ClientSession holder = sessions.apply(state.appendLeaseHolder(inode));
    if (holder != null) {
      holder.send(
          MasterMessage.newBuilder().setRecall(Recall.newBuilder().setInode(inode)).build());
    }
  }

  private void dropped(long inode, Deque<PendingOperation> waiters, int count) {
    size -= count;
    if (waiters.isEmpty()) {
      byInode.remove(inode);
    }
  }

  void tick(long nowNs, OperationSink sink) {
    if (nowNs - lookedNs < INTERVAL_NS) {
      return;
    }
    lookedNs = nowNs;
    for (long inode : List.copyOf(byInode.keySet())) {
      Deque<PendingOperation> waiters = byInode.get(inode);
      int before = waiters.size();
      List<PendingOperation> late = new ArrayList<>();
      waiters.removeIf(waiter -> waiter.session().isEnded() || isLate(waiter, nowNs, late));
      dropped(inode, waiters, before - waiters.size());
      late.forEach(waiter -> askAgain(waiter, inode, sink));
      moved(inode, sink);
    }
  }

  private boolean isLate(PendingOperation waiter, long nowNs, List<PendingOperation> late) {
    return nowNs - waiter.arrivedNs() > WAIT_NS && late.add(waiter);
  }

  /** How long a client waits for the lease in all, it knows itself. */
  private void askAgain(PendingOperation waiter, long inode, OperationSink sink) {
    ClientSession holder = sessions.apply(state.appendLeaseHolder(inode));
    String waitsFor =
        holder == null ? "former writers to be refused everywhere" : holder.toString();
    sink.answer(waiter, Replies.failure(Errno.EAGAIN, "it waits for " + waitsFor));
  }
}
