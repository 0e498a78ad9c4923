package org.distrifs.cli.local;

import java.util.Optional;
import java.util.OptionalInt;
import org.distrifs.cli.mount.MountPoint;
import org.distrifs.datanode.folder.DataFolder;

/**
 * The state of a role of a local cluster, and the line that prints it.
 *
 * @param problem what is wrong, for people; empty if nothing is
 */
record RoleState(
    LocalRole role, Condition condition, Optional<Long> pid, Optional<String> problem) {

  /** The state of a role that has just answered. */
  static RoleState up(LocalRole role, long pid) {
    return new RoleState(role, Condition.UP, Optional.of(pid), Optional.empty());
  }

  /** Finds the process of a role, and asks the role for its health. */
  static RoleState of(
      ClusterFolder folder, ClusterFlags flags, LocalRole role, ClusterProbe probe) {
    Optional<RoleProcess> process = RoleProcess.find(folder, role);
    if (process.isEmpty()) {
      boolean died = RoleProcess.endedUnasked(folder, role);
      return new RoleState(
          role,
          died ? Condition.DIED : Condition.DOWN,
          Optional.empty(),
          died ? Optional.of("its log: " + folder.logFile(role)) : Optional.empty());
    }
    ClusterProbe.Health health =
        role.kind() == LocalRole.Kind.MOUNT
            ? mountHealth(probe.mount(MountPoint.of(flags.mount().orElseThrow())))
            : probe.health(flags.metricsPort(role));
    Condition condition;
    if (health.problem().isEmpty()) {
      condition = Condition.UP;
    } else {
      condition = health.answers() ? Condition.UNWELL : Condition.SILENT;
    }
    return new RoleState(role, condition, process.map(RoleProcess::pid), health.problem());
  }

  private static ClusterProbe.Health mountHealth(MountPoint.State state) {
    return switch (state) {
      case ANSWERS -> new ClusterProbe.Health(true, Optional.empty());
      case FREE -> new ClusterProbe.Health(false, Optional.of("not mounted"));
      case FAILS -> new ClusterProbe.Health(true, Optional.of("the mount answers with errors"));
      case STALE -> new ClusterProbe.Health(false, Optional.of("the mount is stale"));
      case SILENT -> new ClusterProbe.Health(false, Optional.of("the mount does not answer"));
    };
  }

  /**
   * The id that the master knows a datanode by. It differs from the number of the role after a disk
   * was replaced.
   */
  private String nodeId(ClusterFolder folder) {
    if (role.kind() != LocalRole.Kind.DATANODE) {
      return "";
    }
    OptionalInt id = DataFolder.nodeIdIn(folder.data(role));
    return id.isPresent() ? ", node " + id.getAsInt() : "";
  }

  /** One line: role, condition, pid, where it is reached, and what is wrong. */
  String line(ClusterFolder folder, ClusterFlags flags) {
    String where =
        role.kind() == LocalRole.Kind.MOUNT
            ? "on " + flags.mount().orElseThrow()
            : "port " + flags.port(role) + nodeId(folder);
    return "%-12s %-7s %-12s %s, metrics port %d%s"
        .formatted(
            role,
            condition.word(),
            pid.map(number -> "pid " + number).orElse("-"),
            where,
            flags.metricsPort(role),
            problem.map(text -> " (" + text + ")").orElse(""));
  }
}
