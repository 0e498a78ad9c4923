package org.distrifs.cli.mount;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.fuse.mount.FuseMount;
import org.distrifs.fuse.mount.MountSettings;
import org.distrifs.fuse.mount.MountTable;
import org.distrifs.fuse.mount.Unmount;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The folder that DistriFS is mounted on. What is asked of a mounted file system is asked with a
 * bound, on a thread that may be left behind: a FUSE file system whose process does not answer
 * blocks its callers.
 */
public final class MountPoint {

  /** What is known of a folder with something mounted on it. */
  public enum State {
    /** Nothing is mounted there. */
    FREE,
    /** Something is mounted and answers. */
    ANSWERS,
    /** Something is mounted and its process runs, but what it answers are errors. */
    FAILS,
    /** A FUSE file system is mounted whose process is gone. */
    STALE,
    /** Something is mounted and did not answer within the bound. */
    SILENT
  }

  private static final Duration PROBE_BOUND = Duration.ofSeconds(3);

  private final Path folder;

  private MountPoint(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder absolute; only its parent is looked at, never the folder itself
   */
  public static MountPoint of(Path folder) {
    Path parent = folder.getParent();
    if (parent == null) {
      throw new OperatorException(
          "Cannot mount on " + folder + ": choose a folder below it.",
          OperatorException.USAGE_EXIT_CODE);
    }
    try {
      // The kernel lists mounts by their path without symbolic links. Names are kept where a
      // parent is missing: nothing is mounted there.
      return new MountPoint(
          Files.isDirectory(parent) ? parent.toRealPath().resolve(folder.getFileName()) : folder);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot look at %s: %s.".formatted(parent, FailureReason.of(e)), e);
    }
  }

  public Path folder() {
    return folder;
  }

  public State state() {
    Optional<MountTable.Entry> mounted = MountTable.at(folder);
    if (mounted.isEmpty()) {
      return State.FREE;
    }
    if (mounted.get().isAbandoned()) {
      return State.STALE;
    }
    // A name that nobody looked up before: the kernel cannot answer for the file system.
    Path probe = folder.resolve(".distrifs-probe-" + UUID.randomUUID());
    try {
      Optional<State> answer = bounded(PROBE_BOUND, () -> lookup(probe));
      return answer.orElse(State.SILENT);
    } catch (IOException e) {
      // As by EIO while the master is away. The process may have ended since it was looked for.
      return mounted.get().isAbandoned() ? State.STALE : State.FAILS;
    }
  }

  /**
   * Sees to it that DistriFS can be mounted here: makes the folder if it is missing, and detaches
   * what a killed process left on it.
   *
   * @return whether the folder was made
   * @throws OperatorException if it cannot be mounted on; the sentence says why and the way out
   */
  public boolean prepare() {
    boolean missing =
        MountTable.at(folder).isEmpty() && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    if (missing) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new OperatorException(
            "Cannot make the folder %s to mount on: %s. Choose another one."
                .formatted(folder, FailureReason.of(e)),
            e);
      }
    }
    FuseMount.requireMountable(MountSettings.defaults(folder));
    return missing;
  }

  /**
   * Takes a mount whose process is gone out of the folder tree, also if files in it are open.
   *
   * @throws OperatorException if it stays
   */
  public void detach() {
    Unmount.detach(folder);
  }

  private static State lookup(Path probe) throws IOException {
    try {
      Files.readAttributes(probe, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return State.ANSWERS;
    } catch (NoSuchFileException | AccessDeniedException e) {
      return State.ANSWERS;
    }
  }

  /** Empty if there was no answer within the bound. */
  private static <T> Optional<T> bounded(Duration bound, Callable<T> question) throws IOException {
    FutureTask<T> task = new FutureTask<>(question);
    Thread thread = new Thread(task, "mount-probe");
    thread.setDaemon(true);
    thread.start();
    try {
      return Optional.of(task.get(bound.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("Cannot look a name up", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperatorException("Interrupted while looking at a mount.", e);
    }
  }
}
