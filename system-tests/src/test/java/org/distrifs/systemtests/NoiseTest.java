package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.ChunkCounts;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.noise.FrameNoise;
import org.distrifs.systemtests.noise.ReportNoise;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random frames to each port and random block reports stop no process and lose no data. */
class NoiseTest {
  private static final int DATANODES = 3;
  private static final int METRICS_OFFSET = 1000;
  private static final int PARTS_PER_REPORT = 2;
  private static final long MAX_RESIDENT_KIB = 2L << 20;
  private static final Duration RECOVERY_BOUND = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void thousandsOfRandomFramesAndReportsHarmNothing() throws Exception {
    expectNoHarm(10_000, Duration.ofMinutes(3));
  }

  @Test
  @Tag("full")
  void aMillionRandomFramesAndReportsHarmNothing() throws Exception {
    expectNoHarm(1_000_000, Duration.ofMinutes(60));
  }

  /**
   * @param messages frames and parts of reports together
   */
  private void expectNoHarm(long messages, Duration bound) throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final Random random = new Random(seed);
    try (Cluster cluster = Cluster.start(folder)) {
      final Path original = folder.resolve("original");
      Command.shell(
              "head -c 20000000 /dev/urandom > \"$1\"; cp \"$1\" \"$2\"/kept; sync \"$2\"/kept",
              original,
              cluster.mount())
          .expectSuccess();
      final Map<String, Long> pids = pids(cluster);

      try (ReportNoise reports = reportNoise(cluster, random)) {
        final List<CompletableFuture<Void>> noises = new ArrayList<>();
        final List<FrameNoise> frames = frameNoises(cluster, random);
        for (final FrameNoise noise : frames) {
          noises.add(inBackground(() -> noise.send(messages * 4 / 5 / frames.size())));
        }
        noises.add(inBackground(() -> reports.send((int) (messages / 5 / PARTS_PER_REPORT))));
        for (final CompletableFuture<Void> noise : noises) {
          noise.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        }
      }

      assertThat(pids(cluster)).as("no process stopped, seed %d", seed).isEqualTo(pids);
      Await.until("the cluster is healthy", RECOVERY_BOUND, () -> isHealthy(cluster.status()));
      Command.shell(
              "dd if=\"$1\"/kept iflag=nocache count=0 status=none; cmp \"$1\"/kept \"$2\"",
              cluster.mount(),
              original)
          .expectSuccess();
      Files.writeString(cluster.mount().resolve("after"), "text");
      assertThat(Files.readString(cluster.mount().resolve("after"))).isEqualTo("text");
      for (final String role : pids.keySet()) {
        assertThat(Files.readString(cluster.log(role)))
            .as("log of %s, seed %d", role, seed)
            .doesNotContain("\tat ");
      }
    }
  }

  private static ReportNoise reportNoise(Cluster cluster, Random random) {
    return new ReportNoise(
        PeerAddress.parse(cluster.masterAddress()),
        // In the range of the cluster's ports, but used by none of its roles.
        cluster.basePort() + DATANODES + 10,
        random.nextLong());
  }

  /** One for each data port, one for the port of the master, and one for all metrics ports. */
  private static List<FrameNoise> frameNoises(Cluster cluster, Random random) {
    final StatusReply status = cluster.status();
    final List<FrameNoise> noises = new ArrayList<>();
    for (final NodeStatus node : status.getNodesList()) {
      if (node.getState().equals("alive") && node.getPort() <= cluster.basePort() + DATANODES) {
        noises.add(
            new FrameNoise(
                node.getPort(), status.getClusterId(), node.getIncarnation(), random.nextLong()));
        noises.add(
            new FrameNoise(
                node.getPort() + METRICS_OFFSET, status.getClusterId(), 0, random.nextLong()));
      }
    }
    for (final int port : List.of(cluster.basePort(), cluster.basePort() + METRICS_OFFSET)) {
      noises.add(new FrameNoise(port, status.getClusterId(), 0, random.nextLong()));
    }
    return noises;
  }

  private static boolean isHealthy(StatusReply status) {
    return status.getServing()
        && ChunkCounts.notFull(status) == 0
        && status.getNodesList().stream().filter(node -> node.getState().equals("alive")).count()
            == DATANODES;
  }

  /** The pid of each role. Fails if a role does not run, or takes too much memory. */
  private static Map<String, Long> pids(Cluster cluster) throws Exception {
    final Map<String, Long> pids = new TreeMap<>();
    for (final String role : List.of("master", "datanode-1", "datanode-2", "datanode-3", "mount")) {
      final long pid = cluster.pid(role);
      final Path status = Path.of("/proc", Long.toString(pid), "status");
      assertThat(status).as("%s runs", role).exists();
      final long residentKib =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
      assertThat(residentKib).as("memory of %s in KiB", role).isLessThan(MAX_RESIDENT_KIB);
      pids.put(role, pid);
    }
    return pids;
  }

  @FunctionalInterface
  private interface Noise {
    void make() throws Exception;
  }

  private static CompletableFuture<Void> inBackground(Noise noise) {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                noise.make();
                done.complete(null);
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            })
        .start();
    return done;
  }
}
