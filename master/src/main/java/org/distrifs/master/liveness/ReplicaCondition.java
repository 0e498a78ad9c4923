package org.distrifs.master.liveness;

import java.util.Locale;

/** What is known of the replica that a member of a chunk's chain should have. */
public enum ReplicaCondition {
  /** Its datanode is alive and reported it as current and whole. */
  GOOD,
  /** Nothing can be said yet: its datanode was not heard, or has not reported it either way. */
  UNKNOWN,
  /** Its datanode is silent, and may yet come back with it. */
  AWAY,
  /** Reported with an older version. */
  STALE,
  /**
   * Reported with a later version, which no change has reserved: a rollback lost the commit. It
   * serves nobody before a change has made it equal to the others.
   */
  AHEAD,
  /** Reported as having gone through an unclean stop: it has to be compared. */
  SUSPECT,
  /** A block of it does not match its checksum. */
  CORRUPT,
  /** Its datanode is alive, reported all that it has, and does not have it. */
  MISSING,
  /** Its datanode is dead. */
  LOST;

  /** The word for people: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
