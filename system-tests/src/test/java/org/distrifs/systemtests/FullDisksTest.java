package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five datanodes on small disks, one of them smaller than the others. No program gets ENOSPC while
 * a chain with room can be found, and each gets it at once when there is none.
 */
class FullDisksTest {
  private static final int MIB = 1 << 20;
  private static final int REPLICATION = 3;
  private static final int LARGE_DISK_MIB = 56;
  private static final int SMALL_DISK_MIB = 32;
  private static final int RESERVE = 12 * MIB;
  private static final int KEEP_FREE = 2 * MIB;
  private static final int CHUNK = 4 * MIB;
  private static final int MAX_FILE = 9 * MIB;
  private static final Duration SETTLE_BOUND = Duration.ofMinutes(2);

  @TempDir Path folder;

  private final List<SmallDisk> disks = new ArrayList<>();
  private final long seed = Seeds.fromPropertyOrFresh();
  private final Random random = new Random(seed);
  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    Cluster.configureMaster(
        folder,
        String.join(
            "\n",
            "placement.keepFreeBytes = " + KEEP_FREE,
            "chunkSizeBytes = " + CHUNK,
            "repair.startAfterMs = 1000",
            "node.heartbeatIntervalMs = 500",
            "session.keepAliveIntervalMs = 500"));
    Cluster.configureDatanodes(folder, "datanode.reserveBytes = " + RESERVE);
    for (int i = 1; i <= 5; i++) {
      disks.add(
          SmallDisk.at(
              Cluster.data(folder, "datanode-" + i), i == 1 ? SMALL_DISK_MIB : LARGE_DISK_MIB));
    }
    cluster = Cluster.start(folder, "--datanodes", "5");
  }

  @AfterEach
  void stop() throws IOException {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      for (SmallDisk disk : disks) {
        disk.close();
      }
    }
  }

  @Test
  void writersHearOfFullDisksOnlyWhenNoChainCanBeFoundAndOnceMoreWhenFilesAreRemoved()
      throws Exception {
    fillAndRemove(2);
    aDiskThatFillsInsideAChunkIsLeftForAnotherAndIsNoSpaceWhenAllAreFull();
  }

  @Tag("full")
  @Test
  void aHundredTimesOver() throws Exception {
    fillAndRemove(100);
  }

  private void fillAndRemove(int rounds) throws Exception {
    for (int round = 0; round < rounds; round++) {
      final String where = "round %d of seed %d".formatted(round, seed);
      final long promised = Files.getFileStore(cluster.mount()).getUsableSpace();
      final Map<Path, byte[]> files = new TreeMap<>();
      long written = 0;
      IOException refusal = null;
      // Removed only after the disks need not be full any more: removing it frees its room.
      Path refused = null;
      while (refusal == null) {
        final byte[] bytes = new byte[1 + random.nextInt(MAX_FILE)];
        random.nextBytes(bytes);
        final Path file = cluster.mount().resolve("file-" + round + "-" + files.size());
        try {
          Files.write(file, bytes);
          files.put(file, bytes);
          written += bytes.length;
        } catch (IOException e) {
          refusal = e;
          refused = file;
        }
      }
      assertThat(refusal).as(where).hasMessageContaining("No space left");
      final StatusReply status = cluster.status();
      assertThat(nodesWithRoom(status)).as("%s: %s", where, status).isLessThan(REPLICATION);
      assertThat(written).as("%s, which had promised so much", where).isGreaterThan(promised / 2);
      if (round == 0) {
        assertThat(written).isGreaterThan(30L * MIB);
        aShellIsToldAtTheWrite();
        aReservationThatCannotBeKeptIsRefused();
        assertThat(cluster.distrifs("status").expectSuccess().output()).contains(" full");
      }
      Files.delete(refused);
      for (Map.Entry<Path, byte[]> each : files.entrySet()) {
        assertThat(Files.readAllBytes(each.getKey())).as(where).isEqualTo(each.getValue());
      }
      for (Path file : files.keySet()) {
        Files.delete(file);
      }
      System.out.printf(
          "%s: %d bytes in %d files, of %d promised%n", where, written, files.size(), promised);
    }
  }

  /** How many nodes new chunks can be placed on. */
  private static long nodesWithRoom(StatusReply status) {
    return status.getNodesList().stream()
        .mapToLong(NodeStatus::getAvailableBytes)
        .filter(bytes -> bytes > KEEP_FREE + CHUNK)
        .count();
  }

  /** The write itself fails: a shell does not check the close of a redirection. */
  private void aShellIsToldAtTheWrite() throws IOException {
    final Command.Result echo =
        Command.run("bash", "-c", "cd \"$0\" && echo y > small", cluster.mount().toString());
    assertThat(echo.exitStatus()).as(echo.output()).isNotZero();
    assertThat(echo.output()).contains("No space left");
    Files.delete(cluster.mount().resolve("small"));
  }

  private void aReservationThatCannotBeKeptIsRefused() throws IOException {
    final long left = Files.getFileStore(cluster.mount()).getUsableSpace();
    final Command.Result result =
        Command.shell("fallocate -l $2 \"$1\"/reserved", cluster.mount(), left + CHUNK);
    assertThat(result.output()).contains("No space left");
    Files.delete(cluster.mount().resolve("reserved"));
  }

  private void aDiskThatFillsInsideAChunkIsLeftForAnotherAndIsNoSpaceWhenAllAreFull()
      throws Exception {
    awaitRoom();
    final Path file = cluster.mount().resolve("grows");
    Files.write(file, new byte[1000]);
    final int member =
        cluster.locate("/grows").getChunks(0).getLocation().getMembers(1).getPort()
            - cluster.basePort();
    fill(List.of(member));

    long tookMs = append(file, MIB);
    System.out.printf("one full member was replaced: %d ms%n", tookMs);
    assertThat(tookMs).isLessThan(30_000);
    assertThat(cluster.locate("/grows").getChunks(0).getLocation().getMembersList())
        .hasSize(REPLICATION)
        .noneMatch(each -> each.getPort() == cluster.basePort() + member);

    fill(List.of(1, 2, 3, 4, 5));
    final long beganNs = System.nanoTime();
    assertThatThrownBy(() -> append(file, MIB)).hasMessageContaining("No space left");
    final long refusedMs = (System.nanoTime() - beganNs) / 1_000_000;
    System.out.printf("all members full: refused after %d ms%n", refusedMs);
    assertThat(refusedMs).isLessThan(20_000);

    for (int datanode = 1; datanode <= disks.size(); datanode++) {
      Files.deleteIfExists(filler(datanode));
    }
    awaitRoom();
    append(file, MIB);
    assertThat(Files.size(file)).isEqualTo(1000 + 2 * MIB);
    assertThat(Files.readAllBytes(file)).containsOnly(0);
  }

  /** Fills the disks, as another program might, including what the trash gives back meanwhile. */
  private void fill(List<Integer> datanodes) throws Exception {
    Await.until(
        "no replica can grow on " + datanodes,
        SETTLE_BOUND,
        () -> {
          for (int datanode : datanodes) {
            final Path filler = filler(datanode);
            final long has = Files.exists(filler) ? Files.size(filler) : 0;
            final long free =
                Files.getFileStore(cluster.data("datanode-" + datanode)).getUsableSpace();
            Command.run(
                    "fallocate",
                    "-l",
                    "" + (has + Math.max(1, free - RESERVE / 8)),
                    filler.toString())
                .expectSuccess();
          }
          return cluster.status().getNodesList().stream()
              .filter(node -> datanodes.contains(node.getPort() - cluster.basePort()))
              .allMatch(node -> node.getFreeBytes() < RESERVE / 4);
        });
  }

  private Path filler(int datanode) {
    return cluster.data("datanode-" + datanode).resolve("filler");
  }

  private void awaitRoom() throws Exception {
    Await.until(
        "there is room",
        SETTLE_BOUND,
        () -> Files.getFileStore(cluster.mount()).getUsableSpace() > 20 * MIB);
  }

  private static long append(Path file, int bytes) throws IOException {
    final long beganNs = System.nanoTime();
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(opened.length());
      opened.write(new byte[bytes]);
      opened.getFD().sync();
    }
    return (System.nanoTime() - beganNs) / 1_000_000;
  }
}
