package org.distrifs.systemtests.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.StatusReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local cluster of real processes with a real mount, started by the packaged command. Closing it
 * leaves no process and no mount behind, whatever happened.
 */
public final class Cluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final Duration START_BOUND = Duration.ofMinutes(3);
  private static final int ROLES = 20;
  private static final int METRICS_OFFSET = 1000;

  private final Path folder;
  private final Path mount;
  private final int basePort;

  private Cluster(Path folder, int basePort) {
    this.folder = folder.resolve("cluster");
    this.mount = folder.resolve("mount");
    this.basePort = basePort;
  }

  /** Starts a cluster of three datanodes below {@code folder} and mounts it. */
  public static Cluster start(Path folder, String... flags) throws IOException {
    requireFuse();
    final Cluster cluster = new Cluster(folder, freeBasePort());
    Files.createDirectories(cluster.mount);
    try {
      final List<String> up = new ArrayList<>(List.of("local", "up"));
      up.addAll(List.of("--dir", cluster.folder.toString()));
      up.addAll(List.of("--mount", cluster.mount.toString()));
      up.addAll(List.of("--base-port", Integer.toString(cluster.basePort)));
      up.addAll(List.of(flags));
      distrifs(START_BOUND, up).expectSuccess();
      return cluster;
    } catch (AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Writes the settings of the master for a cluster that is later started below {@code folder}. */
  public static void configureMaster(Path folder, String settings) throws IOException {
    configure(folder, "master", settings);
  }

  /**
   * Writes the settings of the datanodes for a cluster that is later started below {@code folder}.
   */
  public static void configureDatanodes(Path folder, String settings) throws IOException {
    configure(folder, "datanode", settings);
  }

  private static void configure(Path folder, String kind, String settings) throws IOException {
    final Path conf = Files.createDirectories(folder.resolve("cluster").resolve("conf"));
    Files.writeString(conf.resolve(kind + ".conf"), settings + "\n");
  }

  /** The data folder of a role in a cluster that is later started below {@code folder}. */
  public static Path data(Path folder, String role) {
    return folder.resolve("cluster").resolve("data").resolve(role);
  }

  /** Fails with a clear sentence on a machine that cannot mount. */
  public static void requireFuse() {
    if (!Files.exists(Path.of("/dev/fuse"))) {
      throw new AssertionError(
          "/dev/fuse is missing: these tests mount for real; load the kernel module fuse,"
              + " or in a container pass --device /dev/fuse --cap-add SYS_ADMIN");
    }
  }

  /** Runs the packaged {@code distrifs} command. */
  public static Command.Result distrifs(Duration bound, List<String> arguments) {
    final List<String> command = new ArrayList<>();
    command.add(launcher().toString());
    command.addAll(arguments);
    return Command.run(bound, command);
  }

  /** Runs the packaged {@code distrifs} command against this cluster's master. */
  public Command.Result distrifs(String... arguments) {
    final List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(List.of("--master", masterAddress()));
    return distrifs(Command.BOUND, command);
  }

  /** {@code distrifs local …} on this cluster. */
  public Command.Result local(String... arguments) {
    final List<String> command = new ArrayList<>(List.of("local"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--dir", folder.toString()));
    return distrifs(START_BOUND, command);
  }

  /** The packaged launcher. */
  public static Path launcher() {
    final Path launcher = Path.of(System.getProperty("distrifs.dist"), "bin", "distrifs");
    if (!Files.isExecutable(launcher)) {
      throw new AssertionError(launcher + " is missing: run these tests by 'mvn verify'");
    }
    return launcher;
  }

  public Path mount() {
    return mount;
  }

  public Path folder() {
    return folder;
  }

  public int basePort() {
    return basePort;
  }

  public String masterAddress() {
    return "127.0.0.1:" + basePort;
  }

  /** The data folder of a role: "master", "datanode-1" … */
  public Path data(String role) {
    return folder.resolve("data").resolve(role);
  }

  public Path log(String role) {
    return folder.resolve("log").resolve(role + ".log");
  }

  public long pid(String role) throws IOException {
    return Long.parseLong(Files.readString(folder.resolve("run").resolve(role + ".pid")).strip());
  }

  /** {@code kill -9} of a role; returns when the process is gone. */
  public void kill(String role) throws Exception {
    final long pid = pid(role);
    Command.run("kill", "-KILL", Long.toString(pid)).expectSuccess();
    Await.until(
        role + " is gone",
        Duration.ofSeconds(20),
        () -> !Files.exists(Path.of("/proc", Long.toString(pid))));
  }

  /** Pauses a role by SIGSTOP, until {@link #resume}. */
  public void pause(String role) throws IOException {
    Command.run("kill", "-STOP", Long.toString(pid(role))).expectSuccess();
  }

  /** SIGCONT. */
  public void resume(String role) throws IOException {
    Command.run("kill", "-CONT", Long.toString(pid(role))).expectSuccess();
  }

  /** What {@code distrifs status --json} says. */
  public StatusReply status() {
    return parsed(StatusReply.newBuilder(), distrifs("status", "--json")).build();
  }

  /** What {@code distrifs locate --json} says of a DistriFS path. */
  public LocateReply locate(String path) {
    return parsed(LocateReply.newBuilder(), distrifs("locate", path, "--json")).build();
  }

  private static <B extends Message.Builder> B parsed(B builder, Command.Result result) {
    try {
      JsonFormat.parser().merge(result.expectSuccess().output(), builder);
      return builder;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(result.command() + " did not print JSON: " + result.output(), e);
    }
  }

  /** The file of a chunk's replica on a datanode, by the layout of the chunk store. */
  public Path replicaFile(int datanode, String chunk) {
    final Path chunks = data("datanode-" + datanode).resolve("chunks");
    try {
      return LiveFiles.named(chunks, chunk).stream()
          .findFirst()
          .orElseThrow(() -> new AssertionError("no replica of " + chunk + " below " + chunks));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      final Command.Result down = local("down");
      if (down.exitStatus() != 0) {
        LOG.warn("local down: {}", down.output());
      }
    } finally {
      killWhatIsLeft();
      if (mounted(mount)) {
        Command.run("umount", "-l", mount.toString());
      }
    }
  }

  private void killWhatIsLeft() {
    final Path run = folder.resolve("run");
    if (!Files.isDirectory(run)) {
      return;
    }
    // Only processes whose command line names this cluster's folder: another process may have got a
    // pid.
    Command.shell(
        "for f in \"$1\"/*.pid; do [ -e \"$f\" ] || continue; p=$(cat \"$f\");"
            + " if tr '\\0' ' ' 2>/dev/null < /proc/$p/cmdline | grep -qF \"$2\";"
            + " then kill -KILL $p; fi; done",
        run,
        folder);
  }

  /**
   * Whether something is mounted there. Does not access the mount, which could hang if it is dead.
   */
  public static boolean mounted(Path point) {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
          .anyMatch(line -> line.split(" ", -1)[4].equals(point.toString()));
    } catch (IOException e) {
      throw new AssertionError("cannot read the mount table", e);
    }
  }

  /** A base port for which the ports of all roles and of their metrics are free. */
  public static int freeBasePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      final int base = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      if (IntStream.range(base, base + ROLES).allMatch(Cluster::isFree)
          && IntStream.range(base + METRICS_OFFSET, base + METRICS_OFFSET + ROLES)
              .allMatch(Cluster::isFree)) {
        return base;
      }
    }
    throw new AssertionError("no " + ROLES + " free ports in a row between 15000 and 30000");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress("127.0.0.1", port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
