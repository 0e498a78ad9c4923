package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.DistriFsClients;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.systemtests.blocks.FreshReader;
import org.distrifs.systemtests.blocks.Histories;
import org.distrifs.systemtests.blocks.SynchronousWriter;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.Shell;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Blocks of one file behave like registers to the processes that use them, while members of its
 * chain are killed and stopped: each write that is durable when it returns, and each read that
 * opens afresh, happens at one instant.
 *
 * <p>Writers are programs on two mounts. Readers are SDK clients with sessions of their own: a
 * mount shows its own writes before they have arrived at a datanode. POSIX allows that, but it is
 * not linearizable.
 */
class LinearizableBlocksTest {
  private static final int BLOCKS = 8;
  private static final int DATANODES = 5;
  private static final int WRITERS_PER_MOUNT = 2;
  private static final int READERS = 3;
  private static final int END_BOUND_S = 180;

  @TempDir Path folder;

  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private volatile boolean over;

  @Test
  void everyHistoryIsLinearizable() throws Exception {
    expectLinearizable(4);
  }

  @Test
  @Tag("full")
  void everyLongHistoryIsLinearizable() throws Exception {
    expectLinearizable(40);
  }

  private void expectLinearizable(int faults) throws Exception {
    final long seed = Seeds.fromPropertyOrFresh();
    final Random random = new Random(seed);
    final Histories histories = new Histories(BLOCKS);
    try (Shell shell = new Shell();
        Cluster cluster = Cluster.start(folder, "--datanodes", "" + DATANODES);
        ExtraMount second = ExtraMount.of(cluster, folder.resolve("second"));
        DistriFsClient reading = DistriFsClients.connect(readerOf(cluster))) {
      Files.write(cluster.mount().resolve("blocks"), new byte[BLOCKS * Histories.BLOCK_BYTES]);
      for (final Path mount : List.of(cluster.mount(), second.point())) {
        for (int i = 0; i < WRITERS_PER_MOUNT; i++) {
          final String name = "writer " + i + " on " + mount.getFileName();
          start(
              new SynchronousWriter(name, mount.resolve("blocks"), histories, random.nextLong())
                  ::run);
        }
      }
      final long inode =
          reading
              .metadata()
              .freshLookup(DistriFsClient.ROOT_INODE, ByteString.copyFromUtf8("blocks"))
              .getInode();
      for (int i = 0; i < READERS; i++) {
        start(new FreshReader("reader " + i, reading, inode, histories, random.nextLong())::run);
      }
      for (int i = 0; i < faults; i++) {
        hurt(cluster, shell, "datanode-" + (1 + random.nextInt(DATANODES)), random);
      }
      over = true;
      for (final CompletableFuture<Void> client : clients) {
        client.get(END_BOUND_S, TimeUnit.SECONDS);
      }
    }

    System.out.printf("linearizable blocks: %d operations, seed %d%n", histories.size(), seed);
    assertThat(histories.contradiction()).as("seed %d", seed).isEmpty();
    assertThat(histories.size()).as("enough to mean something").isGreaterThan(50 * faults);
  }

  private void start(Consumer<BooleanSupplier> client) {
    clients.add(
        CompletableFuture.runAsync(
            () -> client.accept(() -> over), task -> new Thread(task).start()));
  }

  private static ClientSettings readerOf(Cluster cluster) {
    return ClientSettings.defaults(
        List.of(PeerAddress.parse(cluster.masterAddress())), "reader of blocks");
  }

  /** Kills a datanode, or pauses it for shorter or longer than its lease. */
  private static void hurt(Cluster cluster, Shell shell, String datanode, Random random)
      throws Exception {
    final boolean isShort = random.nextInt(4) > 0;
    final Duration time =
        Duration.ofMillis(isShort ? 200 + random.nextInt(2_500) : 9_000 + random.nextInt(6_000));
    final long pid = cluster.pid(datanode);
    if (random.nextBoolean()) {
      shell.run("kill -KILL " + pid);
      pass(time);
      shell.run(
          "%s local start %s --dir %s"
              .formatted(
                  Shell.quoted(Cluster.launcher()), datanode, Shell.quoted(cluster.folder())));
    } else {
      shell.run("kill -STOP " + pid);
      pass(time);
      shell.run("kill -CONT " + pid);
    }
    pass(Duration.ofSeconds(2));
  }

  private static void pass(Duration time) throws Exception {
    final long endNs = System.nanoTime() + time.toNanos();
    Await.until("time passes", time.plusMinutes(1), () -> System.nanoTime() >= endNs);
  }
}
