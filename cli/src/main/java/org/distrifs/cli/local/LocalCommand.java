package org.distrifs.cli.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distrifs local …}: a cluster on this machine. */
@Command(
    name = "local",
    description = "Run a whole cluster on this machine, one process for each role.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LocalCommand.Up.class,
      LocalCommand.Down.class,
      LocalCommand.Status.class,
      LocalCommand.Start.class,
      LocalCommand.Stop.class,
      LocalCommand.Kill.class
    },
    footer = {
      "",
      "The cluster's folder holds data/ROLE, conf/, run/ROLE.pid and log/ROLE.log.",
      "The roles are master, datanode-1, datanode-2 … and mount.",
    })
public final class LocalCommand implements Runnable {

  /** The exit code of {@code local status} when a role is not up. */
  static final int NOT_ALL_UP = 3;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command is given.");
  }

  /** The flags of every {@code local} command: they say which cluster is meant. */
  static final class Target {
    private static final int MAX_WAIT_S = 3600;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
        names = "--dir",
        paramLabel = "FOLDER",
        description = "The cluster's folder (default: ~/.distrifs).")
    private Path dir;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        defaultValue = "60",
        description = "How long a role may take to start (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    /** Like {@link #with}, without a result. */
    void use(Consumer<LocalCluster> work) {
      with(
          cluster -> {
            work.accept(cluster);
            return null;
          });
    }

    /** Does something with the cluster that is meant. */
    <T> T with(Function<LocalCluster, T> work) {
      if (waitSeconds < 1 || waitSeconds > MAX_WAIT_S) {
        throw new OperatorException(
            "--wait is %d: give a number of seconds from 1 to %d."
                .formatted(waitSeconds, MAX_WAIT_S),
            OperatorException.USAGE_EXIT_CODE);
      }
      try (NetworkProbe probe = new NetworkProbe()) {
        return work.apply(
            new LocalCluster(
                new ClusterFolder(dir == null ? ClusterFolder.defaultRoot() : dir),
                new LocalCluster.Environment(
                    new DistributionLauncher(),
                    probe,
                    Duration.ofSeconds(waitSeconds),
                    RoleStop.DEFAULT_BOUND),
                this::say));
      }
    }

    void say(String line) {
      spec.commandLine().getOut().println(line);
      spec.commandLine().getOut().flush();
    }
  }

  /*
   * Starts logging, since what it calls may log. Commands that only ask do not: to start logging takes longer than their answer.
   */

  @Command(
      name = "up",
      description = "Start the cluster, make it first if there is none, and wait until it answers.",
      footer = {
        "",
        "What is given is remembered: later, 'distrifs local up' alone starts the same cluster.",
        "What runs already is left as it is, and what does not run is started.",
        "",
        "Examples:",
        "  distrifs local up --mount ~/files",
        "  distrifs local up --dir /data/d --datanodes 5 --base-port 9000 --mount /mnt/d",
      })
  static final class Up implements Runnable {
    @Mixin private Target target;

    @Option(
        names = "--mount",
        paramLabel = "FOLDER",
        description = "Where to mount it: an empty folder, or one that is made. Without: no mount.")
    private Path mount;

    @Option(
        names = "--datanodes",
        paramLabel = "N",
        description = "How many datanodes (default: 3).")
    private Integer datanodes;

    @Option(
        names = "--base-port",
        paramLabel = "PORT",
        description =
            "The master's port; datanode N has this + N, metrics are 1000 above, those of the"
                + " mount at this + 1050 (default: 7400).")
    private Integer basePort;

    @Option(
        names = "--replication",
        paramLabel = "N",
        description = "Replicas of each chunk (default: 3, or fewer with fewer datanodes).")
    private Integer replication;

    @Override
    public void run() {
      RequestedFlags requested =
          new RequestedFlags(
              Optional.ofNullable(datanodes),
              Optional.ofNullable(basePort),
              Optional.ofNullable(replication),
              Optional.ofNullable(mount).map(path -> path.toAbsolutePath().normalize()));
      Logging.start(Logging.Use.COMMAND);
      target.use(cluster -> cluster.up(requested));
    }
  }

  @Command(
      name = "down",
      description = "Unmount, and stop every role. The files stay.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:everything stopped in order", "1:something had to be killed"})
  static final class Down implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      Logging.start(Logging.Use.COMMAND);
      return target.with(LocalCluster::down)
          ? CommandLine.ExitCode.OK
          : CommandLine.ExitCode.SOFTWARE;
    }
  }

  @Command(
      name = "status",
      description = "Say which roles run, with pid and ports.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:every role is up", "3:some role is not"})
  static final class Status implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      List<RoleState> states = target.with(LocalCluster::tellStatus);
      return states.stream().allMatch(state -> state.condition() == Condition.UP)
          ? CommandLine.ExitCode.OK
          : NOT_ALL_UP;
    }
  }

  @Command(name = "start", description = "Start one role and wait until it answers.")
  static final class Start implements Runnable {
    @Mixin private Target target;

    @Parameters(paramLabel = "ROLE", description = "master, datanode-1 …, mount")
    private String role;

    @Option(
        names = "--accept-rollback",
        description = {
          "For the master, restored from an older copy of its folder: give up what was done since."
        })
    private boolean acceptRollback;

    @Override
    public void run() {
      Logging.start(Logging.Use.COMMAND);
      target.use(cluster -> cluster.start(role, acceptRollback));
    }
  }

  @Command(
      name = "stop",
      description = "Stop one role in order.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it stopped in order", "1:it had to be killed"})
  static final class Stop implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ROLE", description = "master, datanode-1 …, mount")
    private String role;

    @Override
    public Integer call() {
      Logging.start(Logging.Use.COMMAND);
      return target.with(cluster -> cluster.stop(role))
          ? CommandLine.ExitCode.OK
          : CommandLine.ExitCode.SOFTWARE;
    }
  }

  @Command(name = "kill", description = "End one role at once, as a crash would (kill -9).")
  static final class Kill implements Runnable {
    @Mixin private Target target;

    @Parameters(paramLabel = "ROLE", description = "master, datanode-1 …, mount")
    private String role;

    @Override
    public void run() {
      target.use(cluster -> cluster.kill(role));
    }
  }
}
