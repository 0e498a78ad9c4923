package org.distrifs.master.session;

import java.util.List;
import java.util.TreeMap;

/** The open sessions. */
public final class Sessions {

  /** Sessions open at one time at most. */
  public static final int MAX_SESSIONS = 65_536;

  /** Slots of a session at most. */
  public static final int MAX_SLOTS = 1024;

  private final TreeMap<Long, Session> byId = new TreeMap<>();

  /**
   * Opens a session, or finds it open with the same secret.
   *
   * @return null, or a sentence that says why it is refused
   */
  public String start(SessionInfo info) {
    Session existing = byId.get(info.id());
    if (existing != null) {
      return existing.info().secret() == info.secret()
          ? null
          : "session " + Long.toHexString(info.id()) + " belongs to another client";
    }
    if (info.id() == 0) {
      return "a session's id is not 0";
    }
    if (info.slots() < 1 || info.slots() > MAX_SLOTS) {
      return "a session has 1 to " + MAX_SLOTS + " slots, not " + info.slots();
    }
    if (byId.size() >= MAX_SESSIONS) {
      return "there are " + MAX_SESSIONS + " sessions already";
    }
    byId.put(info.id(), new Session(info));
    return null;
  }

  /** Ends a session; false if there is none of this id. */
  public boolean end(long id) {
    return byId.remove(id) != null;
  }

  /** An open session, or null. */
  public Session find(long id) {
    return byId.get(id);
  }

  public int count() {
    return byId.size();
  }

  /** All in the order of their ids. */
  public List<Session> all() {
    return List.copyOf(byId.values());
  }
}
