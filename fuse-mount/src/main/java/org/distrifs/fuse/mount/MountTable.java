package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * What is mounted, from {@code /proc/self/mountinfo} (proc(5)). Reading it asks no file system, so
 * a mount that answers nobody does no harm.
 */
public final class MountTable {

  /**
   * @param device major and minor number; a FUSE mount's minor names its connection in sysfs
   * @param path where it is mounted
   * @param type of the file system: "ext4", "fuse.distrifs"
   */
  public record Entry(String device, Path path, String type, String source) {
    /** Whether this is a DistriFS mount whose process is gone: nobody will ever answer there. */
    public boolean isAbandoned() {
      OptionalLong pid = MountSource.pid(source);
      return type.equals(FuseDriver.FILE_SYSTEM_TYPE)
          && pid.isPresent()
          && !ServingProcess.isAlive(pid.getAsLong());
    }

    /** The number of the FUSE connection below {@code /sys/fs/fuse/connections}. */
    String connection() {
      return device.substring(device.indexOf(':') + 1);
    }
  }

  private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");
  private static final int DEVICE_FIELD = 2;
  private static final int PATH_FIELD = 4;
  private static final int FIELDS_BEHIND_DASH = 2;

  private MountTable() {}

  /**
   * The topmost mount on a folder, whose path must have no symbolic links in it.
   *
   * @throws OperatorException if the table cannot be read
   */
  public static Optional<Entry> at(Path folder) {
    return last(entry -> entry.path().equals(folder));
  }

  /**
   * The DistriFS mount that a process serves, or has served.
   *
   * @throws OperatorException if the table cannot be read
   */
  public static Optional<Entry> servedBy(long pid) {
    return last(
        entry ->
            entry.type().equals(FuseDriver.FILE_SYSTEM_TYPE)
                && MountSource.pid(entry.source()).equals(OptionalLong.of(pid)));
  }

  private static Optional<Entry> last(Predicate<Entry> wanted) {
    try {
      return parse(new String(Files.readAllBytes(MOUNT_INFO), UTF_8)).stream()
          .filter(wanted)
          .reduce((below, above) -> above);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot read " + MOUNT_INFO + ": " + e.getMessage() + ". Is /proc mounted?", e);
    }
  }

  /** In the table's order: a mount stands behind those that it covers. */
  static List<Entry> parse(String mountInfo) {
    List<Entry> entries = new ArrayList<>();
    for (String line : mountInfo.split("\n", -1)) {
      List<String> fields = List.of(line.split(" ", -1));
      // A line has any number of optional fields before the dash.
      int dash = fields.indexOf("-");
      if (dash > PATH_FIELD && dash + FIELDS_BEHIND_DASH < fields.size()) {
        entries.add(
            new Entry(
                fields.get(DEVICE_FIELD),
                Path.of(unescape(fields.get(PATH_FIELD))),
                fields.get(dash + 1),
                unescape(fields.get(dash + 2))));
      }
    }
    return entries;
  }

  /** The kernel writes a space, a tab, a newline and a backslash as three octal digits. */
  private static String unescape(String field) {
    byte[] bytes = field.getBytes(UTF_8);
    ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
    for (int index = 0; index < bytes.length; index++) {
      if (bytes[index] == '\\' && index + 3 < bytes.length) {
        plain.write(
            (bytes[index + 1] - '0') << 6
                | (bytes[index + 2] - '0') << 3
                | (bytes[index + 3] - '0'));
        index += 3;
      } else {
        plain.write(bytes[index]);
      }
    }
    return plain.toString(UTF_8);
  }
}
