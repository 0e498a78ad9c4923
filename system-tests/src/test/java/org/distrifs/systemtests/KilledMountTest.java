package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.ReplicaFile;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.Test;

/**
 * A mount is killed after it has written to chunks and before it committed. Once its session is
 * over, all mounts see the same bytes, and none of the uncommitted ones appear later.
 */
class KilledMountTest {
  /** A full packet is sent at once; the commit follows two seconds later. */
  private static final int PACKET_BYTES = 512 << 10;

  private static final int FILE_BYTES = 2 * PACKET_BYTES;
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  @RunningCluster(masterSettings = "session.expiryMs = 3000")
  private Cluster cluster;

  @RunningMount private ExtraMount killed;

  @Test
  void whatItLeftIsTheSameForAllAndEndsWhereTheFileEnds() throws Exception {
    final Path overwritten = cluster.mount().resolve("overwritten");
    final Path appended = cluster.mount().resolve("appended");
    Files.write(overwritten, filled(FILE_BYTES, 'a'));
    Files.write(appended, filled(1000, 'a'));
    assertThat(Files.readAllBytes(overwritten)).as("cached").isEqualTo(filled(FILE_BYTES, 'a'));
    final Path overwrittenReplica = replica("overwritten");
    final Path appendedReplica = replica("appended");
    final FileChannel over = openKilled("overwritten");
    final FileChannel append = openKilled("appended");
    over.write(ByteBuffer.wrap(filled(PACKET_BYTES, 'b')), 0);
    append.write(ByteBuffer.wrap(filled(PACKET_BYTES, 'b')), PACKET_BYTES);
    Await.until(
        "the bytes are on the replicas",
        Duration.ofSeconds(2),
        () ->
            ReplicaFile.firstBytes(overwrittenReplica, 1)[0] == 'b'
                && ReplicaFile.firstBytes(appendedReplica, PACKET_BYTES + 1)[PACKET_BYTES] == 'b');
    killed.kill();
    // Their mount is dead, so the closes fail.
    assertThatThrownBy(over::close).hasMessageContaining("not connected");
    assertThatThrownBy(append::close).hasMessageContaining("not connected");
    assertThat(Files.size(appended)).isEqualTo(1000);

    Await.until("what it left is settled", SETTLED_WITHIN, this::isSettled);

    assertThat(Files.readAllBytes(overwritten))
        .isEqualTo(ReplicaFile.firstBytes(overwrittenReplica, FILE_BYTES))
        .startsWith(filled(PACKET_BYTES, 'b'));
    try (FileChannel longer = FileChannel.open(appended, StandardOpenOption.WRITE)) {
      longer.write(ByteBuffer.wrap(filled(1, 'c')), FILE_BYTES - 1);
    }
    final byte[] seen = Files.readAllBytes(appended);
    assertThat(Arrays.copyOfRange(seen, 1000, FILE_BYTES - 1))
        .isEqualTo(new byte[FILE_BYTES - 1 - 1000]);
  }

  private FileChannel openKilled(String name) throws Exception {
    return FileChannel.open(killed.point().resolve(name), StandardOpenOption.WRITE);
  }

  private boolean isSettled() {
    final StatusReply status = cluster.status();
    return status.getSessionsCount() == 1 && status.getRepair().getFilesInDoubt() == 0;
  }

  private Path replica(String name) {
    return cluster.replicaFile(1, cluster.locate("/" + name).getChunks(0).getChunk());
  }

  private static byte[] filled(int length, char with) {
    final byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}
