package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.fake.FileBytes.bytes;
import static org.distrifs.client.fake.FileBytes.read;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.Test;

/** What a writer is told, and when, with a master and datanodes in memory. */
class WritingTest extends OneFileSteps {

  @Test
  void moreThanTheWriteBufferHoldsGoesThroughIt() throws IOException {
    int length = 8 * FakeCluster.settings().writeBufferBytes();
    file.write(0, bytes(length));
    file.close();
    try (OpenFile again = client.open(file.inode())) {
      assertThat(read(again, 0, length)).isEqualTo(bytes(length));
    }
  }

  @Test
  void oneFilesUnsentBytesGiveWayToAnothersWrites() throws IOException {
    int whole = FakeCluster.settings().writeBufferBytes();
    // Small pieces far apart: each holds memory and none fills a packet.
    for (int i = 0; i < 64; i++) {
      file.write(i * 20_000L, bytes(100));
    }
    try (OpenFile other = FakeCluster.create(client, "b")) {
      other.write(0, bytes(whole));
    }
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void writesShowInAttributesAndReadsBeforeTheyAreSent() throws IOException {
    file.write(5, bytes(10));
    Attributes attributes = client.metadata().lookup(1, ByteString.copyFromUtf8("a"));
    assertThat(attributes.getSize()).isEqualTo(15);
    assertThat(attributes.getMtimeS()).isPositive();
    assertThat(read(file, 0, 100).remaining()).isEqualTo(15);
  }

  @Test
  void aChainThatTakesNoWritesIsAnErrorInTimeAndIsToldOnce() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
    long startNs = System.nanoTime();
    file.write(0, bytes(100));
    assertThatThrownBy(file::flush)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    assertThat(tookMs).isLessThan(4 * FakeCluster.settings().chunkTimeoutMs());

    cluster.datanodes().setFaults(request -> Fate.SERVE);
    file.flush();
    file.write(0, bytes(200));
    file.flush();
    assertThat(read(file, 0, 200)).isEqualTo(bytes(200));
  }

  @Test
  void eachOpenHandleIsToldOfAFailure() throws IOException {
    try (OpenFile second = client.open(file.inode())) {
      cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
      file.write(0, bytes(100));
      assertThatThrownBy(file::flush).isInstanceOf(ErrnoException.class);
      cluster.datanodes().setFaults(request -> Fate.SERVE);
      assertThatThrownBy(second::flush).isInstanceOf(ErrnoException.class);
      second.flush();
    }
  }

  @Test
  void aWriterWaitsForAChainThatBecomesWritableInTime() throws IOException {
    cluster.datanodes().setChainsWritable(false);
    file.flush();
    file.close();
    file = client.open(file.inode());
    file.write(3 * FakeCluster.CHUNK_BYTES, bytes(100));
    cluster.datanodes().setChainsWritable(true);
    file.flush();
    assertThat(file.attributes().getSize()).isEqualTo(3 * FakeCluster.CHUNK_BYTES + 100);
  }

  @Test
  void aFlushWithoutChangesAsksNobody() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    int before = cluster.master().operations();
    file.flush();
    file.flush();
    assertThat(cluster.master().operations()).isEqualTo(before);
  }

  @Test
  void aSyncReachesEveryMemberOfEveryWrittenChunkOnce() throws IOException {
    file.write(0, bytes(2 * FakeCluster.CHUNK_BYTES));
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(2 * 3);
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(2 * 3);
    file.write(10, bytes(10));
    file.flush();
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3 * 3);
  }

  @Test
  void aSyncThatNobodyCanKnowOfFails() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    cluster
        .datanodes()
        .setFaults(request -> request instanceof DataRequest.Sync ? Fate.LOSE_REQUEST : Fate.SERVE);
    assertThatThrownBy(file::sync)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    long before = cluster.datanodes().syncs();
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(before + 3);
  }

  @Test
  void aSyncTellsTheMasterWhileTheMembersSync() throws IOException {
    DistriFsClient other = cluster.client();
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    cluster
        .datanodes()
        .setFaults(
            request -> {
              if (request instanceof DataRequest.Sync) {
                FakeCluster.await(
                    "the master knows the size",
                    () -> sizeSeenBy(other) == FakeCluster.PACKET_BYTES);
              }
              return Fate.SERVE;
            });
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3);
  }

  private long sizeSeenBy(DistriFsClient other) {
    try {
      return other.metadata().freshAttributes(file.inode()).getSize();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSyncThatFailsIsToldThoughTheMasterWasToldBesideIt() throws IOException {
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    cluster
        .datanodes()
        .setFaults(request -> request instanceof DataRequest.Sync ? Fate.LOSE_REQUEST : Fate.SERVE);
    assertThatThrownBy(file::sync)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    assertThat(sizeSeenBy(cluster.client())).isEqualTo(FakeCluster.PACKET_BYTES);
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    file.sync();
    assertThat(cluster.datanodes().syncs()).as("nothing was taken for synced").isEqualTo(3);
  }

  @Test
  void aCommitThatIsRefusedBesideASyncIsAFailure() throws IOException {
    file.write(0, bytes(100));
    cluster.master().refuse(Operation::hasCommit, Errno.ESTALE);
    assertThatThrownBy(file::sync)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESTALE));
  }

  @Test
  void bytesWrittenUnderAnEarlierHandleAreSyncedToo() throws IOException {
    file.write(0, bytes(100));
    file.close();
    file = client.open(file.inode());
    file.sync();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3);
  }

  @Test
  void idleBytesAreCommittedInTheBackground() throws IOException {
    file.write(0, bytes(100));
    try (DistriFsClient other = cluster.client()) {
      FakeCluster.await(
          "another client sees the bytes",
          () -> {
            try {
              return other.metadata().freshAttributes(file.inode()).getSize() == 100;
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    }
  }

  @Test
  void timesThatAreSetAfterAWriteStay() throws IOException {
    file.write(0, bytes(100));
    SetAttributes change =
        SetAttributes.newBuilder()
            .setInode(file.inode())
            .setMtime(TimeChange.newBuilder().setSeconds(1_234))
            .build();
    client.metadata().setAttributes(change, Caller.getDefaultInstance());
    file.close();
    assertThat(client.metadata().freshAttributes(file.inode()).getMtimeS()).isEqualTo(1_234);
  }

  @Test
  void aFileThatStaysEmptyKeepsNoChunk() throws IOException {
    file.close();
    FakeCluster.await(
        "its chunk is given back", () -> cluster.master().chunksOf(file.inode()) == 0);
  }

  @Test
  void theMasterKnowsOfWhatIsOverwrittenUntilItIsClosed() throws Exception {
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    file.flush();
    assertThat(cluster.master().intents()).isZero();
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    file.sync();
    assertThat(cluster.master().intents()).isEqualTo(1);
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    file.close();
    FakeCluster.await("the intent ends", () -> cluster.master().intents() == 0);
  }

  @Test
  void anIntentEndsThoughNothingWasLeftToCommitAtTheClose() throws Exception {
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    file.flush();
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    file.sync();
    file.close();
    FakeCluster.await("the intent ends", () -> cluster.master().intents() == 0);
  }

  @Test
  void truncationByAnotherMountUnderUncommittedBytesIsNotSilent() throws IOException {
    file.write(0, bytes(FakeCluster.CHUNK_BYTES));
    file.flush();
    file.write(FakeCluster.CHUNK_BYTES, bytes(FakeCluster.CHUNK_BYTES));
    cluster.master().truncateByAnother(file.inode(), 0);
    // A success means that the bytes are there, whether they were acknowledged before or after.
    try {
      file.flush();
      assertThat(read(file, FakeCluster.CHUNK_BYTES, FakeCluster.CHUNK_BYTES))
          .isEqualTo(bytes(FakeCluster.CHUNK_BYTES));
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(Errno.EIO);
    }
  }

  @Test
  void handlesOfAnExpiredSessionFailAndNewOnesWork() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    cluster.master().expireSessions();
    FakeCluster.await("a new session is open", this::isNewSessionOpen);
    assertThatThrownBy(() -> file.write(0, bytes(10)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    assertThatThrownBy(() -> read(file, 0, 10)).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(file::close).isInstanceOf(ErrnoException.class);
    file = client.open(file.inode());
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void bytesThatASessionLeavesBehindAreAnErrorAndNewOpensWork() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    file.write(0, bytes(50));
    cluster.master().endSessions();
    FakeCluster.await("a new session is open", this::isNewSessionOpen);
    assertThatThrownBy(file::flush)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    try (OpenFile other = FakeCluster.create(client, "b")) {
      other.write(0, bytes(10));
      other.sync();
      assertThat(read(other, 0, 10)).isEqualTo(bytes(10));
    }
    assertThatThrownBy(file::close).isInstanceOf(ErrnoException.class);
    file = client.open(file.inode());
  }

  @Test
  void aWriteThatADatanodeTakesForOneOfAnExpiredSessionIsAnError() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.REFUSE_SESSION_OVER);
    file.write(0, bytes(100));
    assertThatThrownBy(file::flush)
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    cluster.datanodes().setFaults(request -> Fate.SERVE);
  }

  @Test
  void whatAKilledWriterHadFlushedIsReadByOthers() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    // As if the process were killed now: nothing that it sends after this line arrives.
    cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
    file.write(100, bytes(50));
    cluster.master().endSessions();
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    try (DistriFsClient other = cluster.client();
        OpenFile again = other.open(file.inode())) {
      assertThat(again.attributes().getSize()).isEqualTo(100);
      assertThat(read(again, 0, 200)).isEqualTo(bytes(100));
    }
    assertThatThrownBy(file::close).isInstanceOf(ErrnoException.class);
    file = client.open(file.inode());
  }

  @Test
  void theMasterIsToldWhichFilesWithoutANameAreHeldOpen() throws IOException {
    OpenFile closed = FakeCluster.create(client, "b");
    closed.close();
    cluster.master().askForOrphans(7, List.of(file.inode(), closed.inode(), 999L));
    FakeCluster.await("the question is answered", () -> cluster.master().orphansAnswer() != null);
    assertThat(cluster.master().orphansAnswer().getOrphansQuestion()).isEqualTo(7);
    assertThat(cluster.master().orphansAnswer().getHeldOrphansList()).containsExactly(file.inode());
  }

  private boolean isNewSessionOpen() {
    try {
      read(file, 0, 10);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void aClosedHandleIsRefused() throws IOException {
    file.close();
    assertThatThrownBy(() -> file.write(0, bytes(1)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    file = client.open(file.inode());
  }

  @Test
  void offsetsBeyondWhatAFileCanHoldAreRefused() {
    assertThatThrownBy(() -> file.write(Long.MAX_VALUE - 5, bytes(10)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFBIG));
  }
}
