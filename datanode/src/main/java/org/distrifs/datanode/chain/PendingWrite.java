package org.distrifs.datanode.chain;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;

/** A write that was accepted and is not yet both applied here and acknowledged from behind. */
final class PendingWrite<T> {

  /** Requests that wait for one write: the first one and its repetitions. */
  static final int MAX_TICKETS = 8;

  final DataRequest.Write write;
  final List<T> tickets = new ArrayList<>(1);

  /** Those of the repetitions that ask for a sync, where {@link #write} asks for none. */
  final List<T> ticketsForSync = new ArrayList<>(0);

  boolean applied;
  boolean acknowledged;

  /** Why it is stuck, or {@code null}: the member behind failed, or this one did. */
  DataReply failure;

  /** How many attempts to send it on are not answered yet. */
  int attempts;

  /** The chain along which it was sent on last; {@code null} at the tail. */
  List<ChainHop> sentAlong;

  PendingWrite(DataRequest.Write write, T ticket) {
    this.write = write;
    tickets.add(ticket);
  }

  /** It came once more; false if it was sent too often. */
  boolean addTicket(T ticket, boolean sync) {
    if (tickets.size() + ticketsForSync.size() >= MAX_TICKETS) {
      return false;
    }
    (sync && !write.sync() ? ticketsForSync : tickets).add(ticket);
    return true;
  }

  /** It is being sent on along a chain. */
  void sentOn(List<ChainHop> chain) {
    attempts++;
    sentAlong = chain;
  }

  boolean isOf(DataRequest.Write other) {
    return write.sessionId() == other.sessionId() && write.sequence() == other.sequence();
  }

  boolean overlaps(int offset, int length) {
    return write.offset() < (long) offset + length
        && offset < (long) write.offset() + write.length();
  }

  boolean isComplete() {
    return applied && acknowledged;
  }
}
