package org.distrifs.cli.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.distrifs.cli.background.Await;
import org.distrifs.cli.background.BackgroundProcess;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The running process of one role. It belongs to no terminal. A later command finds it by its pid
 * file, {@code run/ROLE.pid}, and uses {@code run/ROLE.proc} to tell it from a later process with
 * the same pid.
 */
final class RoleProcess {

  private static final int MAX_PID_FILE_BYTES = 256;

  private final LocalRole role;
  private final ProcessIdentity identity;

  private RoleProcess(LocalRole role, ProcessIdentity identity) {
    this.role = role;
    this.identity = identity;
  }

  /** The role's process, if it runs. */
  static Optional<RoleProcess> find(ClusterFolder folder, LocalRole role) {
    try {
      Optional<ProcessIdentity> recorded = recorded(folder, role);
      if (recorded.isPresent() && recorded.get().isRunning()) {
        return Optional.of(new RoleProcess(role, recorded.get()));
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot find out whether %s runs: %s.".formatted(role, FailureReason.of(e)), e);
    }
  }

  /** Whether the role was started and has ended without being stopped. */
  static boolean endedUnasked(ClusterFolder folder, LocalRole role) {
    return Files.exists(folder.pidFile(role)) && find(folder, role).isEmpty();
  }

  /**
   * Starts a role in the background, with its log in the cluster's folder.
   *
   * @param command program and arguments
   */
  static RoleProcess start(ClusterFolder folder, LocalRole role, List<String> command) {
    try {
      Process process = BackgroundProcess.start(command, folder.root(), folder.logFile(role));
      ProcessIdentity identity =
          ProcessIdentity.ofRunning(process.pid())
              .orElseGet(() -> ProcessIdentity.ofEnded(process.pid()));
      record(folder, role, identity);
      return new RoleProcess(role, identity);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot start %s with %s: %s."
              .formatted(role, String.join(" ", command), FailureReason.of(e)),
          e);
    }
  }

  LocalRole role() {
    return role;
  }

  long pid() {
    return identity.pid();
  }

  boolean isRunning() {
    try {
      return identity.isRunning();
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot find out whether process %d (%s) runs: %s."
              .formatted(pid(), role, FailureReason.of(e)),
          e);
    }
  }

  /** Asks the process to end in order (SIGTERM). Does not wait. */
  void askToStop() {
    signal(ProcessHandle::destroy);
  }

  /** Ends the process at once (SIGKILL). Does not wait. */
  void kill() {
    signal(ProcessHandle::destroyForcibly);
  }

  /** Whether the process has ended within the bound. */
  boolean awaitEnd(Duration bound) {
    return Await.until(bound, () -> !isRunning());
  }

  /** Forgets the role's process, which has ended because it was asked to. */
  static void forget(ClusterFolder folder, LocalRole role) {
    try {
      Files.deleteIfExists(folder.pidFile(role));
      Files.deleteIfExists(folder.processFile(role));
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot remove the pid file of %s: %s.".formatted(role, FailureReason.of(e)), e);
    }
  }

  private interface Signal {
    boolean send(ProcessHandle process);
  }

  private void signal(Signal signal) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid());
    if (!isRunning() || process.isEmpty()) {
      return;
    }
    if (!signal.send(process.get()) && isRunning()) {
      throw new OperatorException(
          "Cannot signal process %d (%s): it belongs to another user. Run this command as that user."
              .formatted(pid(), role));
    }
  }

  private static Optional<ProcessIdentity> recorded(ClusterFolder folder, LocalRole role)
      throws IOException {
    Optional<String> pid = read(folder.pidFile(role));
    Optional<ProcessIdentity> identity =
        read(folder.processFile(role)).flatMap(ProcessIdentity::ofText);
    // The pid file is written last, so it decides.
    return identity.filter(
        process -> pid.isPresent() && pid.get().strip().equals(Long.toString(process.pid())));
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return bytes.length > MAX_PID_FILE_BYTES
          ? Optional.empty()
          : Optional.of(new String(bytes, UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void record(ClusterFolder folder, LocalRole role, ProcessIdentity identity)
      throws IOException {
    replace(folder.processFile(role), identity.toText());
    replace(folder.pidFile(role), identity.pid() + "\n");
  }

  private static void replace(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
