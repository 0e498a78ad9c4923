package org.distrifs.datanode.chain;

import java.util.Map;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * Remembers at the head which write of a session was refused. Those that the client had sent behind
 * it must be refused as well: accepted, they would overtake it when it is sent again.
 *
 * <p>A client learns of the refusal before the bound passes, and sends again in order; one that
 * gave the write up is not held off for longer.
 */
final class Refusals {
  static final int MAX_SESSIONS = 64;
  static final int HOLD_MS = 10_000;

  private record Refusal(long sequence, long untilMs, DataReply reply) {}

  private final Map<Long, Refusal> bySession = BoundedMap.byAge(MAX_SESSIONS);

  /** A write was refused for a reason that may pass. */
  void add(long sessionId, long sequence, DataReply reply, long nowMs) {
    Refusal earlier = bySession.get(sessionId);
    if (earlier != null && earlier.sequence() < sequence) {
      return;
    }
    bySession.put(sessionId, new Refusal(sequence, nowMs + HOLD_MS, reply));
  }

  /** What a write must be refused with because an earlier one was; {@code null} if it may pass. */
  DataReply check(long sessionId, long sequence, long nowMs) {
    Refusal refusal = bySession.get(sessionId);
    if (refusal == null) {
      return null;
    }
    if (sequence > refusal.sequence() && nowMs < refusal.untilMs()) {
      return refusal.reply();
    }
    bySession.remove(sessionId);
    return null;
  }

  void clear() {
    bySession.clear();
  }

  boolean isEmpty(long nowMs) {
    bySession.values().removeIf(refusal -> nowMs >= refusal.untilMs());
    return bySession.isEmpty();
  }
}
