package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a machine must have so that a file system can be mounted by this user. */
final class FuseEnvironment {
  private static final Logger LOG = LoggerFactory.getLogger(FuseEnvironment.class);

  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final Path CONFIGURATION = Path.of("/etc/fuse.conf");

  private FuseEnvironment() {}

  /**
   * @throws OperatorException naming what is missing, and where to get it
   */
  static void require() {
    if (!Files.exists(DEVICE, LinkOption.NOFOLLOW_LINKS)) {
      throw new OperatorException(
          "Cannot mount: "
              + DEVICE
              + " is missing. Load the kernel module (modprobe fuse); in a container, pass"
              + " --device /dev/fuse --cap-add SYS_ADMIN.");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      throw new OperatorException(
          "Cannot mount: this user may not open "
              + DEVICE
              + ". Mount as root, or let everybody use the device, as is usual: chmod 666 "
              + DEVICE);
    }
  }

  /**
   * Root needs no such program.
   *
   * @throws OperatorException if it is missing
   */
  static void requireMountProgram(String program) {
    if (!isRoot() && !isOnPath(program)) {
      throw new OperatorException(
          "Cannot mount: the program "
              + program
              + ", which mounts for users other than root, is missing. Install it; on Debian and"
              + " Ubuntu: apt-get install fuse3");
    }
  }

  /**
   * @param settings those that are asked for
   * @throws OperatorException for another user
   */
  static void requireRoot(String settings) {
    if (!isRoot()) {
      throw new OperatorException(
          "Cannot mount: "
              + settings
              + " are for a mount by root. Mount as root, or without them.");
    }
  }

  /** Whether other users may be let in, as far as this user may decide it. */
  static boolean mayAllowOther() {
    if (isRoot()) {
      return true;
    }
    try {
      if (Files.exists(CONFIGURATION)
          && Files.readAllLines(CONFIGURATION).stream()
              .anyMatch(line -> line.strip().equals("user_allow_other"))) {
        return true;
      }
    } catch (IOException e) {
      LOG.info("Cannot read {}: {}", CONFIGURATION, e.getMessage());
    }
    LOG.info(
        "Only this user can use the mount: {} does not contain user_allow_other", CONFIGURATION);
    return false;
  }

  static boolean isRoot() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException e) {
      throw new OperatorException("Cannot read /proc/self: " + e.getMessage() + ".", e);
    }
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
