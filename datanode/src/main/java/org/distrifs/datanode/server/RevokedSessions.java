package org.distrifs.datanode.server;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * Sessions that are over, whose writes no head accepts any more. When every datanode has said so,
 * what they held may be given to others. Writes accepted before stay in front of the writes of
 * others. Any thread.
 */
final class RevokedSessions {

  /**
   * Sessions remembered. One that is forgotten, because so many ended after it, can write no more
   * either: its client has been told long since.
   */
  static final int MAX_SESSIONS = 65_536;

  private final Set<Long> sessions = Collections.newSetFromMap(BoundedMap.byAge(MAX_SESSIONS));

  /** Spares writes the lock as long as no session has expired. */
  private volatile boolean any;

  synchronized void add(Collection<Long> revoked) {
    sessions.addAll(revoked);
    any = !sessions.isEmpty();
  }

  /** Why a write of this session is not accepted, or {@code null}. */
  DataReply refusalOf(long sessionId) {
    if (!any) {
      return null;
    }
    synchronized (this) {
      return sessions.contains(sessionId)
          ? DataReply.failure(Status.SESSION_OVER, "session %016x is over".formatted(sessionId))
          : null;
    }
  }
}
