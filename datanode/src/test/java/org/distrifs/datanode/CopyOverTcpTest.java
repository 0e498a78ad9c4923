package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.distrifs.datanode.ChainFixture.Node;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyOverTcpTest {
  private static final long CHUNK = 0x1234;
  private static final int LENGTH = 2_500_000;

  @TempDir Path folder;

  private ChainFixture chain;
  private Node first;
  private Node second;
  private Node third;
  private final byte[] bytes = new byte[LENGTH];

  /** A chunk on the first two of three nodes. */
  @BeforeEach
  void start() {
    chain = new ChainFixture(folder, 3);
    first = chain.node(1);
    second = chain.node(2);
    third = chain.node(3);
    chain.members = List.of(first, second);
    new Random(1).nextBytes(bytes);
    int sequence = 1;
    for (int offset = 0; offset < LENGTH; offset += 500_000) {
      put(1, offset, 500_000, sequence++);
    }
  }

  @AfterEach
  void stop() {
    chain.close();
  }

  private void put(int version, int offset, int length, long sequence) {
    byte[] part = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
    assertThat(chain.put(CHUNK, version, offset, part, sequence)).isEqualTo(Status.OK);
  }

  private void overwrite(int version, int offset, int length, long sequence) {
    for (int i = offset; i < offset + length; i++) {
      bytes[i] = (byte) ~bytes[i];
    }
    put(version, offset, length, sequence);
  }

  private void install(int version) {
    chain.members = chain.nodes;
    for (Node node : chain.nodes) {
      assertThat(chain.install(node, CHUNK, version, DataRequest.KEEP_LENGTH).status())
          .isEqualTo(Status.OK);
    }
  }

  @Test
  void aCopyOfAChunkThatNobodyWroteMeanwhileJoinsWithoutAnotherComparison() {
    DataReply copied = chain.copy(third, CHUNK, 1, second);
    assertThat(copied.status()).as(copied.detail()).isEqualTo(Status.OK);
    assertThat(copied.detail()).contains(LENGTH + " bytes");
    DataReply source = chain.fence(second, CHUNK, 2);
    DataReply joining = chain.fence(third, CHUNK, 2);
    chain.fence(first, CHUNK, 2);
    assertThat(joining.version()).isEqualTo(source.version()).isEqualTo(1);
    assertThat(joining.lastOrder()).isEqualTo(source.lastOrder()).isEqualTo(5);
    assertThat(joining.replicaLength()).isEqualTo(LENGTH);
    install(2);
    assertThat(chain.contents(third, CHUNK, 2)).isEqualTo(bytes);
    overwrite(2, 1_000_001, 5, 6);
    assertThat(chain.put(CHUNK, 2, 0, new byte[] {1}, 3)).as("a duplicate").isEqualTo(Status.OK);
    for (Node node : chain.nodes) {
      assertThat(chain.contents(node, CHUNK, 2)).isEqualTo(bytes);
    }
  }

  @Test
  void whatWasWrittenSinceTheCopyBeganIsComparedBehindTheFence() {
    chain.copy(third, CHUNK, 1, first);
    overwrite(1, 2_000_000, 10_000, 6);
    for (Node node : chain.nodes) {
      chain.fence(node, CHUNK, 2);
    }
    assertThat(chain.fence(third, CHUNK, 2).lastOrder()).isEqualTo(5);
    assertThat(chain.fence(first, CHUNK, 2).lastOrder()).isEqualTo(6);
    DataReply reconciled = chain.reconcile(third, CHUNK, 2, first);
    assertThat(reconciled.status()).isEqualTo(Status.OK);
    assertThat(reconciled.detail()).as("only the blocks that differ").contains("12288 bytes");
    assertThat(chain.fence(third, CHUNK, 3).version())
        .as("it is no copy of that any more")
        .isEqualTo(0);
    chain.fence(first, CHUNK, 3);
    chain.fence(second, CHUNK, 3);
    install(3);
    assertThat(chain.contents(third, CHUNK, 3)).isEqualTo(bytes);
  }

  @Test
  void aCopyServesNobodyBeforeItIsInstalled() {
    chain.copy(third, CHUNK, 1, first);
    for (int version = 0; version <= 1; version++) {
      ChunkAnswer answer = chain.read(third, CHUNK, version, 0, 4096, false);
      answer.payload().release();
      assertThat(answer.reply().status()).isEqualTo(Status.STALE_VERSION);
    }
    chain.members = List.of(third);
    assertThat(chain.put(CHUNK, 1, 0, new byte[] {1}, 9)).isEqualTo(Status.STALE_VERSION);
  }

  @Test
  void aCopyForgetsWhatItIsACopyOfWhenItsNodeIsStartedAgainAndIsTrustedByNobody() {
    chain.copy(third, CHUNK, 1, first);
    third.stop();
    third.start();
    DataReply joining = chain.fence(third, CHUNK, 2);
    assertThat(joining.version()).isEqualTo(0);
    assertThat(joining.suspect()).isTrue();
    chain.fence(first, CHUNK, 2);
    chain.fence(second, CHUNK, 2);
    DataReply reconciled = chain.reconcile(third, CHUNK, 2, first);
    assertThat(reconciled.status()).as(reconciled.detail()).isEqualTo(Status.OK);
    assertThat(reconciled.detail()).contains("copied 0 bytes");
    install(2);
    assertThat(chain.contents(third, CHUNK, 2)).isEqualTo(bytes);
  }

  @Test
  void aStaleReplicaBecomesACopyOfWhichOnlyTheDifferenceIsFetched() {
    chain.copy(third, CHUNK, 1, first);
    chain.nodes.forEach(node -> chain.fence(node, CHUNK, 2));
    install(2);
    chain.members = List.of(first, second);
    chain.fence(third, CHUNK, 3, true);
    for (Node node : chain.members) {
      chain.fence(node, CHUNK, 3);
      chain.install(node, CHUNK, 3, DataRequest.KEEP_LENGTH);
    }
    overwrite(3, 4096, 4096, 6);
    DataReply copied = chain.copy(third, CHUNK, 3, second);
    assertThat(copied.status()).as(copied.detail()).isEqualTo(Status.OK);
    assertThat(copied.detail()).contains("copied 4096 bytes");
    assertThat(third.plane.store.find(CHUNK).version()).isEqualTo(0);
    chain.nodes.forEach(node -> chain.fence(node, CHUNK, 4));
    install(4);
    assertThat(chain.contents(third, CHUNK, 4)).isEqualTo(bytes);
  }

  @Test
  void aMemberOfTheChainIsNotMadeACopy() {
    assertThat(chain.copy(second, CHUNK, 1, first).status()).isEqualTo(Status.SUPERSEDED);
    assertThat(chain.copy(first, CHUNK, 1, first).status()).isNotEqualTo(Status.OK);
    chain.fence(second, CHUNK, 3);
    assertThat(chain.copy(second, CHUNK, 2, first).status()).isEqualTo(Status.FENCED);
    assertThat(chain.contents(second, CHUNK, 1)).isEqualTo(bytes);
  }

  @Test
  void aCopyWhoseSourceServesAnotherVersionFailsAndMayBeMadeAgain() {
    assertThat(chain.copy(third, CHUNK, 7, first).status()).isEqualTo(Status.STALE_VERSION);
    assertThat(chain.fence(third, CHUNK, 2).version()).isEqualTo(0);
    assertThat(chain.copy(third, CHUNK, 1, first).status()).isEqualTo(Status.FENCED);
  }

  @Test
  void aReplicaIsDeletedOnlyInTheVersionThatIsNamedAndIsCopiedAgainAfterwards() {
    chain.copy(third, CHUNK, 1, first);
    third.plane.discard(CHUNK, 1, Removal.TO_TRASH);
    assertThat(chain.fence(third, CHUNK, 2).status()).isEqualTo(Status.OK);
    third.plane.discard(CHUNK, 0, Removal.TO_TRASH);
    assertThat(chain.fence(third, CHUNK, 3).status()).as("it was fenced").isEqualTo(Status.OK);
    chain.fence(first, CHUNK, 3);
    chain.fence(second, CHUNK, 3);
    install(3);
    chain.members = List.of(first, second);
    for (Node node : chain.nodes) {
      chain.fence(node, CHUNK, 4, node == third);
    }
    for (Node node : chain.members) {
      chain.install(node, CHUNK, 4, DataRequest.KEEP_LENGTH);
    }
    third.plane.discard(CHUNK, 3, Removal.TO_TRASH);
    assertThat(chain.fence(third, CHUNK, 5).status()).isEqualTo(Status.NO_SUCH_CHUNK);
    assertThat(chain.copy(third, CHUNK, 4, first).status()).isEqualTo(Status.OK);
    chain.nodes.forEach(node -> chain.fence(node, CHUNK, 5));
    install(5);
    assertThat(chain.contents(third, CHUNK, 5)).isEqualTo(bytes);
  }

  @Test
  void theHeadAcceptsNothingMoreFromASessionThatIsOver() {
    second.plane.revoke(List.of(ChainFixture.SESSION));
    overwrite(1, 0, 10, 6);
    first.plane.revoke(List.of(ChainFixture.SESSION));
    assertThat(chain.put(CHUNK, 1, 0, new byte[] {1}, 7)).isEqualTo(Status.SESSION_OVER);
    assertThat(chain.contents(first, CHUNK, 1)).isEqualTo(bytes);
  }

  @Test
  void aChunkWithoutReplicaCannotBeFenced() {
    assertThat(chain.fence(third, CHUNK, 2).status()).isEqualTo(Status.NO_SUCH_CHUNK);
  }

  @Test
  void whatWasMeantForALifeThatEndedIsRefusedThoughTheProcessIsTheSame() {
    DataRequest.Read read =
        new DataRequest.Read(CHUNK, 1, second.hop().incarnation(), 0, 4096, false, false);
    assertThat(chain.ask(second, read).status()).isEqualTo(Status.OK);
    List<org.distrifs.proto.frame.ChainHop> before = chain.chain();
    second.incarnation.renew();
    assertThat(chain.ask(second, read).status()).isEqualTo(Status.WRONG_INCARNATION);
    DataReply reply = ChainFixture.reply(chain.write(CHUNK, 1, 0, new byte[] {7}, 6, before));
    assertThat(reply.status()).isEqualTo(Status.DOWNSTREAM_FAILED);
    assertThat(reply.failedNodeId()).isEqualTo(2);
    bytes[0] = 7;
    assertThat(chain.put(CHUNK, 1, 0, new byte[] {7}, 6)).isEqualTo(Status.OK);
    assertThat(chain.contents(second, CHUNK, 1)).isEqualTo(bytes);
  }
}
