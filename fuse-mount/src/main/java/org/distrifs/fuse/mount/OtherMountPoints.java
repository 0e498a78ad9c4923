package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a mount is to be seen besides: by {@code mount --bind}, or in other mount namespaces, which
 * begin with a copy of all mounts ({@code unshare --mount}, containers, services). Only {@code
 * /proc} is read, which asks the mount nothing; of other users' processes only root may look at the
 * mounts.
 */
final class OtherMountPoints {

  /** Another mount namespace, by the first process that was found in it. */
  private record Elsewhere(String process, String pid, Path path) {}

  private final List<Path> here;
  private final List<Elsewhere> elsewhere;

  private OtherMountPoints(List<Path> here, List<Elsewhere> elsewhere) {
    this.here = here;
    this.elsewhere = elsewhere;
  }

  /** Those of the mount with this device number. */
  static OtherMountPoints of(String device) {
    return new OtherMountPoints(MountTable.pathsOf(device), elsewhere(device));
  }

  private static List<Elsewhere> elsewhere(String device) {
    Map<Path, Path> processOfNamespace = new LinkedHashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        addNamespace(process, processOfNamespace);
      }
      processOfNamespace.remove(namespace(Path.of("/proc/self")));
    } catch (IOException e) {
      return List.of(); // As with processes that cannot be looked at.
    }
    List<Elsewhere> found = new ArrayList<>();
    for (Path process : processOfNamespace.values()) {
      addMountPoint(device, process, found);
    }
    return found;
  }

  private static Path namespace(Path process) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns/mnt"));
  }

  private static void addNamespace(Path process, Map<Path, Path> processOfNamespace) {
    try {
      processOfNamespace.putIfAbsent(namespace(process), process);
    } catch (IOException e) {
      return; // It has ended, or belongs to somebody else.
    }
  }

  private static void addMountPoint(String device, Path process, List<Elsewhere> found) {
    try {
      MountTable.of(process.resolve("mountinfo")).stream()
          .filter(entry -> entry.device().equals(device))
          .map(
              entry ->
                  new Elsewhere(
                      MountUsers.name(process), process.getFileName().toString(), entry.path()))
          .forEach(found::add);
    } catch (IOException e) {
      return; // As above.
    }
  }

  boolean isEmpty() {
    return here.isEmpty() && elsewhere.isEmpty();
  }

  /** Where they are, and how to take them away, as the end of a sentence. */
  @Override
  public String toString() {
    List<String> places = new ArrayList<>();
    here.forEach(path -> places.add("on %s (umount %s)".formatted(path, path)));
    elsewhere.forEach(
        point ->
            places.add(
                "in the mount namespace of %s, process %s (nsenter --mount --target %s umount %s)"
                    .formatted(point.process(), point.pid(), point.pid(), point.path())));
    return places.stream().collect(Collectors.joining(", and "));
  }
}
