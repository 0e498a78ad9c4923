package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * What is mounted, from {@code /proc/self/mountinfo} (proc(5)). Reading it asks no file system, so
 * a mount that answers nobody does no harm.
 */
public final class MountTable {

  /**
   * @param device major and minor number, the same in every mount namespace; a FUSE mount's minor
   *     names its connection in sysfs
   * @param path where it is mounted
   * @param type of the file system: "ext4", "fuse.distrifs"
   * @param source the device, or what stands for one
   */
  public record Entry(String device, Path path, String type, String source) {
    /** Whether this is a DistriFS mount, of whatever cluster. */
    boolean isDistriFs() {
      return type.equals(FuseDriver.FILE_SYSTEM_TYPE);
    }

    /** Whether this is a DistriFS mount whose process is gone: nobody will ever answer there. */
    public boolean isAbandoned() {
      return isDistriFs() && ServingProcess.of(this).isEmpty() && Disconnection.isCertain(path);
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
   * The DistriFS mount that a process serves.
   *
   * @throws OperatorException if the table cannot be read
   */
  public static Optional<Entry> servedBy(long pid) {
    Set<String> devices = ServingProcess.devicesOf(pid);
    return last(entry -> entry.isDistriFs() && devices.contains(entry.device()));
  }

  /**
   * Where a mount is to be seen: once, or more often by {@code mount --bind}.
   *
   * @throws OperatorException if the table cannot be read
   */
  static List<Path> pathsOf(String device) {
    return entries().stream()
        .filter(entry -> entry.device().equals(device))
        .map(Entry::path)
        .toList();
  }

  private static Optional<Entry> last(Predicate<Entry> wanted) {
    return entries().stream().filter(wanted).reduce((below, above) -> above);
  }

  private static List<Entry> entries() {
    try {
      return of(MOUNT_INFO);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot read " + MOUNT_INFO + ": " + e.getMessage() + ". Is /proc mounted?", e);
    }
  }

  /** What a file of this kind lists, which may be that of a process in another mount namespace. */
  static List<Entry> of(Path mountInfo) throws IOException {
    return parse(new String(Files.readAllBytes(mountInfo), UTF_8));
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
