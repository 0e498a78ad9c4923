package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import org.distrifs.master.session.SessionInfo;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.ReplyBatch;

/**
 * A client's session: the journal's part of it, the stream that serves it now if there is one, and
 * what it waits for. Operations go on when the stream breaks; their answers are for whichever
 * stream asks again.
 */
final class ClientSession {

  /** Operations of one message at most, and answers of one message. */
  static final int MAX_BATCH = 256;

  /** Bytes of answers in one message, as long as it has more than one. */
  static final int MAX_BATCH_BYTES = 1 << 20;

  private final SessionInfo info;
  private final PendingOperation[] inFlight;
  private final Deque<NumberedReply> outgoing = new ArrayDeque<>();
  private SessionStream stream;
  private long heardNs;
  private boolean ended;

  ClientSession(SessionInfo info, long nowNs) {
    this.info = info;
    this.inFlight = new PendingOperation[info.slots()];
    this.heardNs = nowNs;
  }

  SessionInfo info() {
    return info;
  }

  long id() {
    return info.id();
  }

  boolean isConnected() {
    return stream != null;
  }

  boolean isServedBy(SessionStream candidate) {
    return stream == candidate;
  }

  boolean isEnded() {
    return ended;
  }

  void heard(long nowNs) {
    heardNs = nowNs;
  }

  long silentNs(long nowNs) {
    return nowNs - heardNs;
  }

  /** Time that this process itself stood still does not count as silence. */
  void forgive(long pausedNs) {
    heardNs += pausedNs;
  }

  /** A stream serves this session from now on; one before it ends. */
  void attach(SessionStream newStream) {
    if (stream != null) {
      stream.complete();
    }
    outgoing.clear();
    stream = newStream;
  }

  void detach(SessionStream broken) {
    if (stream == broken) {
      stream = null;
      outgoing.clear();
    }
  }

  void end() {
    ended = true;
    stream = null;
    outgoing.clear();
  }

  boolean hasSlot(int slot) {
    return slot >= 0 && slot < inFlight.length;
  }

  /** What is under way on a slot, or null. */
  PendingOperation inFlight(int slot) {
    return inFlight[slot];
  }

  void begin(PendingOperation operation) {
    inFlight[operation.slot()] = operation;
  }

  /** The operation has its answer: its slot is free. */
  void finish(PendingOperation operation) {
    if (!hasSlot(operation.slot())) {
      return;
    }
    PendingOperation current = inFlight[operation.slot()];
    if (current != null && current.number() == operation.number()) {
      inFlight[operation.slot()] = null;
    }
  }

  /**
   * Takes an answer to be sent; without a stream it is dropped, and given again when the client
   * asks again.
   *
   * @return whether there is something to be flushed
   */
  boolean queue(NumberedReply reply) {
    if (stream == null) {
      return false;
    }
    if (outgoing.size() >= inFlight.length + MAX_BATCH) {
      // With one operation at a time on each slot there cannot be so many.
      stream.refuse("more operations were sent than the session has slots");
      detach(stream);
      return false;
    }
    outgoing.add(reply);
    return true;
  }

  /** Sends what is ready, as far as the stream takes it. */
  void flush(ServiceMetrics metrics) {
    while (stream != null && !outgoing.isEmpty() && stream.isReady()) {
      ReplyBatch.Builder batch = ReplyBatch.newBuilder();
      long bytes = 0;
      while (!outgoing.isEmpty() && batch.getRepliesCount() < MAX_BATCH) {
        bytes += outgoing.peek().getSerializedSize();
        if (bytes > MAX_BATCH_BYTES && batch.getRepliesCount() > 0) {
          break;
        }
        batch.addReplies(outgoing.poll());
      }
      metrics.sent(batch.getRepliesCount());
      stream.send(MasterMessage.newBuilder().setBatch(batch).build());
    }
  }

  void send(MasterMessage message) {
    if (stream != null) {
      stream.send(message);
    }
  }

  void complete() {
    if (stream != null) {
      stream.complete();
    }
  }

  @Override
  public String toString() {
    return "session " + HexFormat.of().toHexDigits(info.id()) + " of '" + info.clientName() + "'";
  }
}
