package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells from {@code /proc} whether a process that served a mount still does. */
final class ServingProcess {
  private static final Path DEVICE = Path.of("/dev/fuse");

  private ServingProcess() {}

  /**
   * Whether the process lives and holds the FUSE device: another process may have got the number of
   * one that is gone. A process that may not be looked at is taken for alive: to detach a mount
   * that works would be worse than to refuse.
   */
  static boolean isAlive(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    if (!Files.exists(process)) {
      return false;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (isDevice(descriptor)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return Files.exists(process);
    }
  }

  private static boolean isDevice(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(DEVICE);
    } catch (IOException e) {
      return false; // Closed since the folder was listed.
    }
  }
}
