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
 * The folder that DistriFS is mounted on. Questions to a mounted file system have a bound: a FUSE
 * file system whose process does not answer blocks its callers, so each question has a thread,
 * which is left behind if it blocks.
 */
public final class MountPoint {

  /** The state of a folder that may have something mounted on it. */
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
      // The kernel lists mounts by paths without symbolic links. If a parent is missing, nothing is
      // mounted there, and the path is kept as it is.
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
    // The kernel cannot answer for a name that was never looked up: it has to ask the file system.
    Path probe = folder.resolve(".distrifs-probe-" + UUID.randomUUID());
    try {
      Optional<State> answer = bounded(PROBE_BOUND, () -> lookup(probe));
      return answer.orElse(State.SILENT);
    } catch (IOException e) {
      // It answers errors, as EIO while the master is away. Or its process has ended meanwhile.
      return mounted.get().isAbandoned() ? State.STALE : State.FAILS;
    }
  }

  /**
   * Prepares the folder for a mount: makes it if it is missing, and detaches a mount that a killed
   * process left on it.
   *
   * @return whether the folder was made
   * @throws OperatorException if nothing can be mounted on it; the sentence says why, and what to
   *     do
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
   * Detaches a mount whose process is gone, even if files in it are open.
   *
   * @throws OperatorException if that fails
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

  /** Asks a question on another thread; empty if there was no answer within the bound. */
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
