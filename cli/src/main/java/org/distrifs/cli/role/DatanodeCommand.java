package org.distrifs.cli.role;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.DatanodeServer;
import org.distrifs.datanode.DatanodeSettings;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code distrifs datanode}. */
@Command(
    name = "datanode",
    description = "Run a datanode in the foreground, until SIGTERM or ^C.",
    footer = {
      "",
      "Example:",
      "  distrifs datanode --data /srv/distrifs/datanode --master 10.0.0.1:7400 --host 10.0.0.2"
    })
public final class DatanodeCommand implements Callable<Integer> {

  @Mixin private SettingsOptions options;

  @Mixin private ListenOptions listen;

  @Option(names = "--data", paramLabel = "FOLDER", description = "The folder of its chunks.")
  private Path data;

  @Option(
      names = "--rack",
      paramLabel = "LABEL",
      description = "The rack: datanodes of one label may fail together.")
  private String rack;

  @Option(
      names = "--node-id",
      paramLabel = "N",
      description = "The number that a new node would like to have in its cluster.")
  private Integer nodeId;

  @Option(names = "--master", paramLabel = "HOST:PORT[,…]", description = "The masters.")
  private String master;

  @Override
  public Integer call() throws Exception {
    Logging.start(Logging.Use.ROLE);
    DatanodeSettings settings =
        DatanodeSettings.of(
            options
                .with(DatanodeSettings.DATA_DIR, data)
                .with(DatanodeSettings.LISTEN_HOST, listen.host())
                .with(DatanodeSettings.PORT, listen.port())
                .with(DatanodeSettings.METRICS_PORT, listen.metricsPort())
                .with(DatanodeSettings.RACK, rack)
                .with(DatanodeSettings.NODE_ID, nodeId)
                .with(DatanodeSettings.MASTERS, master)
                .load(DatanodeSettings.SCHEMA));
    StopSignal stop = StopSignal.install();
    try (DatanodeServer server = DatanodeServer.start(settings)) {
      CompletableFuture.anyOf(stop.arrived(), server.refused()).join();
      if (server.refused().isDone()) {
        throw server.refused().join();
      }
    }
    return ExitCode.OK;
  }
}
