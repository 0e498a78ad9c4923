package org.distrifs.cli.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.distrifs.cli.background.Await;
import org.distrifs.cli.background.BackgroundProcess;
import org.distrifs.cli.background.RoleLog;
import org.distrifs.fuse.mount.MountTable;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/** A mount served by a process in the background. */
public final class MountDaemon {

  private final List<String> command;
  private final Path log;

  /**
   * @param command that serves the mount in the foreground; every path in it is absolute
   * @param log where it logs; the folder is made if it is missing
   */
  public MountDaemon(List<String> command, Path log) {
    this.command = List.copyOf(command);
    this.log = log.toAbsolutePath();
  }

  /**
   * The default log of a mount: in {@code /var/log/distrifs} for root, in {@code ~/.distrifs/log}
   * for others.
   */
  public static Path defaultLog(Path mountPoint) {
    Path folder =
        System.getProperty("user.name").equals("root")
            ? Path.of("/var/log/distrifs")
            : Path.of(System.getProperty("user.home"), ".distrifs", "log");
    String name = mountPoint.toAbsolutePath().normalize().toString().replace('/', '-');
    return folder.resolve("mount" + name + ".log");
  }

  /**
   * Starts the process, and returns when the mount can be used.
   *
   * @param bound for the whole start
   * @throws OperatorException if the mount gives up, with the reason that it logged. It does not
   *     run then
   */
  public void start(Duration bound) {
    RoleLog said;
    Process process;
    try {
      Files.createDirectories(log.getParent());
      said = RoleLog.fromHere(log);
      process = BackgroundProcess.start(command, Path.of("/"), log);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot start a mount that logs to %s: %s.".formatted(log, FailureReason.of(e)), e);
    }
    boolean decided = Await.until(bound, () -> !process.isAlive() || isUsable(process.pid()));
    if (!process.isAlive()) {
      throw new OperatorException(said.reason());
    }
    if (!decided) {
      process.destroy();
      throw new OperatorException(
          "The mount was not there after %d s, and was given up: %s"
              .formatted(bound.toSeconds(), said.reason()));
    }
  }

  private static boolean isUsable(long pid) {
    Optional<MountTable.Entry> mounted = MountTable.servedBy(pid);
    return mounted.isPresent()
        && MountPoint.of(mounted.get().path()).state() == MountPoint.State.ANSWERS;
  }
}
