package org.distrifs.cli.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.DistriFsClients;
import org.distrifs.fuse.mount.FuseMount;
import org.distrifs.fuse.mount.MountSettings;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.log.Logging;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.metrics.MetricsServer;
import org.distrifs.runtime.settings.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs mount}. */
@Command(
    name = "mount",
    description = "Mount DistriFS on a folder, in the foreground, until SIGTERM, ^C or an unmount.",
    footer = {
      "",
      "What was written is sent before it ends; 'fusermount -u MOUNTPOINT' ends it too.",
      "",
      "Examples:",
      "  distrifs mount --master 10.0.0.1:7400 /mnt/distrifs",
      "  distrifs mount --master 10.0.0.1:7400 --hard /mnt/distrifs"
    })
public final class MountCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(MountCommand.class);
  private static final String ROLE = "mount";
  private static final String LOOPBACK = "127.0.0.1";

  @Mixin private SettingsOptions options;

  @Option(names = "--master", paramLabel = "HOST:PORT[,…]", description = "The masters.")
  private String master;

  @Option(
      names = "--driver",
      paramLabel = "DRIVER",
      description =
          "How to speak to the kernel: kernel (by its own protocol; root only) or jnr-fuse (through"
              + " libfuse 2). Stands for mount.driver.")
  private String driver;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "The port of its metrics (default: none).")
  private Integer metricsPort;

  @ArgGroup private Patience patience;

  /** How long callers wait for the cluster. */
  private static final class Patience {
    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        description =
            "Fail what the cluster has not done after so long, with an I/O error (default: 60)."
                + " Stands for client.operationTimeoutMs, chunkTimeoutMs and readTimeoutMs.")
    private Long seconds;

    @Option(
        names = "--hard",
        description =
            "Wait for the cluster however long it is away. A caller that is killed still ends.")
    private boolean hard;

    /** The bound in milliseconds. */
    long boundMs() {
      return hard ? ClientSettings.FOR_EVER_MS : TimeUnit.SECONDS.toMillis(seconds);
    }
  }

  @Parameters(paramLabel = "MOUNTPOINT", arity = "0..1", description = "An empty folder.")
  private Path mountPoint;

  @Override
  public Integer call() throws InterruptedException {
    Logging.start(Logging.Use.ROLE);
    Long boundMs = patience == null ? null : patience.boundMs();
    Settings settings =
        options
            .with(MountSettings.MOUNT_POINT, mountPoint)
            .with(MountSettings.DRIVER, driver)
            .with(MountSettings.METRICS_PORT, metricsPort)
            .with(ClientSettings.MASTERS, master)
            .with(ClientSettings.OPERATION_TIMEOUT, boundMs)
            .with(ClientSettings.CHUNK_TIMEOUT, boundMs)
            .with(ClientSettings.READ_TIMEOUT, boundMs)
            .load(MountSettings.SCHEMA.and(ClientSettings.SCHEMA));
    MountSettings mountSettings = MountSettings.of(settings);
    // Before the master is asked for anything, so that the sentence is about the mount point.
    FuseMount.requireMountable(mountSettings);
    StopSignal stop = StopSignal.install();
    try (CloseStack opened = new CloseStack()) {
      serve(mountSettings, settings, stop, opened);
      return ExitCode.OK;
    } catch (IOException | CloseStack.CloseException e) {
      throw new OperatorException(
          "Not everything written to %s could be sent, and what could not is lost: %s."
              .formatted(mountSettings.mountPoint(), e.getMessage()),
          e);
    }
  }

  private void serve(
      MountSettings mountSettings, Settings settings, StopSignal stop, CloseStack opened)
      throws IOException {
    Metrics metrics = opened.add("metrics", new Metrics(ROLE));
    String name =
        "mount %s, pid %d".formatted(mountSettings.mountPoint(), ProcessHandle.current().pid());
    DistriFsClient client =
        opened.add(
            "session with the master",
            DistriFsClients.connect(ClientSettings.of(settings, name), metrics));
    String masters = String.join(",", settings.get(ClientSettings.MASTERS));
    FuseMount mount = FuseMount.start(mountSettings, masters, client, metrics);
    opened.add("mount", mount);
    if (mountSettings.metricsPort() != 0) {
      InetSocketAddress address = new InetSocketAddress(LOOPBACK, mountSettings.metricsPort());
      opened.add(
          "metrics server",
          MetricsServer.start(ROLE, address, MountSettings.METRICS_PORT.key(), metrics, List::of));
    }
    awaitEndOf(mount, stop);
  }

  /** Until the mount is unmounted by somebody, or this process is asked to stop. */
  private static void awaitEndOf(FuseMount mount, StopSignal stop) throws IOException {
    CompletableFuture<Void> unmounted = new CompletableFuture<>();
    NamedThreads.daemon(ROLE, "end")
        .newThread(
            () -> {
              try {
                mount.awaitEnd();
                unmounted.complete(null);
              } catch (IOException | InterruptedException e) {
                unmounted.completeExceptionally(e);
              }
            })
        .start();
    try {
      CompletableFuture.anyOf(unmounted, stop.arrived()).join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
    LOG.info("Unmounting");
    mount.close();
  }
}
