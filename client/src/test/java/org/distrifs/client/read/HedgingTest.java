package org.distrifs.client.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a reader does when replicas do not answer or refuse to serve, with datanodes in memory. */
class HedgingTest {
  private static final int NODES = 3;
  private static final int LENGTH = FakeCluster.CHUNK_BYTES;

  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  private final byte[] content = new byte[LENGTH];
  private DistriFsClient client;
  private OpenFile file;
  private int first;

  @BeforeEach
  void writeFileAndSeeWhoIsAskedFirst() throws IOException {
    new Random(1).nextBytes(content);
    client = cluster.client();
    file = FakeCluster.create(client, "a");
    file.write(0, ByteBuffer.wrap(content));
    file.flush();
    long[] before = asked();
    assertReads(0, 100);
    long[] after = asked();
    for (int node = 1; node <= NODES; node++) {
      first = after[node] > before[node] ? node : first;
    }
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  private long[] asked() {
    long[] asked = new long[NODES + 1];
    for (int node = 1; node <= NODES; node++) {
      asked[node] = cluster.datanodes().asked(node);
    }
    return asked;
  }

  private void assertReads(int offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    file.read(offset, target);
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, offset, length));
  }

  private static long millisSince(long startNs) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
  }

  @Test
  void aSilentReplicaCostsOneHedgeAndIsThenAvoided() throws IOException {
    cluster.datanodes().stop(first);
    long[] before = asked();
    long startNs = System.nanoTime();
    assertReads(20_000, 100);
    assertThat(millisSince(startNs)).isLessThan(FakeCluster.settings().replicaTimeoutMs());
    for (int i = 0; i < 20; i++) {
      assertReads(i * 3_000, 100);
    }
    assertThat(asked()[first]).isEqualTo(before[first] + 1);
    cluster.datanodes().goOn(first);
  }

  @Test
  void aLateAnswerIsReleasedAndDoesNoHarm() throws IOException {
    cluster.datanodes().stop(first);
    assertReads(20_000, 100);
    cluster.datanodes().goOn(first);
    assertReads(20_000, 100);
  }

  @Test
  void aReplicaThatIsSuspectEverywhereIsToldToTheMasterUntilItServes() throws IOException {
    AtomicInteger refusals = new AtomicInteger(3 * NODES);
    cluster
        .datanodes()
        .setFaults(request -> refusals.getAndDecrement() > 0 ? Fate.REFUSE_SUSPECT : Fate.SERVE);
    assertReads(0, 5_000);
    assertThat(cluster.datanodes().reports())
        .isNotEmpty()
        .allSatisfy(
            report -> {
              assertThat(report.getStatus()).isEqualTo(Status.SUSPECT.code());
              assertThat(report.getFailedNodeId()).isBetween(1, NODES);
            });
  }

  @Test
  void replicasThatStayUnfitAreAnErrorInTimeAndNoStormOfReports() {
    cluster.datanodes().setFaults(request -> Fate.REFUSE_SUSPECT);
    long startNs = System.nanoTime();
    assertThatThrownBy(() -> assertReads(0, 5_000))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    assertThat(millisSince(startNs)).isLessThan(3 * FakeCluster.settings().readTimeoutMs());
    assertThat(cluster.datanodes().reports()).hasSizeBetween(1, 6);
    cluster.datanodes().setFaults(request -> Fate.SERVE);
  }

  @Test
  void onlyAReplicaThatNobodyElseMakesUpForIsToldToTheMaster() throws IOException {
    AtomicInteger refusals = new AtomicInteger(2);
    cluster
        .datanodes()
        .setFaults(
            request ->
                request instanceof DataRequest.Read && refusals.getAndDecrement() > 0
                    ? Fate.REFUSE_SUSPECT
                    : Fate.SERVE);
    assertReads(0, 5_000);
    assertThat(cluster.datanodes().reports()).isEmpty();
  }

  @Test
  void atMostATenthOfTheReadsIsHedgedInTheLongRun() {
    HedgeBudget budget = new HedgeBudget();
    int reads = 10_000;
    int hedges = 0;
    for (int i = 0; i < reads; i++) {
      budget.earn();
      hedges += budget.spend() ? 1 : 0;
    }
    assertThat(hedges)
        .isBetween(
            reads / HedgeBudget.READS_PER_HEDGE,
            reads / HedgeBudget.READS_PER_HEDGE + HedgeBudget.MAX_SAVED);
  }
}
