package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations that wait until a chunk has been cut: the truncation itself, whose answer is known but
 * not true yet, and mutations of the same file behind it. Bounded by the sessions' slots.
 */
final class CutWaits {

  private static final Logger LOG = LoggerFactory.getLogger(CutWaits.class);

  /**
   * One that waits.
   *
   * @param answer what to answer after the cut; null: to be tried again then
   * @param epoch of the cut that the answer waits for
   */
  private record Waiter(PendingOperation operation, OperationReply answer, long epoch) {}

  private final MasterState state;
  private final ChangeDriver changes;
  private final long boundMs;
  private final Map<Long, Deque<Waiter>> byInode = new HashMap<>();
  private int size;

  /**
   * @param boundMs after this long a waiting operation is answered with EIO
   */
  CutWaits(MasterState state, ChangeDriver changes, long boundMs) {
    this.state = state;
    this.changes = changes;
    this.boundMs = boundMs;
  }

  int size() {
    return size;
  }

  /** Keeps the answer of a truncation until its cut is committed. */
  void await(PendingOperation operation, OperationReply answer, PendingCut cut) {
    add(cut.inode(), new Waiter(operation, answer, cut.truncateEpoch()));
    changes.want(cut.chunkId());
  }

  /** Keeps a mutation that has to come after the cut of the inode. */
  void park(PendingOperation operation, long inode) {
    add(inode, new Waiter(operation, null, 0));
    state.pendingCut(inode).ifPresent(cut -> changes.want(cut.chunkId()));
  }

  private void add(long inode, Waiter waiter) {
    byInode.computeIfAbsent(inode, unused -> new ArrayDeque<>()).add(waiter);
    size++;
  }

  /** Lets those go on, in their order, whose cut is done. */
  void resolve(long inode, OperationSink sink) {
    Deque<Waiter> waiters = byInode.get(inode);
    if (waiters == null) {
      return;
    }
    Optional<PendingCut> pending = state.pendingCut(inode);
    List<Waiter> free = new ArrayList<>();
    waiters.removeIf(
        waiter -> {
          boolean goesOn = pending.isEmpty() || isDone(waiter, pending.get());
          return goesOn && free.add(waiter);
        });
    drop(inode, waiters, free.size());
    for (Waiter waiter : free) {
      if (waiter.answer() == null) {
        sink.again(waiter.operation());
      } else {
        sink.answer(waiter.operation(), waiter.answer());
      }
    }
  }

  private static boolean isDone(Waiter waiter, PendingCut pending) {
    return waiter.answer() != null && waiter.epoch() != pending.truncateEpoch();
  }

  private void drop(long inode, Deque<Waiter> waiters, int count) {
    size -= count;
    if (waiters.isEmpty()) {
      byInode.remove(inode);
    }
  }

  /** Answers those that have waited too long. */
  void tick(long nowNs, OperationSink sink) {
    long boundNs = TimeUnit.MILLISECONDS.toNanos(boundMs);
    for (long inode : List.copyOf(byInode.keySet())) {
      resolve(inode, sink);
      Deque<Waiter> waiters = byInode.get(inode);
      if (waiters == null) {
        continue;
      }
      List<Waiter> late = new ArrayList<>();
      waiters.removeIf(
          waiter -> nowNs - waiter.operation().arrivedNs() > boundNs && late.add(waiter));
      drop(inode, waiters, late.size());
      late.forEach(waiter -> giveUp(inode, waiter, sink));
    }
  }

  private void giveUp(long inode, Waiter waiter, OperationSink sink) {
    String waitedFor =
        state
            .pendingCut(inode)
            .map(cut -> "chunk " + cut.chunkId() + " to be cut: " + changes.waitsFor(cut.chunkId()))
            .orElse("a cut");
    LOG.warn(
        "{} on inode {} has waited {} ms for {}", waiter.operation(), inode, boundMs, waitedFor);
    sink.answer(
        waiter.operation(),
        Replies.failure(Errno.EIO, "waited %d ms for %s".formatted(boundMs, waitedFor)));
  }
}
