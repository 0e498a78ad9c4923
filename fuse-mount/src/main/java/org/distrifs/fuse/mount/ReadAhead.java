package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.disk.FailureReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel reads of a file before it is asked for. FUSE cannot raise it above 128 KiB by its
 * protocol; {@code /sys/class/bdi/MAJOR:MINOR/read_ahead_kb} can (sysfs-class-bdi in the kernel's
 * documentation), and with it the size of the requests.
 */
final class ReadAhead {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

  private static final Path BACKING_DEVICES = Path.of("/sys/class/bdi");
  private static final int KIB = 1024;

  private ReadAhead() {}

  /** Sets it for a mount; where this user may not, or sysfs cannot be written, it stays. */
  static void set(MountTable.Entry mount, long bytes) {
    Path setting = BACKING_DEVICES.resolve(mount.device()).resolve("read_ahead_kb");
    if (!Files.isWritable(setting)) {
      LOG.info("The kernel's read-ahead stays as it is: {} cannot be written", setting);
      return;
    }
    try {
      Files.writeString(setting, Long.toString(bytes / KIB));
    } catch (IOException e) {
      LOG.warn("The kernel's read-ahead stays as it is: {}: {}", setting, FailureReason.of(e));
    }
  }
}
