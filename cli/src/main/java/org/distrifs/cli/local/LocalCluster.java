package org.distrifs.cli.local;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.distrifs.cli.mount.MountPoint;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.disk.FolderLock;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The transitions of a local cluster: up, down, and start, stop and kill of one role. Each prints a
 * line per role, and waits, with a bound, until it has taken effect. Only one of them runs at a
 * time for a cluster, except {@link #kill}, which does not wait for the others.
 */
final class LocalCluster {

  /**
   * What a cluster needs from its surroundings.
   *
   * @param startBound how long a role may take until it answers
   * @param stopBound how long a role may take to stop in order before it is killed
   */
  record Environment(
      RoleLauncher launcher, ClusterProbe probe, Duration startBound, Duration stopBound) {}

  private final ClusterFolder folder;
  private final Environment environment;
  private final Consumer<String> say;

  /**
   * @param say takes one line for the user
   */
  LocalCluster(ClusterFolder folder, Environment environment, Consumer<String> say) {
    this.folder = folder;
    this.environment = environment;
    this.say = say;
  }

  /**
   * Starts the roles that do not run, and returns when they answer. If one of them does not, this
   * call stops all that it started.
   *
   * @throws OperatorException if a flag cannot be changed, or a role does not start
   */
  void up(RequestedFlags requested) {
    folder.make();
    locked(
        () -> {
          Optional<ClusterFlags> remembered = ClusterFlags.load(folder);
          ClusterFlags flags =
              remembered.isEmpty()
                  ? requested.forNewCluster()
                  : requested.forExistingCluster(
                      remembered.get(),
                      anyRuns(LocalRole.servers(remembered.get())),
                      anyRuns(List.of(LocalRole.MOUNT)));
          List<LocalRole> missing = LocalRole.all(flags).stream().filter(this::isDown).toList();
          if (missing.isEmpty()) {
            tellThatItRuns();
          } else {
            start(flags, missing, List.of());
          }
          return null;
        });
  }

  /**
   * Stops everything: the mount first, which sends what it holds, then the datanodes, then the
   * master.
   *
   * @return whether everything stopped in order
   */
  boolean down() {
    ClusterFlags flags = existing();
    return locked(
        () -> {
          boolean anyRan = anyRuns(LocalRole.all(flags)) || anyRuns(List.of(LocalRole.MOUNT));
          RoleStop stop = roleStop();
          boolean inOrder = stop.stop(List.of(LocalRole.MOUNT), flags);
          inOrder &= stop.stop(datanodes(flags), flags);
          inOrder &= stop.stop(List.of(LocalRole.MASTER), flags);
          if (!anyRan) {
            say.accept("The cluster in " + folder.root() + " does not run.");
          }
          return inOrder;
        });
  }

  /** Every role as it is now, in the order in which they are started. */
  List<RoleState> status() {
    ClusterFlags flags = existing();
    return LocalRole.all(flags).stream()
        .map(role -> RoleState.of(folder, flags, role, environment.probe()))
        .toList();
  }

  /** Prints the state of every role, and returns it. */
  List<RoleState> tellStatus() {
    ClusterFlags flags = existing();
    List<RoleState> states = status();
    states.forEach(state -> say.accept(state.line(folder, flags)));
    return states;
  }

  /**
   * Starts one role and returns when it answers.
   *
   * @param acceptRollback whether the master may accept a rollback
   */
  void start(String roleName, boolean acceptRollback) {
    ClusterFlags flags = existing();
    LocalRole role = LocalRole.named(roleName, flags);
    if (acceptRollback && !role.equals(LocalRole.MASTER)) {
      throw new OperatorException(
          "--accept-rollback is for the master, not for " + role + ".",
          OperatorException.USAGE_EXIT_CODE);
    }
    List<String> moreFlags = acceptRollback ? List.of("--accept-rollback") : List.of();
    locked(
        () -> {
          if (isDown(role)) {
            start(flags, List.of(role), moreFlags);
          } else {
            say.accept(role + " runs already.");
          }
          return null;
        });
  }

  /**
   * Stops one role in order.
   *
   * @return whether it did
   */
  boolean stop(String roleName) {
    ClusterFlags flags = existing();
    LocalRole role = LocalRole.named(roleName, flags);
    return locked(
        () -> {
          if (isDown(role)) {
            say.accept(role + " does not run.");
          }
          return roleStop().stop(List.of(role), flags);
        });
  }

  /** Ends one role at once, as a crash would. */
  void kill(String roleName) {
    LocalRole role = LocalRole.named(roleName, existing());
    RoleProcess process =
        RoleProcess.find(folder, role)
            .orElseThrow(() -> new OperatorException(role + " does not run."));
    if (!roleStop().kill(process)) {
      throw new OperatorException(
          "%s (pid %d) was killed but has not ended: the kernel holds it."
              .formatted(role, process.pid()));
    }
    say.accept("%-12s killed".formatted(role));
  }

  private void start(ClusterFlags flags, List<LocalRole> roles, List<String> moreFlags) {
    Ports.checkFree(flags, roles);
    if (roles.contains(LocalRole.MOUNT)) {
      MountPoint mountPoint = MountPoint.of(flags.mount().orElseThrow());
      if (mountPoint.prepare()) {
        say.accept("Made the folder " + mountPoint.folder() + " to mount on.");
      }
    }
    flags.save(folder);
    RoleSettingsFiles.writeMissing(folder);
    new ClusterStart(folder, flags, environment, moreFlags, say).run(roles);
  }

  private void tellThatItRuns() {
    say.accept("The cluster in " + folder.root() + " is running already; nothing was changed.");
    for (RoleState state : tellStatus()) {
      if (state.condition() != Condition.UP) {
        throw new OperatorException(
            "%s runs but does not answer. See %s, or restart it: distrifs local stop %s, then start."
                .formatted(state.role(), folder.logFile(state.role()), state.role()));
      }
    }
  }

  private ClusterFlags existing() {
    return ClusterFlags.load(folder)
        .orElseThrow(
            () ->
                new OperatorException(
                    "There is no cluster in %s. Make one with 'distrifs local up', or name its folder with --dir."
                        .formatted(folder.root())));
  }

  private static List<LocalRole> datanodes(ClusterFlags flags) {
    return LocalRole.servers(flags).stream()
        .filter(role -> role.kind() == LocalRole.Kind.DATANODE)
        .toList();
  }

  private boolean isDown(LocalRole role) {
    return RoleProcess.find(folder, role).isEmpty();
  }

  private boolean anyRuns(List<LocalRole> roles) {
    return !roles.stream().allMatch(this::isDown);
  }

  private RoleStop roleStop() {
    return new RoleStop(folder, environment.stopBound(), say);
  }

  private <T> T locked(Supplier<T> transition) {
    try (FolderLock lock = FolderLock.acquire(folder.run())) {
      return transition.get();
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot unlock %s: %s.".formatted(folder.run(), FailureReason.of(e)), e);
    }
  }
}
