package org.distrifs.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.distrifs.cli.mount.MountPoint;

/**
 * Roles that are shell scripts, and a probe for which a role answers if its process runs. A test
 * can have a role fail at its start, or ignore SIGTERM.
 */
final class FakeRoles implements RoleLauncher, ClusterProbe {

  private static final String OBEDIENT =
      "trap 'exit 0' TERM; echo ready $$ >> \"$DISTRIFS_LOG_FILE\"; while :; do sleep 0.05; done";
  private static final String STUBBORN =
      "trap '' TERM; echo ready $$ >> \"$DISTRIFS_LOG_FILE\"; while :; do sleep 0.05; done";
  private static final String FAILING =
      "echo 'some log line' >> \"$DISTRIFS_LOG_FILE\"; echo 'distrifs: The port is taken. Choose another.' >&2; exit 1";

  private final ClusterFolder folder;
  private final Map<LocalRole, String> scripts = new HashMap<>();
  private final Set<LocalRole> silent = new HashSet<>();
  final List<LocalRole> launched = new ArrayList<>();

  FakeRoles(ClusterFolder folder) {
    this.folder = folder;
  }

  void failAtStart(LocalRole role) {
    scripts.put(role, FAILING);
  }

  void takeNoNotice(LocalRole role) {
    scripts.put(role, STUBBORN);
  }

  void neverAnswer(LocalRole role) {
    silent.add(role);
  }

  @Override
  public List<String> command(ClusterFolder inFolder, ClusterFlags flags, LocalRole role) {
    launched.add(role);
    return List.of("/bin/sh", "-c", scripts.getOrDefault(role, OBEDIENT));
  }

  @Override
  public Servers servers(ClusterFlags flags) {
    if (!answers(LocalRole.MASTER)) {
      return Servers.notServing("no master runs");
    }
    Map<Integer, Long> alive = new HashMap<>();
    for (LocalRole role : LocalRole.servers(flags)) {
      if (role.kind() == LocalRole.Kind.DATANODE && answers(role)) {
        alive.put(flags.port(role), RoleProcess.find(folder, role).orElseThrow().pid());
      }
    }
    return new Servers(Optional.empty(), alive);
  }

  @Override
  public Health health(int metricsPort) {
    return new Health(true, Optional.empty());
  }

  @Override
  public MountPoint.State mount(MountPoint mountPoint) {
    return answers(LocalRole.MOUNT) ? MountPoint.State.ANSWERS : MountPoint.State.FREE;
  }

  private boolean answers(LocalRole role) {
    Optional<RoleProcess> process = RoleProcess.find(folder, role);
    return !silent.contains(role) && process.isPresent() && saidReady(process.get());
  }

  private boolean saidReady(RoleProcess process) {
    if (!Files.exists(folder.logFile(process.role()))) {
      return false;
    }
    try {
      return Files.readAllLines(folder.logFile(process.role())).contains("ready " + process.pid());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
