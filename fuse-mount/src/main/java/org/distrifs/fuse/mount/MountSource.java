package org.distrifs.fuse.mount;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The "device" of a mount in the kernel's table: {@code distrifs@HOST:PORT/pid-N}. The process is
 * named in it so that whoever finds the mount later can see whether it is still served.
 */
final class MountSource {
  private static final Pattern SERVED_BY = Pattern.compile(".*/pid-([0-9]{1,10})");

  private MountSource() {}

  static String of(String masters, long pid) {
    return "distrifs@" + masters + "/pid-" + pid;
  }

  /** The process that served, or serves, the mount of this source. */
  static OptionalLong pid(String source) {
    Matcher matcher = SERVED_BY.matcher(source);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
