package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds, for the log, who keeps a mount from being unmounted. It reads symbolic links of {@code
 * /proc} only, which asks the mount nothing.
 */
final class MountUsers {
  private static final int MAX_NAMED = 8;

  private MountUsers() {}

  /** "bash (17), vim (18)", or a word for nobody found. */
  static String of(Path mountPoint) {
    List<String> users = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (users.size() < MAX_NAMED && uses(process, mountPoint)) {
          users.add(name(process) + " (" + process.getFileName() + ")");
        }
      }
    } catch (IOException e) {
      return "processes that cannot be listed: " + e.getMessage();
    }
    return users.isEmpty() ? "processes of other users" : String.join(", ", users);
  }

  private static boolean uses(Path process, Path mountPoint) {
    if (leadsInto(process.resolve("cwd"), mountPoint)
        || leadsInto(process.resolve("root"), mountPoint)) {
      return true;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (leadsInto(descriptor, mountPoint)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // It has ended, or belongs to somebody else.
    }
    return false;
  }

  private static boolean leadsInto(Path link, Path mountPoint) {
    try {
      return Files.readSymbolicLink(link).startsWith(mountPoint);
    } catch (IOException e) {
      return false; // As above.
    }
  }

  /** The name of a process, from its folder in {@code /proc}. */
  static String name(Path process) {
    try {
      return new String(Files.readAllBytes(process.resolve("comm")), UTF_8).strip();
    } catch (IOException e) {
      return "process";
    }
  }
}
