package org.distrifs.fuse.driver;

import java.util.Optional;

/**
 * What the kernel itself does differently in a mount: flags of {@code mount(2)}, with the words
 * that {@code mount(8)} has for them.
 */
public enum MountFlag {
  READ_ONLY(1, "ro"),
  NO_SET_ID(1 << 1, "nosuid"),
  NO_DEVICES(1 << 2, "nodev"),
  NO_EXEC(1 << 3, "noexec"),

  /** Each write is followed by an {@code fsync}, before it returns. */
  SYNC(1 << 4, "sync"),

  /** Shown by the mount table; who keeps access times goes by it. */
  NO_ATIME(1 << 10, "noatime"),

  /** As {@link #NO_ATIME}, for directories. */
  NO_DIRECTORY_ATIME(1 << 11),

  /** As {@link #NO_ATIME}. */
  STRICT_ATIME(1 << 24);

  private final long bit;
  private final String word;

  /** One that fusermount and libfuse 2 have no word for: their mounts do not show it. */
  MountFlag(long bit) {
    this(bit, null);
  }

  MountFlag(long bit, String word) {
    this.bit = bit;
    this.word = word;
  }

  /** Of {@code mount(2)}. */
  public long bit() {
    return bit;
  }

  /** What fusermount and libfuse take behind {@code -o}, if they know of it. */
  Optional<String> word() {
    return Optional.ofNullable(word);
  }
}
