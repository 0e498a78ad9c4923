package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mounts away, by the programs that may do so for any user. None of them looks into the mount
 * as long as it is given a path without symbolic links.
 */
public final class Unmount {
  private static final Logger LOG = LoggerFactory.getLogger(Unmount.class);

  private static final long PROGRAM_TIMEOUT_MS = 10_000;
  private static final int MAX_OUTPUT_BYTES = 4096;

  private static final List<List<String>> ORDINARY =
      List.of(List.of("fusermount", "-u"), List.of("fusermount3", "-u"), List.of("umount"));
  private static final List<List<String>> LAZY =
      List.of(
          List.of("fusermount", "-u", "-z"),
          List.of("fusermount3", "-u", "-z"),
          List.of("umount", "-l"));

  private Unmount() {}

  /** Unmounts if nobody uses the mount; tells whether it is gone. */
  static boolean ifUnused(Path path) {
    return tryEach(ORDINARY, path).isEmpty();
  }

  /**
   * Takes the mount out of the folder tree; who has files of it open may go on using those.
   *
   * @throws OperatorException if it is still there
   */
  public static void detach(Path path) {
    List<String> refusals = tryEach(LAZY, path);
    if (!refusals.isEmpty()) {
      throw new OperatorException(
          "Cannot unmount %s (%s). Do it as root: umount -l %s"
              .formatted(path, String.join("; ", refusals), path));
    }
  }

  /**
   * Ends a connection whose mount is detached but still in use: its users get errors. Does nothing
   * where the control file system of FUSE is not mounted, or not ours to use; the end of this
   * process has the same effect.
   */
  static void abort(String connection) {
    Path abort = Path.of("/sys/fs/fuse/connections", connection, "abort");
    try {
      if (Files.isWritable(abort)) {
        Files.writeString(abort, "1");
      }
    } catch (IOException e) {
      LOG.warn("Cannot abort the connection by {}: {}", abort, FailureReason.of(e));
    }
  }

  /** Tries one program after the other; what each said, or nothing if the mount is gone. */
  private static List<String> tryEach(List<List<String>> programs, Path path) {
    MountTable.Entry before = MountTable.at(path).orElse(null);
    List<String> refusals = new ArrayList<>();
    for (List<String> program : programs) {
      MountTable.Entry now = MountTable.at(path).orElse(null);
      if (now == null || !now.equals(before)) {
        return List.of();
      }
      Optional<String> refusal = refusal(program, path);
      if (refusal.isEmpty()) {
        return List.of();
      }
      refusals.add(refusal.get());
    }
    MountTable.Entry after = MountTable.at(path).orElse(null);
    return after != null && after.equals(before) ? refusals : List.of();
  }

  /** Runs a program; what it said if it failed. */
  private static Optional<String> refusal(List<String> program, Path path) {
    List<String> command = new ArrayList<>(program);
    command.add(path.toString());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(PROGRAM_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return Optional.of(program.get(0) + " did not end within " + PROGRAM_TIMEOUT_MS + " ms");
      }
      // Not the mount table says so: another mount like this one may have come in its place.
      if (process.exitValue() == 0) {
        return Optional.empty();
      }
      return Optional.of(
          new String(process.getInputStream().readNBytes(MAX_OUTPUT_BYTES), UTF_8).strip());
    } catch (IOException e) {
      return Optional.of(program.get(0) + " is not installed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
