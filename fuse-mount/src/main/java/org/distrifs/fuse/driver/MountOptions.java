package org.distrifs.fuse.driver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a file system is mounted.
 *
 * @param mountPoint an absolute path of an empty folder; never looked at by the driver itself
 * @param source what {@code df} and the mount table show as the device
 * @param allowOther whether users other than the one who mounts may use it
 * @param flags what the kernel does differently; only root mounts without {@link
 *     MountFlag#NO_SET_ID} and {@link MountFlag#NO_DEVICES}
 * @param attributeTimeoutMs how long the kernel may keep attributes without asking
 * @param entryTimeoutMs how long the kernel may keep names without asking
 * @param threads requests served at the same time
 */
public record MountOptions(
    Path mountPoint,
    String source,
    boolean allowOther,
    Set<MountFlag> flags,
    long attributeTimeoutMs,
    long entryTimeoutMs,
    int threads) {

  public MountOptions {
    flags = Set.copyOf(flags);
  }

  /**
   * What libfuse and its {@code fusermount} take behind {@code -o}, as far as it does not depend on
   * the driver.
   */
  public String words() {
    List<String> words = new ArrayList<>();
    words.add("subtype=distrifs");
    words.add("fsname=" + escaped(source));
    for (MountFlag flag : MountFlag.values()) {
      if (flags.contains(flag)) {
        flag.word().ifPresent(words::add);
      }
    }
    // They take a mount of theirs for one without set-id programs and devices, unless told.
    if (!flags.contains(MountFlag.NO_SET_ID)) {
      words.add("suid");
    }
    if (!flags.contains(MountFlag.NO_DEVICES)) {
      words.add("dev");
    }
    if (allowOther) {
      words.add("allow_other");
    }
    return String.join(",", words);
  }

  /** A comma would begin another option. */
  private static String escaped(String source) {
    return source.replace("\\", "\\\\").replace(",", "\\,");
  }
}
