package org.distrifs.master.namespace;

/**
 * A time of an inode in 64 bits, as ext4 keeps it: 34 bits of seconds from 1901-12-13 to 2446-05-10
 * and 30 bits of nanoseconds. Packed times compare like the times themselves.
 */
public final class FileTime {

  /** The earliest second that can be kept. */
  public static final long MIN_SECONDS = Integer.MIN_VALUE;

  /** The latest second that can be kept. */
  public static final long MAX_SECONDS = MIN_SECONDS + (1L << 34) - 1;

  /** Nanoseconds of a second. */
  public static final int NS_PER_SECOND = 1_000_000_000;

  private static final int NS_BITS = 30;
  private static final long NS_MASK = (1L << NS_BITS) - 1;

  /** The second at which the highest bit of a packed time turns: keeps comparison signed. */
  private static final long MIDDLE_SECONDS = MIN_SECONDS + (1L << 33);

  private FileTime() {}

  /**
   * Packs a time. Beyond what can be kept the nearest is taken, as ext4 does.
   *
   * @param seconds since the epoch
   * @param ns 0 to 999,999,999
   */
  public static long pack(long seconds, int ns) {
    if (seconds < MIN_SECONDS) {
      return pack(MIN_SECONDS, 0);
    }
    if (seconds > MAX_SECONDS) {
      return pack(MAX_SECONDS, 0);
    }
    return (seconds - MIDDLE_SECONDS) << NS_BITS | ns;
  }

  /** Packs nanoseconds since the epoch. */
  public static long ofNs(long ns) {
    return pack(Math.floorDiv(ns, NS_PER_SECOND), Math.floorMod(ns, NS_PER_SECOND));
  }

  public static long seconds(long packed) {
    return (packed >> NS_BITS) + MIDDLE_SECONDS;
  }

  public static int nanoseconds(long packed) {
    return (int) (packed & NS_MASK);
  }
}
