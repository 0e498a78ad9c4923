package org.distrifs.client.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What readers get, with a master and datanodes in memory. */
class ReadingTest {
  private static final int LENGTH = 4 * FakeCluster.CHUNK_BYTES + 1_000;

  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  private final byte[] content = new byte[LENGTH];
  private DistriFsClient writer;
  private DistriFsClient reader;
  private long inode;

  @BeforeEach
  void writeFile() throws IOException {
    new Random(1).nextBytes(content);
    writer = cluster.client();
    try (OpenFile file = FakeCluster.create(writer, "a")) {
      file.write(0, ByteBuffer.wrap(content));
      inode = file.inode();
    }
    reader = cluster.client();
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
    writer.close();
  }

  private void assertReads(OpenFile file, int offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    file.read(offset, target);
    int expected = Math.max(0, Math.min(length, LENGTH - offset));
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, offset, expected));
  }

  private static byte[] read(OpenFile file, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    file.read(offset, target);
    byte[] found = new byte[target.flip().remaining()];
    target.get(found);
    return found;
  }

  @Test
  void aSequentialReaderIsRunAheadOfInWholeSegments() throws IOException {
    try (OpenFile file = reader.open(inode)) {
      for (int at = 0; at < LENGTH; at += 4_096) {
        assertReads(file, at, 4_096);
      }
    }
    // Sixteen requests for single blocks until the pattern is recognised, then one for each chunk.
    assertThat(cluster.datanodes().reads()).isLessThan(16 + 6);
  }

  @Test
  void anOpenBringsWhatTheFirstReadNeeds() throws IOException {
    try (OpenFile file = reader.open(inode)) {
      int before = cluster.master().operations();
      assertReads(file, 0, 5_000);
      assertThat(cluster.master().operations()).isEqualTo(before);
    }
  }

  @Test
  void aRandomReaderFetchesTheBlocksThatItTouches() throws IOException {
    AtomicInteger most = new AtomicInteger();
    cluster
        .datanodes()
        .setFaults(
            request -> {
              if (request instanceof DataRequest.Read read) {
                most.accumulateAndGet(read.length(), Math::max);
              }
              return Fate.SERVE;
            });
    try (OpenFile file = reader.open(inode)) {
      assertReads(file, 200_000, 100);
      assertReads(file, 70_000, 4_000);
      assertReads(file, 9, 4_096);
    }
    assertThat(most).hasValue(8_192);
  }

  @Test
  void anotherReplicaServesWhenOneIsRotten() throws IOException {
    AtomicInteger left = new AtomicInteger(2);
    cluster
        .datanodes()
        .setFaults(
            request -> left.getAndDecrement() > 0 ? Fate.REFUSE_CORRUPT_REPLICA : Fate.SERVE);
    try (OpenFile file = reader.open(inode)) {
      assertReads(file, 0, 5_000);
    }
  }

  @Test
  void bytesThatDoNotMatchNeverReachTheReader() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.CORRUPT_ANSWER);
    try (OpenFile file = reader.open(inode)) {
      assertThatThrownBy(() -> read(file, 0, 5_000))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
      cluster.datanodes().setFaults(request -> Fate.SERVE);
      assertReads(file, 0, 5_000);
    }
  }

  @Test
  void aMismatchThatWasARaceIsReadAgainFromTheSameReplica() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    cluster
        .datanodes()
        .setFaults(
            request ->
                requests.getAndIncrement() == 0 && !((DataRequest.Read) request).verify()
                    ? Fate.CORRUPT_ANSWER
                    : Fate.SERVE);
    try (OpenFile file = reader.open(inode)) {
      assertReads(file, 0, 5_000);
    }
    assertThat(requests).hasValue(2);
  }

  @Test
  void whatAnotherMountClosedIsSeenByTheNextOpen() throws IOException {
    try (OpenFile early = reader.open(inode)) {
      assertReads(early, 0, 100_000);
      overwrite(10, new byte[50_000]);
      System.arraycopy(new byte[50_000], 0, content, 10, 50_000);
      try (OpenFile late = reader.open(inode)) {
        assertReads(late, 0, 100_000);
      }
      assertReads(early, 0, 100_000);
    }
  }

  @Test
  void growthByAnotherMountIsNeverReadAsZeros() throws IOException {
    try (OpenFile early = reader.open(inode)) {
      assertReads(early, LENGTH - 500, 500);
      byte[] more = new byte[700];
      new Random(2).nextBytes(more);
      overwrite(LENGTH, more);
      reader.metadata().freshAttributes(inode);
      assertThat(read(early, LENGTH, 700)).isEqualTo(more);
    }
  }

  @Test
  void holesAndExtensionsAreZeros() throws IOException {
    try (OpenFile file = writer.open(inode)) {
      long far = 100L * FakeCluster.CHUNK_BYTES;
      file.truncate(far);
      file.write(far, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      file.flush();
    }
    try (OpenFile file = reader.open(inode)) {
      assertThat(read(file, LENGTH - 2, 4))
          .isEqualTo(new byte[] {content[LENGTH - 2], content[LENGTH - 1], 0, 0});
      long far = 100L * FakeCluster.CHUNK_BYTES;
      assertThat(read(file, far - 3, 10)).isEqualTo(new byte[] {0, 0, 0, 1, 2, 3});
      assertThat(read(file, 50L * FakeCluster.CHUNK_BYTES, 3)).isEqualTo(new byte[3]);
    }
  }

  @Test
  void readersGoOnWhileTheMasterIsAway() throws IOException {
    try (OpenFile file = reader.open(inode)) {
      assertReads(file, 0, 100);
      assertReads(file, 2 * FakeCluster.CHUNK_BYTES, 100);
      cluster.master().goAway();
      assertReads(file, 2 * FakeCluster.CHUNK_BYTES + 50, 100);
      cluster.master().comeBack();
    }
  }

  private void overwrite(long offset, byte[] bytes) throws IOException {
    try (OpenFile file = writer.open(inode)) {
      file.write(offset, ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void whatAnotherCutAndWroteAnewIsReadAtTheNextOpen() throws IOException {
    try (OpenFile file = reader.open(inode)) {
      assertReads(file, 0, LENGTH);
    }
    byte[] anew = new byte[LENGTH];
    new Random(2).nextBytes(anew);
    try (OpenFile file = writer.open(inode)) {
      file.truncate(0);
      file.write(0, ByteBuffer.wrap(anew));
    }

    // The datanodes still have the former chunks, and would serve them.
    try (OpenFile file = reader.open(inode)) {
      assertThat(read(file, 0, LENGTH)).isEqualTo(anew);
    }
  }

  @Test
  void whatAnotherWroteIntoAHoleIsReadAtTheNextOpen() throws IOException {
    long end = LENGTH + 4L * FakeCluster.CHUNK_BYTES;
    long hole = end - 2L * FakeCluster.CHUNK_BYTES;
    try (OpenFile file = writer.open(inode)) {
      file.truncate(end);
    }
    try (OpenFile file = reader.open(inode)) {
      assertThat(read(file, hole, 4)).isEqualTo(new byte[4]);
    }
    try (OpenFile file = writer.open(inode)) {
      file.write(hole, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    }

    try (OpenFile file = reader.open(inode)) {
      assertThat(read(file, hole, 4)).isEqualTo(new byte[] {1, 2, 3, 4});
    }
  }
}
