package org.distrifs.proto.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.distrifs.proto.frame.DataRequest;

/**
 * What a transport knows of one listener: a connection for each lane that is in use, and how much
 * waits to leave for it. Any thread.
 *
 * <p>Lane 0 carries everything but WRITEs; lane {@code p + 1} the WRITEs to position {@code p} of a
 * chain, so that a chain waits only for lanes of higher numbers and never for itself ({@code
 * docs/data-plane.md}).
 */
final class Peer {
  /** While more than this waits to leave, the peer is not writable; in bytes. */
  static final int HIGH_MARK_BYTES = 8 << 20;

  /** Waiting senders are woken when no more than this is left; in bytes. */
  static final int LOW_MARK_BYTES = 4 << 20;

  private static final int LANES = 1 + DataRequest.MAX_CHAIN_MEMBERS;

  private final PeerAddress address;
  private final AtomicReferenceArray<PeerConnection> lanes = new AtomicReferenceArray<>(LANES);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Queue<Runnable> senders = new ConcurrentLinkedQueue<>();

  Peer(PeerAddress address) {
    this.address = address;
  }

  PeerAddress address() {
    return address;
  }

  static int laneOf(DataRequest request) {
    return request instanceof DataRequest.Write write ? 1 + write.position() : 0;
  }

  /** The connection of a lane; a new one if there is none. */
  PeerConnection connection(int lane, IntFunction<PeerConnection> connect) {
    final PeerConnection present = lanes.get(lane);
    if (present != null) {
      return present;
    }
    synchronized (this) {
      final PeerConnection other = lanes.get(lane);
      if (other != null) {
        return other;
      }
      final PeerConnection fresh = connect.apply(lane);
      lanes.set(lane, fresh);
      return fresh;
    }
  }

  /**
   * A connection is closed: the next request makes a new one. Waits for {@link #connection}, which
   * may have begun it a moment ago: closed before it is set, it would stay for good.
   */
  synchronized void detach(PeerConnection connection) {
    lanes.compareAndSet(connection.lane(), connection, null);
  }

  boolean isUnused() {
    for (int lane = 0; lane < LANES; lane++) {
      if (lanes.get(lane) != null) {
        return false;
      }
    }
    return true;
  }

  void closeAll() {
    for (int lane = 0; lane < LANES; lane++) {
      final PeerConnection connection = lanes.get(lane);
      if (connection != null) {
        connection.close();
      }
    }
  }

  void enqueued(int bytes) {
    waitingBytes.addAndGet(bytes);
  }

  void left(int bytes) {
    if (waitingBytes.addAndGet(-bytes) <= LOW_MARK_BYTES) {
      wakeSenders();
    }
  }

  boolean isWritable() {
    return waitingBytes.get() < HIGH_MARK_BYTES;
  }

  void whenWritable(Runnable action) {
    if (isWritable()) {
      action.run();
      return;
    }
    senders.add(action);
    // What was waiting may have left between the two lines above, without seeing this sender.
    if (isWritable()) {
      wakeSenders();
    }
  }

  private void wakeSenders() {
    // Only those that are here now: a sender that fills the peer again may come back at once.
    final int count = senders.size();
    for (int i = 0; i < count; i++) {
      final Runnable sender = senders.poll();
      if (sender == null) {
        return;
      }
      sender.run();
    }
  }
}
