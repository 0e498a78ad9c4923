package org.distrifs.cli.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.distrifs.cli.background.Await;
import org.distrifs.cli.background.RoleLog;
import org.distrifs.cli.mount.MountPoint;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * Starts some roles of a cluster once: the servers at the same time, then the mount. If one of them
 * does not answer in time, all are stopped again.
 */
final class ClusterStart {

  private record Started(RoleProcess process, RoleLog log) {}

  private final ClusterFolder folder;
  private final ClusterFlags flags;
  private final RoleLauncher launcher;
  private final ClusterProbe probe;
  private final Duration bound;
  private final List<String> moreFlags;
  private final Consumer<String> say;
  private final Map<LocalRole, Started> started = new LinkedHashMap<>();

  /**
   * @param moreFlags flags for a role, for this start only
   */
  ClusterStart(
      ClusterFolder folder,
      ClusterFlags flags,
      LocalCluster.Environment environment,
      List<String> moreFlags,
      Consumer<String> say) {
    this.folder = folder;
    this.flags = flags;
    this.launcher = environment.launcher();
    this.probe = environment.probe();
    this.bound = environment.startBound();
    this.moreFlags = moreFlags;
    this.say = say;
  }

  /**
   * Starts these roles, none of which runs, and returns when they answer.
   *
   * @throws OperatorException if a role does not answer: with the reason that the role itself
   *     logged; the others are stopped then
   */
  void run(List<LocalRole> roles) {
    try {
      List<LocalRole> servers =
          roles.stream().filter(role -> role.kind() != LocalRole.Kind.MOUNT).toList();
      Map<Integer, Long> incarnationsBefore =
          servers.isEmpty() ? Map.of() : probe.servers(flags).aliveIncarnations();
      servers.forEach(this::start);
      for (LocalRole role : servers) {
        await(role, () -> serverAnswers(role, incarnationsBefore));
      }
      if (roles.contains(LocalRole.MOUNT)) {
        start(LocalRole.MOUNT);
        await(LocalRole.MOUNT, this::mountAnswers);
      }
    } catch (OperatorException e) {
      undo();
      throw e;
    }
  }

  private void start(LocalRole role) {
    try {
      RoleLog log = RoleLog.fromHere(folder.logFile(role));
      List<String> command = new ArrayList<>(launcher.command(folder, flags, role));
      command.addAll(moreFlags);
      started.put(role, new Started(RoleProcess.start(folder, role, command), log));
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot read the log of %s: %s.".formatted(role, FailureReason.of(e)), e);
    }
  }

  private void await(LocalRole role, BooleanSupplier answers) {
    boolean answered =
        Await.until(
            bound,
            () -> {
              failIfEnded();
              return answers.getAsBoolean();
            });
    if (!answered) {
      throw new OperatorException(
          "%s does not answer after %d s: %s"
              .formatted(role, bound.toSeconds(), started.get(role).log().reason()));
    }
    say.accept(RoleState.up(role, started.get(role).process().pid()).line(folder, flags));
  }

  private void failIfEnded() {
    started.forEach(
        (role, start) -> {
          if (!start.process().isRunning()) {
            throw new OperatorException(
                "%s did not start: %s".formatted(role, start.log().reason()));
          }
        });
  }

  /**
   * Whether a server answers. A datanode does when the master knows it under a new incarnation: the
   * incarnation before this start does not count.
   */
  private boolean serverAnswers(LocalRole role, Map<Integer, Long> incarnationsBefore) {
    ClusterProbe.Servers servers = probe.servers(flags);
    if (servers.problem().isPresent()) {
      return false;
    }
    int port = flags.port(role);
    Long incarnation = servers.aliveIncarnations().get(port);
    return role.kind() == LocalRole.Kind.MASTER
        || (incarnation != null && !Objects.equals(incarnation, incarnationsBefore.get(port)));
  }

  private boolean mountAnswers() {
    return probe.mount(MountPoint.of(flags.mount().orElseThrow())) == MountPoint.State.ANSWERS;
  }

  /**
   * Stops the started roles in reverse order. The first failure is reported already, so failures
   * here are not.
   */
  private void undo() {
    List<LocalRole> reversed = new ArrayList<>(started.keySet());
    Collections.reverse(reversed);
    RoleStop stop = new RoleStop(folder, RoleStop.DEFAULT_BOUND, say);
    for (LocalRole role : reversed) {
      stop.stop(List.of(role), flags);
    }
  }
}
