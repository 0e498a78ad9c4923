package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder to mount on, before anything is mounted there. */
final class MountPoint {
  private static final Logger LOG = LoggerFactory.getLogger(MountPoint.class);

  /** Symbolic links followed at most, as in the kernel. */
  private static final int MAX_LINKS = 40;

  /** Stale mounts found on top of each other at most. */
  private static final int MAX_STALE_MOUNTS = 64;

  private final Path path;

  private MountPoint(Path path) {
    this.path = path;
  }

  /**
   * Finds the folder as the kernel names it. Of the path itself nothing is asked here, only of the
   * folder that it is in: it may be a mount that answers nobody.
   */
  static MountPoint of(Path given) {
    return of(given, MAX_LINKS);
  }

  private static MountPoint of(Path given, int linksLeft) {
    Path absolute = given.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new OperatorException(
          "Cannot mount on " + absolute + ": choose a folder below it.",
          OperatorException.USAGE_EXIT_CODE);
    }
    try {
      Path real = parent.toRealPath().resolve(absolute.getFileName());
      boolean link = MountTable.at(real).isEmpty() && Files.isSymbolicLink(real);
      if (!link) {
        return new MountPoint(real);
      }
      if (linksLeft == 0) {
        throw refused(absolute, "its symbolic links lead nowhere", null);
      }
      return of(real.resolveSibling(Files.readSymbolicLink(real)), linksLeft - 1);
    } catch (NoSuchFileException e) {
      throw missing(absolute);
    } catch (IOException e) {
      throw refused(absolute, FailureReason.of(e), e);
    }
  }

  /** Absolute and without symbolic links. */
  Path path() {
    return path;
  }

  /**
   * Detaches what a killed process left here, and sees to it that the folder can be mounted on.
   *
   * @throws OperatorException with the reason why not, and the way out
   */
  void prepare() {
    for (int count = 0; count < MAX_STALE_MOUNTS; count++) {
      Optional<MountTable.Entry> mounted = MountTable.at(path);
      if (mounted.isEmpty()) {
        requireEmptyFolder();
        return;
      }
      detachIfStale(mounted.get());
    }
    throw new OperatorException(
        "More than %d dead mounts lie on %s: unmount them with 'umount -l %s'."
            .formatted(MAX_STALE_MOUNTS, path, path));
  }

  private void detachIfStale(MountTable.Entry mounted) {
    if (!mounted.isDistriFs()) {
      throw new OperatorException(
          "Cannot mount on %s: a file system of type %s is mounted there already. Choose another folder, or unmount it: umount %s"
              .formatted(path, mounted.type(), path));
    }
    if (!mounted.isAbandoned()) {
      throw new OperatorException(
          "Cannot mount on %s: %s has DistriFS mounted there already. Unmount it first: distrifs umount %s"
              .formatted(
                  path,
                  ServingProcess.of(mounted)
                      .map(server -> "process " + server.pid())
                      .orElse("a process that cannot be seen from here"),
                  path));
    }
    Unmount.detach(path);
    LOG.info("Detached the mount of {} that a process left behind on {}", mounted.source(), path);
  }

  private void requireEmptyFolder() {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw missing(path);
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new OperatorException(
          "Cannot mount on %s: it is not a folder. Choose another one.".formatted(path));
    }
    try (Stream<Path> children = Files.list(path)) {
      if (children.findAny().isPresent()) {
        throw new OperatorException(
            "Cannot mount on %s: it is not empty, and the mount would hide what is in it. Choose an empty folder."
                .formatted(path));
      }
    } catch (AccessDeniedException e) {
      throw refused(path, "this user has no permission there", e);
    } catch (IOException e) {
      throw refused(path, FailureReason.of(e), e);
    }
  }

  private static OperatorException missing(Path path) {
    return new OperatorException(
        "Cannot mount on %s: there is no such folder. Make it first: mkdir -p %s"
            .formatted(path, path));
  }

  private static OperatorException refused(Path path, String reason, IOException cause) {
    return new OperatorException("Cannot mount on %s: %s.".formatted(path, reason), cause);
  }
}
