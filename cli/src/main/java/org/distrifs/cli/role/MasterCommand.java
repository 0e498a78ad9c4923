package org.distrifs.cli.role;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.distrifs.master.MasterServer;
import org.distrifs.master.MasterSettings;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code distrifs master}. */
@Command(
    name = "master",
    description = "Run a master in the foreground, until SIGTERM or ^C.",
    footer = {
      "",
      "Examples:",
      "  distrifs master --data /srv/distrifs/master",
      "  distrifs master --config master.conf --set master.listenHost=0.0.0.0"
    })
public final class MasterCommand implements Callable<Integer> {

  @Mixin private SettingsOptions options;

  @Mixin private ListenOptions listen;

  @Option(names = "--data", paramLabel = "FOLDER", description = "The folder of its journal.")
  private Path data;

  @Option(names = "--replication", paramLabel = "N", description = "Replicas of each new chunk.")
  private Integer replication;

  /** Not a setting: if it stayed in a file, the master would accept the next rollback unasked. */
  @Option(
      names = "--accept-rollback",
      description = {
        "The journal is restored from an older copy: give up what was done since.",
        "Only needed once, when the master says so; without a loss it has no effect."
      })
  private boolean acceptRollback;

  @Override
  public Integer call() throws Exception {
    Logging.start(Logging.Use.ROLE);
    MasterSettings settings =
        MasterSettings.from(
            options
                .with(MasterSettings.DATA_DIR, data)
                .with(MasterSettings.LISTEN_HOST, listen.host())
                .with(MasterSettings.PORT, listen.port())
                .with(MasterSettings.METRICS_PORT, listen.metricsPort())
                .with(MasterSettings.REPLICATION, replication)
                .load(MasterSettings.SCHEMA));
    StopSignal stop = StopSignal.install();
    try (MasterServer server = MasterServer.start(settings, acceptRollback)) {
      stop.await();
    }
    return ExitCode.OK;
  }
}
