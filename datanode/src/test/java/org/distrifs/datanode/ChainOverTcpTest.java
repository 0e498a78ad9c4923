package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.ChainFixture.Node;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainOverTcpTest {
  private static final long CHUNK = 0x1234;

  @TempDir Path folder;

  @Test
  void manyWritesInFlightArriveInOrderOnEveryMember() throws Exception {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    byte[] model = new byte[0];
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 1; i <= 300; i++) {
        byte[] bytes = new byte[1 + random.nextInt(i % 10 == 0 ? 400_000 : 9000)];
        random.nextBytes(bytes);
        int offset = random.nextInt(2 << 20);
        model = Arrays.copyOf(model, Math.max(model.length, offset + bytes.length));
        System.arraycopy(bytes, 0, model, offset, bytes.length);
        answers.add(chain.write(CHUNK, 1, offset, bytes, i));
      }
      for (CompletableFuture<ChunkAnswer> answer : answers) {
        assertThat(ChainFixture.reply(answer).status()).isEqualTo(Status.OK);
      }
      for (Node node : chain.nodes) {
        assertThat(chain.contents(node, CHUNK, 1)).as("seed " + seed).isEqualTo(model);
        assertThat(node.bytesOnDisk(CHUNK, model.length)).isEqualTo(model);
      }
    }
  }

  @Test
  void aWriteThatIsSentAgainIsAcknowledgedAndNotAppliedAgain() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {1, 1, 1}, 1)).isEqualTo(Status.OK);
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {2, 2, 2}, 2)).isEqualTo(Status.OK);
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {1, 1, 1}, 1)).isEqualTo(Status.OK);
      for (Node node : chain.nodes) {
        assertThat(chain.contents(node, CHUNK, 1)).containsExactly(2, 2, 2);
      }
    }
  }

  @Test
  void aWriteThatAsksForASyncIsOnEachDiskWhenItIsAcknowledged() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      chain.put(CHUNK, 1, 0, new byte[] {1}, 1);
      int[] before = syncs(chain);
      assertThat(chain.writeAndSync(CHUNK, 0, new byte[] {2}, 2).status()).isEqualTo(Status.OK);
      assertEachHasSynced(chain, before);
    }
  }

  @Test
  void aWriteThatIsSentAgainAndAsksForASyncThenIsOnEachDiskWhenItIsAcknowledged() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      chain.put(CHUNK, 1, 0, new byte[] {1}, 1);
      int[] before = syncs(chain);
      assertThat(chain.writeAndSync(CHUNK, 0, new byte[] {1}, 1).status()).isEqualTo(Status.OK);
      assertEachHasSynced(chain, before);
      assertThat(chain.put(CHUNK, 1, 1, new byte[] {2}, 2)).isEqualTo(Status.OK);
    }
  }

  @Test
  void aSyncThatFailsAtTheTailFailsTheWriteThatAsksForIt() {
    assertTailFails(2);
  }

  @Test
  void aSyncThatFailsAtTheTailFailsTheRepeatedWriteThatAsksForIt() {
    assertTailFails(1);
  }

  private void assertTailFails(long sequence) {
    List<String> halts = new CopyOnWriteArrayList<>();
    try (ProcessHalt.Replacement halt =
            ProcessHalt.replaceForTest((exitCode, reason) -> halts.add(reason));
        ChainFixture chain = new ChainFixture(folder, 3)) {
      assertThat(halt).isNotNull();
      chain.put(CHUNK, 1, 0, new byte[] {1}, 1);
      chain.node(3).disk.syncFails = true;
      for (int attempt = 0; attempt < 2; attempt++) {
        DataReply reply = chain.writeAndSync(CHUNK, 0, new byte[] {1}, sequence);
        assertThat(reply.status()).as(reply.detail()).isEqualTo(Status.DOWNSTREAM_FAILED);
        assertThat(reply.failedNodeId()).isEqualTo(3);
      }
      assertThat(halts).as("its process would have ended").hasSize(1);
    }
  }

  private static int[] syncs(ChainFixture chain) {
    return chain.nodes.stream().mapToInt(node -> node.disk.singleSyncs.get()).toArray();
  }

  private static void assertEachHasSynced(ChainFixture chain, int[] before) {
    int[] after = syncs(chain);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).as("syncs of node %d", i + 1).isGreaterThan(before[i]);
    }
  }

  @Test
  void duplicatesAreRecognisedAfterAllMembersWereStartedAgain() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      chain.put(CHUNK, 1, 0, new byte[] {1, 1, 1}, 1);
      chain.put(CHUNK, 1, 0, new byte[] {2, 2, 2}, 2);
      chain.nodes.forEach(Node::stop);
      chain.nodes.forEach(Node::start);
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {1, 1, 1}, 1)).isEqualTo(Status.OK);
      assertThat(chain.put(CHUNK, 1, 3, new byte[] {3}, 3)).isEqualTo(Status.OK);
      for (Node node : chain.nodes) {
        assertThat(chain.contents(node, CHUNK, 1)).containsExactly(2, 2, 2, 3);
      }
    }
  }

  @Test
  void aWriteWhoseTailIsGoneNamesTheTailAndCompletesWhenItIsSentAgain() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      chain.put(CHUNK, 1, 0, new byte[] {1}, 1);
      chain.node(3).stop();
      DataReply reply = ChainFixture.reply(chain.write(CHUNK, 1, 1, new byte[] {2}, 2));
      assertThat(reply.status()).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(reply.failedNodeId()).isEqualTo(3);
      // A new write may not overtake it.
      assertThat(chain.put(CHUNK, 1, 2, new byte[] {3}, 3)).isEqualTo(Status.DOWNSTREAM_FAILED);
      chain.node(3).start();
      // An attempt to connect that began before the tail was back may still be refused.
      sendUntilAcknowledged(chain, 1, new byte[] {2}, 2);
      assertThat(chain.put(CHUNK, 1, 2, new byte[] {3}, 3)).isEqualTo(Status.OK);
      for (Node node : chain.nodes) {
        assertThat(chain.contents(node, CHUNK, 1)).containsExactly(1, 2, 3);
      }
    }
  }

  /** Sends a write again until it is acknowledged, as a client does. */
  private static void sendUntilAcknowledged(
      ChainFixture chain, int offset, byte[] bytes, long sequence) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    DataReply reply = ChainFixture.reply(chain.write(CHUNK, 1, offset, bytes, sequence));
    while (!reply.isOk()) {
      assertThat(reply.status()).as(reply.detail()).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(System.nanoTime()).as(reply.detail()).isLessThan(deadlineNs);
      reply = ChainFixture.reply(chain.write(CHUNK, 1, offset, bytes, sequence));
    }
  }

  @Test
  void aChangeCutsEveryMemberAndRefusesTheOldVersion() {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      byte[] bytes = new byte[100_000];
      new Random(1).nextBytes(bytes);
      chain.put(CHUNK, 1, 0, bytes, 1);
      for (Node node : chain.nodes) {
        DataReply state = chain.fence(node, CHUNK, 2);
        assertThat(state.status()).isEqualTo(Status.OK);
        assertThat(state.replicaLength()).isEqualTo(100_000);
        assertThat(state.lastOrder()).isEqualTo(1);
      }
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {9}, 2)).isEqualTo(Status.FENCED);
      for (Node node : chain.nodes) {
        assertThat(chain.install(node, CHUNK, 2, 50_001).status()).isEqualTo(Status.OK);
        assertThat(chain.install(node, CHUNK, 2, 50_001).status()).isEqualTo(Status.OK);
        assertThat(chain.fence(node, CHUNK, 2).status()).isEqualTo(Status.SUPERSEDED);
      }
      assertThat(chain.put(CHUNK, 1, 0, new byte[] {9}, 2)).isEqualTo(Status.STALE_VERSION);
      assertThat(chain.put(CHUNK, 2, 50_003, new byte[] {9}, 2)).isEqualTo(Status.OK);
      byte[] expected = Arrays.copyOf(Arrays.copyOf(bytes, 50_001), 50_004);
      expected[50_003] = 9;
      for (Node node : chain.nodes) {
        assertThat(chain.contents(node, CHUNK, 2)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aFlippedByteIsFoundRefusedReportedAndCopiedFromAnother() throws Exception {
    try (ChainFixture chain = new ChainFixture(folder, 3)) {
      byte[] bytes = new byte[3 << 20];
      new Random(2).nextBytes(bytes);
      for (int i = 0; i < 3; i++) {
        chain.put(CHUNK, 1, i << 20, Arrays.copyOfRange(bytes, i << 20, (i + 1) << 20), i + 1);
      }
      Node second = chain.node(2);
      flip(second.dataFile(CHUNK), 2_000_000);
      int offset = 2_000_000 / 4096 * 4096;
      ChunkAnswer verified = chain.read(second, CHUNK, 1, offset, 4096, true);
      verified.payload().release();
      assertThat(verified.reply().status()).isEqualTo(Status.CORRUPT_REPLICA);
      assertThat(second.plane.store.corruptBlocks(10))
          .singleElement()
          .satisfies(block -> assertThat(block.block()).isEqualTo(offset / 4096));

      chain.fence(chain.node(1), CHUNK, 2);
      chain.fence(second, CHUNK, 2);
      assertThat(chain.reconcile(second, CHUNK, 2, chain.node(1)).status()).isEqualTo(Status.OK);
      chain.install(second, CHUNK, 2, DataRequest.KEEP_LENGTH);
      assertThat(second.plane.store.corruptBlocks(10)).isEmpty();
      assertThat(second.bytesOnDisk(CHUNK, bytes.length)).isEqualTo(bytes);
      assertThat(chain.contents(second, CHUNK, 2)).isEqualTo(bytes);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(~old);
    }
    assertThat(Files.size(file)).isGreaterThan(at);
  }
}
