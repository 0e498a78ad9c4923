package org.distrifs.cli.role;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.distrifs.cli.background.Distribution;
import org.distrifs.cli.mount.MountDaemon;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distrifs mount}. */
@Command(
    name = "mount",
    description =
        "Mount DistriFS on a folder, in the foreground, until SIGTERM, ^C or an unmount; or in the"
            + " background.",
    footer = {
      "",
      "What was written is sent before it ends; 'distrifs umount MOUNTPOINT' ends it too.",
      "",
      "Examples:",
      "  distrifs mount --master 10.0.0.1:7400 /mnt/distrifs",
      "  distrifs mount --master 10.0.0.1:7400 --hard --daemon /mnt/distrifs",
      "  distrifs mount --master 10.0.0.1:7400 --subdir /photos --read-only /mnt/photos"
    })
public final class MountCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(MountCommand.class);
  private static final String ROLE = "mount";
  private static final String LOOPBACK = "127.0.0.1";

  /** How long the start of a daemon may take, not counting the wait for the master. */
  private static final Duration START_ALLOWANCE = Duration.ofSeconds(60);

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Option(names = "--master", paramLabel = "HOST:PORT[,…]", description = "The masters.")
  private String master;

  @Option(
      names = "--driver",
      paramLabel = "DRIVER",
      description =
          "How to speak to the kernel: kernel (by its own protocol, the default) or jnr-fuse"
              + " (through libfuse 2). Stands for mount.driver.")
  private String driver;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "The port of its metrics (default: none).")
  private Integer metricsPort;

  @Option(
      names = "--subdir",
      paramLabel = "PATH",
      description =
          "The directory of DistriFS that is the root of the mount (default: /). Stands for"
              + " mount.subdir.")
  private String subdir;

  @Option(
      names = "--read-only",
      description = "Let nobody change anything by this mount. Stands for mount.readOnly.")
  private boolean readOnly;

  @Option(
      names = "--attr-timeout",
      paramLabel = "DURATION",
      description =
          "How old the attributes of files may be, as '500 ms' or '2s' (default: 1s). Stands"
              + " for mount.attributeTimeoutMs.")
  private String attributeTimeout;

  @Option(
      names = "--entry-timeout",
      paramLabel = "DURATION",
      description =
          "How long the kernel may use a name without asking (default: 1s). Stands for"
              + " mount.entryTimeoutMs.")
  private String entryTimeout;

  @Option(
      names = "--daemon",
      description = "Serve the mount in the background, and return when it can be used.")
  private boolean daemon;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description =
          "With --daemon: where it logs (default: in /var/log/distrifs, or ~/.distrifs/log for"
              + " users other than root).")
  private Path logFile;

  @ArgGroup private CallBound callBound;

  /** How long programs wait for the cluster. */
  private static final class CallBound {
    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        description =
            "Fail a call with an I/O error when the cluster takes longer (default: 60)."
                + " Stands for client.operationTimeoutMs, chunkTimeoutMs and readTimeoutMs.")
    private Long seconds;

    @Option(
        names = "--hard",
        description =
            "Wait for the cluster without a bound. A program that waits can still be killed.")
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
    if (logFile != null && !daemon) {
      throw new ParameterException(
          spec.commandLine(), "--log-file is for --daemon; in the foreground it logs to stderr.");
    }
    Logging.start(daemon ? Logging.Use.COMMAND : Logging.Use.ROLE);
    Settings settings = settings();
    MountSettings mountSettings = MountSettings.of(settings);
    // Checked before the master is asked, so that a wrong mount point is the error that is shown.
    FuseMount.requireMountable(mountSettings);
    if (daemon) {
      inBackground(mountSettings.mountPoint(), settings);
      return ExitCode.OK;
    }
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

  private Settings settings() {
    Long boundMs = callBound == null ? null : callBound.boundMs();
    return options
        .with(MountSettings.MOUNT_POINT, mountPoint)
        .with(MountSettings.SUBDIR, subdir)
        .with(MountSettings.READ_ONLY, readOnly ? true : null)
        .with(MountSettings.ATTRIBUTE_TIMEOUT, attributeTimeout)
        .with(MountSettings.ENTRY_TIMEOUT, entryTimeout)
        .with(MountSettings.DRIVER, driver)
        .with(MountSettings.METRICS_PORT, metricsPort)
        .with(ClientSettings.MASTERS, master)
        .with(ClientSettings.OPERATION_TIMEOUT, boundMs)
        .with(ClientSettings.CHUNK_TIMEOUT, boundMs)
        .with(ClientSettings.READ_TIMEOUT, boundMs)
        .load(MountSettings.SCHEMA.and(ClientSettings.SCHEMA));
  }

  /** Starts this command again, with the same settings, as a daemon. */
  private void inBackground(Path folder, Settings settings) {
    Path absolute = folder.toAbsolutePath();
    List<String> command = new ArrayList<>(List.of(Distribution.program().toString(), ROLE));
    command.addAll(options.with(MountSettings.MOUNT_POINT, absolute).asArguments());
    Path log = logFile == null ? MountDaemon.defaultLog(absolute) : logFile;
    new MountDaemon(command, log)
        .start(
            Duration.ofMillis(settings.get(ClientSettings.CONNECT_TIMEOUT)).plus(START_ALLOWANCE));
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
            DistriFsClients.connect(
                mountSettings.bound(ClientSettings.of(settings, name)), metrics));
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

  /** Waits until somebody unmounts the mount, or this process is asked to stop. */
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
