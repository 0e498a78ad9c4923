package org.distrifs.cli.local;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.distrifs.cli.mount.MountPoint;

/** Stops roles. A role that does not stop in order within a bound is killed. */
final class RoleStop {

  /** Long enough for a mount to send the writes that it holds in memory. */
  static final Duration DEFAULT_BOUND = Duration.ofSeconds(60);

  /** A killed process ends at once, unless the kernel holds it. */
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);

  private final ClusterFolder folder;
  private final Duration bound;
  private final Consumer<String> say;

  RoleStop(ClusterFolder folder, Duration bound, Consumer<String> say) {
    this.folder = folder;
    this.bound = bound;
    this.say = say;
  }

  /**
   * Stops these roles at the same time, and returns when none of them runs.
   *
   * @return whether every one that ran stopped in order
   */
  boolean stop(List<LocalRole> roles, ClusterFlags flags) {
    Map<LocalRole, RoleProcess> running = new LinkedHashMap<>();
    for (LocalRole role : roles) {
      RoleProcess.find(folder, role).ifPresent(process -> running.put(role, process));
    }
    running.values().forEach(RoleProcess::askToStop);
    boolean inOrder = true;
    for (LocalRole role : roles) {
      RoleProcess process = running.get(role);
      if (process != null) {
        inOrder &= awaitStop(process);
      }
      if (role.kind() == LocalRole.Kind.MOUNT) {
        detachIfLeft(flags);
      }
      RoleProcess.forget(folder, role);
    }
    return inOrder;
  }

  /** Ends a role at once, as a crash would. */
  boolean kill(RoleProcess process) {
    process.kill();
    return process.awaitEnd(KILL_BOUND);
  }

  private boolean awaitStop(RoleProcess process) {
    if (process.awaitEnd(bound)) {
      say.accept("%-12s stopped".formatted(process.role()));
      return true;
    }
    boolean ended = kill(process);
    say.accept(
        "%-12s did not stop within %d s and was killed%s; its log: %s"
            .formatted(
                process.role(),
                bound.toSeconds(),
                ended ? "" : ", but is still there (pid " + process.pid() + ")",
                folder.logFile(process.role())));
    return false;
  }

  /**
   * Detaches what a mount left whose process is gone: nothing answers there, and the folder could
   * not be mounted again.
   */
  private void detachIfLeft(ClusterFlags flags) {
    flags
        .mount()
        .map(MountPoint::of)
        .filter(mountPoint -> mountPoint.state() == MountPoint.State.STALE)
        .ifPresent(
            mountPoint -> {
              mountPoint.detach();
              say.accept("%-12s detached what was left on %s".formatted("", mountPoint.folder()));
            });
  }
}
