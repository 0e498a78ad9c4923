package org.distrifs.cli.local;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.cli.background.Distribution;

/** Runs roles with the {@code bin/distrifs} of the distribution that this process belongs to. */
final class DistributionLauncher implements RoleLauncher {

  @Override
  public List<String> command(ClusterFolder folder, ClusterFlags flags, LocalRole role) {
    List<String> command = new ArrayList<>();
    command.add(Distribution.program().toString());
    command.add(role.kind().word());
    command.add("--config=" + folder.settingsFile(role.kind()));
    command.add("--metrics-port=" + flags.metricsPort(role));
    switch (role.kind()) {
      case MASTER -> {
        command.add("--data=" + folder.data(role));
        command.add("--port=" + flags.port(role));
        command.add("--replication=" + flags.replication());
      }
      case DATANODE -> {
        command.add("--data=" + folder.data(role));
        command.add("--port=" + flags.port(role));
        command.add("--master=" + flags.masterAddress());
        // The master then knows datanode-N as node N, unless its disk was replaced.
        command.add("--node-id=" + role.number());
      }
      case MOUNT -> {
        command.add("--master=" + flags.masterAddress());
        command.add(flags.mount().orElseThrow().toString());
      }
    }
    return command;
  }
}
