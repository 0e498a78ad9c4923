package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.OTHER_SESSION;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;

import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.WriteIntent;
import org.distrifs.proto.journal.IntentsSettled;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** How a file is settled after the end of a session that was writing to it. */
class UnfinishedWritesTest {
  private static final long SIZE = 500;

  private final StateDriver fs = new StateDriver();
  private final long file = fs.file(ROOT, "f");

  @Test
  void aFileThatWasMadeWrittenAndCommittedIsNotInDoubt() {
    commitFirstChunk(WriteIntent.END);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).isEmpty();
    assertThat(fs.state().expiries().last()).isZero();
  }

  @Test
  void aFileThatWasBeingOverwrittenIsInDoubtUntilItIsSettled() {
    ChunkLocation chunk = commitFirstChunk(WriteIntent.END);
    allocate(SESSION, 0);
    Attributes before = fs.attributes(file);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
    assertThat(fs.state().expiries().last())
        .as("datanodes have to refuse it, though it did not expire")
        .isEqualTo(fs.state().appliedTxid());
    assertThat(fs.attributes(file)).isEqualTo(before);

    settle();
    assertThat(fs.state().filesInDoubt()).isEmpty();
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(before.getChangeCounter() + 1);
    assertThat(fs.attributes(file).getSize()).isEqualTo(SIZE);
    assertThat(fs.state().pendingCut(file))
        .contains(new PendingCut(file, 0, chunk.getChunkId(), (int) SIZE));

    settle();
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(before.getChangeCounter() + 1);
  }

  @Test
  void aCommitThatMoreFollowsBeginsAnIntent() {
    commitFirstChunk(WriteIntent.BEGIN);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
  }

  @Test
  void nothingIsCutWhileAnotherSessionWrites() {
    commitFirstChunk(WriteIntent.BEGIN);
    allocate(OTHER_SESSION, 0);
    fs.endSession(SESSION);
    settle();
    assertThat(fs.state().pendingCuts()).isEmpty();

    commit(OTHER_SESSION, 700, WriteIntent.KEEP);
    assertThat(fs.state().pendingCuts()).isEmpty();
    commit(OTHER_SESSION, 800, WriteIntent.END);
    assertThat(fs.state().pendingCuts()).extracting(PendingCut::lengthBytes).containsExactly(800);
  }

  @Test
  void nothingIsCutWhileAnotherSessionHoldsTheChunkAsAFreshOne() {
    long chunk = allocate(SESSION, 0).getChunkId();
    allocate(OTHER_SESSION, 0);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
    settle();
    assertThat(fs.state().pendingCuts()).isEmpty();
    commit(OTHER_SESSION, SIZE, WriteIntent.END, chunk);
    assertThat(fs.state().pendingCuts())
        .extracting(PendingCut::lengthBytes)
        .containsExactly((int) SIZE);
  }

  @Test
  void whoHoldsAFreshChunkThatAnotherCommitsMayGoOnWriting() {
    long chunk = allocate(SESSION, 0).getChunkId();
    allocate(OTHER_SESSION, 0);
    commit(OTHER_SESSION, SIZE, WriteIntent.END, chunk);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
  }

  @Test
  void anIntentThatIsAbandonedSettlesTheFileAtOnce() {
    commitFirstChunk(WriteIntent.BEGIN);
    long before = fs.attributes(file).getChangeCounter();
    Operation.Builder abandon =
        Operation.newBuilder()
            .setCommit(Commit.newBuilder().setInode(file).setIntent(WriteIntent.ABANDON));
    fs.replyTo(SESSION, abandon);
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(before + 1);
    assertThat(fs.state().pendingCuts()).hasSize(1);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).isEmpty();
  }

  @Test
  void nobodyBeginsToWriteUnderAPendingCut() {
    commitFirstChunk(WriteIntent.BEGIN);
    fs.endSession(SESSION);
    settle();
    assertThat(fs.mutate(OTHER_SESSION, allocateAt(0))).isEqualTo(new Applied.MustWait(file));
    Operation.Builder begin =
        Operation.newBuilder()
            .setCommit(Commit.newBuilder().setInode(file).setIntent(WriteIntent.BEGIN));
    assertThat(fs.mutate(OTHER_SESSION, begin)).isEqualTo(new Applied.MustWait(file));
  }

  @Test
  void anEndThatALaterBeginningOvertookEndsNothing() {
    commitFirstChunk(WriteIntent.END);
    fs.reply(numbered(allocateAt(0), 7));
    Operation.Builder end =
        Operation.newBuilder()
            .setCommit(
                Commit.newBuilder().setInode(file).setIntent(WriteIntent.END).setIntentNumber(6));
    fs.reply(end);
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
  }

  private static Operation.Builder numbered(Operation.Builder allocation, long number) {
    allocation.getAllocateChunkBuilder().setIntentNumber(number);
    return allocation;
  }

  @Test
  void nothingIsCutWhileAnotherSessionHoldsAFreshChunkBehindTheEnd() {
    commitFirstChunk(WriteIntent.BEGIN);
    long behind = allocate(OTHER_SESSION, 1).getChunkId();
    fs.endSession(SESSION);
    settle();
    assertThat(fs.state().pendingCuts()).isEmpty();
    fs.endSession(OTHER_SESSION);
    assertThat(fs.state().pendingCuts()).hasSize(1);
    assertThat(fs.state().chunk(behind)).map(ChunkInfo::isDetached).contains(true);
  }

  /** A chunk can be committed before the size reaches it. */
  @Test
  void chunksBehindTheEndGo() {
    long first = allocate(SESSION, 0).getChunkId();
    long second = allocate(SESSION, 1).getChunkId();
    commit(SESSION, SIZE, WriteIntent.BEGIN, first, second);
    fs.endSession(SESSION);
    settle();
    assertThat(fs.state().chunk(second)).map(ChunkInfo::isDetached).contains(true);
  }

  @Test
  void anIntentOnAFileThatIsGoneEnds() {
    commitFirstChunk(WriteIntent.BEGIN);
    fs.reply(StateDriver.unlink(ROOT, "f"));
    fs.endSession(SESSION);
    assertThat(fs.state().filesInDoubt()).containsOnlyKeys(file);
    settle();
    assertThat(fs.state().filesInDoubt()).isEmpty();
  }

  private ChunkLocation commitFirstChunk(WriteIntent intent) {
    ChunkLocation chunk = allocate(SESSION, 0);
    commit(SESSION, SIZE, intent, chunk.getChunkId());
    return chunk;
  }

  private ChunkLocation allocate(long session, long index) {
    return fs.replyTo(session, allocateAt(index)).getChunks(0);
  }

  private Operation.Builder allocateAt(long index) {
    return Operation.newBuilder()
        .setAllocateChunk(AllocateChunk.newBuilder().setInode(file).setIndex(index));
  }

  private void commit(long session, long size, WriteIntent intent, Long... written) {
    Commit.Builder commit =
        Commit.newBuilder()
            .setInode(file)
            .setSize(size)
            .setModified(true)
            .setIntent(intent)
            .addAllWrittenChunks(List.of(written));
    assertThat(fs.replyTo(session, Operation.newBuilder().setCommit(commit)).getErrno()).isZero();
  }

  private void settle() {
    fs.apply(
        JournalEntry.newBuilder().setIntentsSettled(IntentsSettled.newBuilder().addInodes(file)));
  }
}
