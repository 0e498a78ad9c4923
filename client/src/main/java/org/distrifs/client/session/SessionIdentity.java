package org.distrifs.client.session;

import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.runtime.clock.Entropy;

/**
 * Who this client is to the master, and what it remembers of the cluster across streams. Not
 * thread-safe: belongs to the session's lock.
 */
final class SessionIdentity {
  static final int PROTOCOL_VERSION = 1;

  private final Entropy entropy;
  private final String clientName;
  private final int wantedSlots;
  private long clusterId;
  private long sessionId;
  private long secret;
  private JournalPosition heard = JournalPosition.NONE;

  /** Of the master that the session is open with. */
  private long term;

  SessionIdentity(Entropy entropy, String clientName, int wantedSlots) {
    this.entropy = entropy;
    this.clientName = clientName;
    this.wantedSlots = wantedSlots;
    this.secret = entropy.nextLong();
  }

  long clusterId() {
    return clusterId;
  }

  long sessionId() {
    return sessionId;
  }

  /** How far this client knows the master's journal to be durable. */
  JournalPosition heardDurable() {
    return heard;
  }

  OpenSession introduction() {
    return OpenSession.newBuilder()
        .setProtocolVersion(PROTOCOL_VERSION)
        .setClusterId(clusterId)
        .setSessionId(sessionId)
        .setSessionSecret(secret)
        .setSlots(wantedSlots)
        .setClientName(clientName)
        .setHighestDurableTxid(heard.txid())
        .setHighestDurableTerm(heard.term())
        .build();
  }

  void sawDurable(long txid) {
    heard = heard.max(new JournalPosition(term, txid));
  }

  /** Why this master must not be talked to, or null. */
  String refusal(SessionOpened opened) {
    if (opened.getErrno() != 0) {
      return opened.getMessage().isEmpty()
          ? "it answered errno " + opened.getErrno()
          : opened.getMessage();
    }
    if (clusterId != 0 && opened.getClusterId() != clusterId) {
      return "it serves cluster %016x, and this client belongs to cluster %016x"
          .formatted(opened.getClusterId(), clusterId);
    }
    return null;
  }

  /**
   * Takes over what the master opened.
   *
   * @return whether this is another session than before: the former one, if any, is gone
   */
  boolean adopt(SessionOpened opened) {
    boolean another = !opened.getResumed() || opened.getSessionId() != sessionId;
    clusterId = opened.getClusterId();
    sessionId = opened.getSessionId();
    term = opened.getTerm();
    sawDurable(opened.getDurableTxid());
    return another;
  }

  /** The session is over: the next introduction asks for a new one. */
  void forgetSession() {
    sessionId = 0;
    secret = entropy.nextLong();
  }
}
