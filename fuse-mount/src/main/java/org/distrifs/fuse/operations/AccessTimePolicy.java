package org.distrifs.fuse.operations;

/**
 * Which reads set an access time.
 *
 * @param reads of those, which ones
 * @param directories whether a listing counts as a read
 */
public record AccessTimePolicy(Reads reads, boolean directories) {

  /** Nothing is recorded, as by a mount for reading only. */
  public static final AccessTimePolicy NONE = new AccessTimePolicy(Reads.NOATIME, false);

  /** As Linux has it where nothing is said. */
  public static final AccessTimePolicy DEFAULT = new AccessTimePolicy(Reads.RELATIME, true);

  /** As mount(8) names them. */
  public enum Reads {
    /** The first one after a change, and one a day. */
    RELATIME,
    /** Each. */
    STRICTATIME,
    /** None. */
    NOATIME
  }
}
