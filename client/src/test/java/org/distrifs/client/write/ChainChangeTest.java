package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.fake.FileBytes.bytes;
import static org.distrifs.client.fake.FileBytes.read;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.ClientSettings;
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

/** What a writer does while its chain loses a member, with a master and datanodes in memory. */
class ChainChangeTest {
  private static final int NODES = 3;
  private static final int HALF = FakeCluster.CHUNK_BYTES / 2;

  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  private DistriFsClient client;
  private OpenFile file;
  private int head;

  @BeforeEach
  void writeFirstHalfOfAChunk() throws IOException {
    client = cluster.client(longTimeouts());
    file = FakeCluster.create(client, "a");
    file.write(0, bytes(HALF));
    file.flush();
    for (int node = 1; node <= NODES; node++) {
      head = cluster.datanodes().asked(node) > 0 ? node : head;
    }
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  /** Settings with a packet time-out that is much longer than a test may take. */
  private static ClientSettings longTimeouts() {
    return FakeCluster.settings(10_000, 20_000);
  }

  private static long millisSince(long startNs) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
  }

  @Test
  void aWriterWhoseHeadIsSilentGoesOnAsSoonAsTheChainIsAnother() throws IOException {
    long before = cluster.datanodes().asked(head);
    cluster.datanodes().stop(head);
    file.write(HALF, bytes(HALF));
    FakeCluster.await("the head is asked", () -> cluster.datanodes().asked(head) > before);
    cluster.datanodes().takeOutOfChains(head);
    long startNs = System.nanoTime();
    file.flush();
    assertThat(millisSince(startNs)).isLessThan(longTimeouts().packetTimeoutMs() / 2);
    assertThat(read(file, HALF, HALF)).isEqualTo(bytes(HALF));
  }

  @Test
  void whatTheFormerHeadDoesLateChangesNothing() throws IOException {
    cluster.datanodes().stop(head);
    file.write(HALF, bytes(HALF));
    cluster.datanodes().takeOutOfChains(head);
    file.flush();
    file.write(HALF, bytes(100));
    file.flush();
    cluster.datanodes().goOn(head);
    file.write(HALF + 100, bytes(50));
    file.flush();
    assertThat(read(file, HALF, 100)).isEqualTo(bytes(100));
    assertThat(read(file, HALF + 100, 50)).isEqualTo(bytes(50));
  }

  /**
   * The first of five writes to one place is lost, and the next three are applied. When the first
   * is sent again it is refused as overtaken, while the fifth, sent after it, is applied. All five
   * must be sent once more, although the fifth was acknowledged.
   */
  @Test
  void aWriteThatWasTakenBehindOneThatWasOvertakenIsSentAgainToo() throws IOException {
    cluster.datanodes().stop(head);
    for (int i = 1; i <= 5; i++) {
      file.write(0, bytes(FakeCluster.PACKET_BYTES, i));
    }
    AtomicBoolean lost = new AtomicBoolean();
    cluster
        .datanodes()
        .setFaults(
            request ->
                request instanceof DataRequest.Write && lost.compareAndSet(false, true)
                    ? Fate.REFUSE_CORRUPT_REQUEST
                    : Fate.SERVE);
    cluster.datanodes().goOn(head);
    file.flush();
    assertThat(read(file, 0, FakeCluster.PACKET_BYTES))
        .isEqualTo(bytes(FakeCluster.PACKET_BYTES, 5));
  }

  @Test
  void aSyncWhoseMemberIsSilentGoesOnAsSoonAsTheChainIsAnother() throws IOException {
    cluster.datanodes().stop(head % NODES + 1);
    cluster
        .datanodes()
        .setFaults(
            request -> {
              if (request instanceof DataRequest.Sync) {
                cluster.datanodes().setFaults(any -> Fate.SERVE);
                cluster.datanodes().takeOutOfChains(head % NODES + 1);
              }
              return Fate.SERVE;
            });
    long startNs = System.nanoTime();
    file.sync();
    assertThat(millisSince(startNs)).isLessThan(longTimeouts().packetTimeoutMs() / 2);
    assertThat(cluster.datanodes().syncs()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aMemberThatDoesNotSyncIsToldToTheMaster() throws IOException {
    AtomicInteger refusals = new AtomicInteger(1);
    cluster
        .datanodes()
        .setFaults(
            request ->
                request instanceof DataRequest.Sync && refusals.getAndDecrement() > 0
                    ? Fate.LOSE_REQUEST
                    : Fate.SERVE);
    file.sync();
    assertThat(cluster.datanodes().reports()).isNotEmpty();
  }

  @Test
  void aChainUnderChangeIsAskedForOftenAndNotInAStorm() throws Exception {
    cluster.datanodes().setChainsWritable(false);
    cluster.datanodes().setFaults(request -> Fate.REFUSE_OVERLOADED);
    file.write(HALF, bytes(HALF));
    Thread flush = new Thread(this::flushQuietly);
    flush.start();
    long tookMs;
    try {
      int before = cluster.master().operations();
      FakeCluster.await("it is asked", () -> cluster.master().operations() >= before + 6);
      long startNs = System.nanoTime();
      FakeCluster.await("it is asked", () -> cluster.master().operations() >= before + 12);
      tookMs = millisSince(startNs);
    } finally {
      cluster.datanodes().setFaults(request -> Fate.SERVE);
      cluster.datanodes().setChainsWritable(true);
    }
    assertThat(tookMs).isBetween(300L, 5_000L);
    flush.join(FakeCluster.WAIT_MS);
    assertThat(flush.isAlive()).isFalse();
    assertThat(read(file, HALF, HALF)).isEqualTo(bytes(HALF));
  }

  private void flushQuietly() {
    try {
      file.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void chunksThatLieFarApartAreAllSynced() throws IOException {
    long chunk = FakeCluster.CHUNK_BYTES;
    file.write((1L << 40) * chunk, bytes(10));
    file.write(((1L << 46) + 1) * chunk, bytes(20));
    file.close();
    file = client.open(file.inode());
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3 * NODES);
    assertThat(read(file, (1L << 40) * chunk, 10)).isEqualTo(bytes(10));
    assertThat(read(file, ((1L << 46) + 1) * chunk, 20)).isEqualTo(bytes(20));
  }

  @Test
  void bytesThatNoMemberTakesAreAnError() throws IOException {
    cluster
        .datanodes()
        .setFaults(
            request -> request instanceof DataRequest.Write ? Fate.REFUSE_NO_SPACE : Fate.SERVE);
    file.write(HALF, bytes(10));
    assertThatThrownBy(file::flush)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    file.flush();
  }
}
