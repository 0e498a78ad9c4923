package org.distrifs.cli.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Runs roles with the {@code bin/distrifs} of the distribution that this process belongs to. */
final class DistributionLauncher implements RoleLauncher {

  /** Set by {@code bin/distrifs}: the folder of the distribution. */
  private static final String HOME_PROPERTY = "distrifs.home";

  private final String home;

  private DistributionLauncher(String home) {
    this.home = home;
  }

  static DistributionLauncher ofThisProcess() {
    return new DistributionLauncher(System.getProperty(HOME_PROPERTY, ""));
  }

  @Override
  public List<String> command(ClusterFolder folder, ClusterFlags flags, LocalRole role) {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
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
      }
      case MOUNT -> {
        command.add("--master=" + flags.masterAddress());
        command.add(flags.mount().orElseThrow().toString());
      }
    }
    return command;
  }

  private Path program() {
    Path program = Path.of(home, "bin", "distrifs").toAbsolutePath();
    if (home.isEmpty() || !Files.isExecutable(program)) {
      throw new OperatorException(
          "Cannot start roles: this command does not know the distribution it belongs to. Run it by its bin/distrifs.");
    }
    return program;
  }
}
