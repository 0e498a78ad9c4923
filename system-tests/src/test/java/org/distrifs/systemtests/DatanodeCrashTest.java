package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.ChunkCounts;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datanodes are killed. When one is killed, readers notice nothing and writers wait for a moment.
 * After all were killed and started again, every byte is there.
 */
class DatanodeCrashTest {
  private static final Duration WRITER_BOUND = Duration.ofSeconds(15);

  @TempDir Path folder;
  @RunningCluster private Cluster cluster;

  @Test
  void readersNoticeNothingAndWritersAMomentOfWaiting() throws Exception {
    final Path original = folder.resolve("original");
    final Path file = cluster.mount().resolve("file");
    Command.shell(
            "head -c 200000000 /dev/urandom > \"$1\"; cp \"$1\" \"$2\"; sync \"$2\"",
            original,
            file)
        .expectSuccess();

    cluster.kill("datanode-2");

    Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
    Command.run("cmp", original.toString(), file.toString()).expectSuccess();

    final long startNs = System.nanoTime();
    overwrite(file);
    overwrite(original);
    assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(WRITER_BOUND);

    // There is no fourth datanode to copy its replicas to: they are reconciled when it is back.
    cluster.local("start", "datanode-2").expectSuccess();
    Await.until(
        "no chunk is short",
        Duration.ofSeconds(120),
        () -> ChunkCounts.notFull(cluster.status()) == 0);
    Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
    Command.run("cmp", original.toString(), file.toString()).expectSuccess();
  }

  @Test
  void afterAllDatanodesWereKilledAtOnceEveryByteIsThere() throws Exception {
    final Path original = folder.resolve("original");
    final Path file = cluster.mount().resolve("file");
    Command.shell("head -c 100000000 /dev/urandom > \"$1\"; cp \"$1\" \"$2\"", original, file)
        .expectSuccess();

    for (int node = 1; node <= 3; node++) {
      cluster.kill("datanode-" + node);
    }
    for (int node = 1; node <= 3; node++) {
      cluster.local("start", "datanode-" + node).expectSuccess();
    }

    Await.until(
        "no chunk is short",
        Duration.ofSeconds(90),
        () -> ChunkCounts.notFull(cluster.status()) == 0);
    Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
    Command.run("cmp", original.toString(), file.toString()).expectSuccess();
  }

  private static void overwrite(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("overwritten".getBytes(StandardCharsets.UTF_8)), 0);
      channel.force(true);
    }
  }
}
