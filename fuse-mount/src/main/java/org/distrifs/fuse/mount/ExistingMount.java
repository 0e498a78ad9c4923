package org.distrifs.fuse.mount;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * A DistriFS mount that is there already, whoever serves it, to be taken away from outside. Nothing
 * is asked of the mount itself, which may answer nobody.
 */
public final class ExistingMount {

  /** How long a process that serves no mount any more may take to send what it holds. */
  private static final long SEND_TIMEOUT_MS = 120_000;

  /** How often to look, meanwhile, whether the mount is to be seen elsewhere. */
  private static final long LOOK_INTERVAL_MS = 1_000;

  private final Path path;
  private final MountTable.Entry entry;

  private ExistingMount(Path path, MountTable.Entry entry) {
    this.path = path;
    this.entry = entry;
  }

  /**
   * Finds it.
   *
   * @throws OperatorException if there is none, or it is of another file system
   */
  public static ExistingMount at(Path folder) {
    Path path = MountPoint.of(folder).path();
    MountTable.Entry entry =
        MountTable.at(path)
            .orElseThrow(
                () ->
                    new OperatorException(
                        "Cannot unmount %s: nothing is mounted there.".formatted(path)));
    if (!entry.isDistriFs()) {
      throw new OperatorException(
          "Cannot unmount %s: what is mounted there is no DistriFS, but of type %s. Use umount(8)."
              .formatted(path, entry.type()));
    }
    return new ExistingMount(path, entry);
  }

  /**
   * Unmounts, and returns once its process has sent what was written and has ended.
   *
   * @throws OperatorException if somebody uses it, and who; if it is unmounted, but is to be seen
   *     elsewhere, and where; or if its process cannot be waited for, or goes on sending for longer
   *     than two minutes
   */
  public void unmount() {
    Optional<ProcessHandle> server = ServingProcess.of(entry);
    boolean servedUnseen = server.isEmpty() && !entry.isAbandoned();
    if (!Unmount.ifUnused(path)) {
      throw new OperatorException(
          "Cannot unmount %s: it is in use by %s. Let them end, or take it away all the same: distrifs umount --lazy %s"
              .formatted(path, MountUsers.of(path), path));
    }
    if (server.isPresent()) {
      awaitEnd(server.get());
    } else if (servedUnseen) {
      throw new OperatorException(
          "%s is unmounted, but its process cannot be seen from here: its log says whether it has sent everything."
              .formatted(path));
    }
  }

  private void awaitEnd(ProcessHandle server) {
    for (long waitedMs = 0; waitedMs < SEND_TIMEOUT_MS; waitedMs += LOOK_INTERVAL_MS) {
      if (hasEnded(server)) {
        return;
      }
      // The kernel lets go of a mount, and its process ends, when it is mounted nowhere any more.
      OtherMountPoints others = OtherMountPoints.of(entry.device());
      if (!others.isEmpty()) {
        throw new OperatorException(
            "%s is unmounted here, but its process %d goes on serving it %s."
                .formatted(path, server.pid(), others));
      }
    }
    throw new OperatorException(
        "%s is unmounted, but after %d s its process %d has still not sent everything: its log says what it waits for."
            .formatted(path, TimeUnit.MILLISECONDS.toSeconds(SEND_TIMEOUT_MS), server.pid()));
  }

  private static boolean hasEnded(ProcessHandle server) {
    try {
      server.onExit().get(LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot wait for process " + server.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperatorException("Interrupted while waiting for process " + server.pid() + ".", e);
    }
  }

  /**
   * Takes it out of the folder tree at once; who has files of it open may go on using those, and
   * its process ends after them.
   *
   * @throws OperatorException if it is still there
   */
  public void detach() {
    Unmount.detach(path);
  }

  /**
   * As {@link #detach}, and ends the connection between the kernel and its process: who uses the
   * mount, or waits in it, gets errors.
   *
   * @throws OperatorException if it is still there
   */
  public void abort() {
    Unmount.abort(entry.connection());
    Unmount.detach(path);
  }
}
