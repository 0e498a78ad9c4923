package org.distrifs.master.repair;

import java.util.Locale;

/**
 * How a committed chunk stands, as far as the datanodes have told. Each chunk is in exactly one of
 * these; only {@link #SHORT} and {@link #LOST} call for an operator.
 */
public enum ChunkCondition {
  /** Every replica that it should have is reported and good. */
  FULL,
  /** Reports of it are outstanding: nothing can be said yet. */
  UNKNOWN,
  /** A datanode is silent, or the master has just started: repair begins when its time is up. */
  WAITING,
  /** It is short of good replicas, and its repair is due or under way. */
  REPAIRING,
  /** It is short of good replicas, and no datanode can take another one. */
  SHORT,
  /** It has no good replica, and no datanode that may yet come back or be compared has one. */
  LOST;

  /** The word for people: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
