package org.distrifs.master.session;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The sessions that expired last, or ended while they wrote, each under the txid of its end, by
 * which datanodes say up to where they refuse writes of such sessions.
 */
public final class Expiries {

  /** Remembered at most; the oldest are forgotten, when no client can be so late any more. */
  public static final int MAX_REMEMBERED = 16_384;

  private final TreeMap<Long, Long> sessionByTxid = new TreeMap<>();

  public void add(long txid, long sessionId) {
    sessionByTxid.put(txid, sessionId);
    if (sessionByTxid.size() > MAX_REMEMBERED) {
      sessionByTxid.pollFirstEntry();
    }
  }

  /** Number of the last one, 0 if there is none. */
  public long last() {
    return sessionByTxid.isEmpty() ? 0 : sessionByTxid.lastKey();
  }

  /** Sessions that expired after the one of this number, in that order. */
  public List<Long> after(long txid) {
    return new ArrayList<>(sessionByTxid.tailMap(txid, false).values());
  }

  @Override
  public int hashCode() {
    return sessionByTxid.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Expiries others && sessionByTxid.equals(others.sessionByTxid);
  }
}
