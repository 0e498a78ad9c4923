package org.distrifs.proto.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.distrifs.proto.frame.DataRequest;

/**
 * One listener, as a transport knows it: a connection for each lane in use, and how many bytes wait
 * to be sent to it. Any thread.
 *
 * <p>Lane 0 carries everything but WRITEs. Lane {@code p + 1} carries the WRITEs to position {@code
 * p} of a chain. So a WRITE waits only for lanes of higher numbers, and members cannot wait for
 * each other in a circle ({@code docs/data-plane.md}).
 */
final class Peer {
  /** The peer is not writable while more than these bytes wait to be sent. */
  static final int HIGH_MARK_BYTES = 8 << 20;

  /** Waiting senders are woken when no more than these bytes wait to be sent. */
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
   * Forgets a connection that is closed, so that the next request makes a new one. Synchronized
   * with {@link #connection}: if this ran before that method had stored the connection, a closed
   * one would stay for good.
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
    // All bytes may have been sent before this sender was added; then nothing would wake it.
    if (isWritable()) {
      wakeSenders();
    }
  }

  private void wakeSenders() {
    // Only senders that wait now: one that is woken may fill the peer and wait again at once.
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
