package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process that serves a mount, by its {@link MountLabel}. Only {@code /proc} is read,
 * which asks the mount nothing. Processes of other users, which only root may look at, and those of
 * another pid namespace are not found: to find nobody does not mean that there is nobody.
 */
final class ServingProcess {
  private static final Path PROCESSES = Path.of("/proc");

  private ServingProcess() {}

  /** Who serves a mount, as far as that can be seen. */
  static Optional<ProcessHandle> of(MountTable.Entry mount) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[1-9]*")) {
      for (Path process : processes) {
        if (labels(process).contains(mount.device())) {
          return ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // As with a process that cannot be looked at.
    }
    return Optional.empty();
  }

  /** The device numbers of the mounts that a process serves. */
  static Set<String> devicesOf(long pid) {
    return labels(PROCESSES.resolve(Long.toString(pid)));
  }

  private static Set<String> labels(Path process) {
    Set<String> devices = new HashSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        target(descriptor).flatMap(MountLabel::device).ifPresent(devices::add);
      }
    } catch (IOException e) {
      return devices; // It has ended, or belongs to somebody else.
    }
    return devices;
  }

  private static Optional<Path> target(Path descriptor) {
    try {
      return Optional.of(Files.readSymbolicLink(descriptor));
    } catch (IOException e) {
      return Optional.empty(); // Closed since the folder was listed.
    }
  }
}
