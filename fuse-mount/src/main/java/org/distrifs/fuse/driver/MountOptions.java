package org.distrifs.fuse.driver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file system is mounted.
 *
 * @param mountPoint an absolute path of an empty folder; never looked at by the driver itself
 * @param source what {@code df} and the mount table show as the device
 * @param allowOther whether users other than the one who mounts may use it
 * @param readOnly whether the kernel refuses every change
 * @param noExec whether the kernel refuses to run programs that lie in it
 * @param setId whether programs that lie in it are run with their set-id bits; for root
 * @param devices whether devices that lie in it can be opened; for root
 * @param attributeTimeoutMs how long the kernel may keep attributes without asking
 * @param entryTimeoutMs how long the kernel may keep names without asking
 * @param threads requests served at the same time
 */
public record MountOptions(
    Path mountPoint,
    String source,
    boolean allowOther,
    boolean readOnly,
    boolean noExec,
    boolean setId,
    boolean devices,
    long attributeTimeoutMs,
    long entryTimeoutMs,
    int threads) {

  /**
   * What libfuse and its {@code fusermount} take behind {@code -o}, as far as it does not depend on
   * the driver.
   */
  public String words() {
    List<String> words = new ArrayList<>();
    words.add(setId ? "suid" : "nosuid");
    words.add(devices ? "dev" : "nodev");
    words.add("subtype=distrifs");
    words.add("fsname=" + escaped(source));
    words.add(readOnly ? "ro" : "rw");
    if (noExec) {
      words.add("noexec");
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
