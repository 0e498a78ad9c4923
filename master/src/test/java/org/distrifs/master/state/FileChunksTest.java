package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.CHUNK_SIZE;
import static org.distrifs.master.state.StateDriver.OTHER_SESSION;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;
import static org.distrifs.master.state.StateDriver.bytes;
import static org.distrifs.master.state.StateDriver.chains;
import static org.distrifs.master.state.StateDriver.truncate;
import static org.distrifs.master.state.StateDriver.unlink;

import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** Allocation, commit, truncation and change of chunks. */
class FileChunksTest {

  private final StateDriver fs = new StateDriver();
  private final long file = fs.file(ROOT, "f");

  @Test
  void aFreshChunkIsAHoleForAllButItsHolder() {
    ChunkLocation chunk = allocate(SESSION, 0);
    assertThat(chunk.getFresh()).isTrue();
    assertThat(chunk.getVersion()).isEqualTo(1);
    assertThat(chunk.getMembersList()).extracting(m -> m.getNodeId()).containsExactly(1, 2, 3);
    assertThat(seenBy(SESSION)).containsExactly(chunk);
    assertThat(seenBy(OTHER_SESSION)).isEmpty();

    OperationReply committed = commit(SESSION, 0, 500, chunk.getChunkId());
    assertThat(committed.getAttributes().getSize()).isEqualTo(500);
    assertThat(seenBy(OTHER_SESSION)).containsExactly(chunk.toBuilder().setFresh(false).build());
  }

  @Test
  void createBringsItsFirstChunkAlong() {
    OperationReply made =
        fs.reply(
            Operation.newBuilder()
                .setCreate(
                    Create.newBuilder()
                        .setParent(ROOT)
                        .setName(bytes("g"))
                        .setMode(0644)
                        .setWithFirstChunk(true)));
    assertThat(made.getChunksList()).hasSize(1);
    assertThat(made.getChunks(0).getFresh()).isTrue();
    assertThat(made.getAttributes().getChunkCount()).isEqualTo(1);
  }

  @Test
  void withoutNodesAFileCanBeMadeButNotWritten() {
    JournalEntry.Builder create =
        JournalEntry.newBuilder()
            .setClient(
                ClientMutation.newBuilder()
                    .setSessionId(SESSION)
                    .setSlot(3)
                    .setNumber(1)
                    .setOperation(
                        Operation.newBuilder()
                            .setCreate(
                                Create.newBuilder()
                                    .setParent(ROOT)
                                    .setName(bytes("g"))
                                    .setMode(0644)
                                    .setWithFirstChunk(true))));
    OperationReply made = ((Applied.Replied) fs.apply(create)).reply();
    assertThat(made.getErrno()).isZero();
    assertThat(made.getChunksList()).isEmpty();
    JournalEntry.Builder allocate =
        JournalEntry.newBuilder()
            .setClient(
                ClientMutation.newBuilder()
                    .setSessionId(SESSION)
                    .setSlot(3)
                    .setNumber(2)
                    .setOperation(allocateAt(made.getAttributes().getInode(), 0, 0)));
    assertThat(((Applied.Replied) fs.apply(allocate)).reply().getErrno())
        .isEqualTo(Errno.ENOSPC.code());
  }

  @Test
  void aSparseFileCostsOneChunkWhereverItIsWritten() {
    long last = (1L << 37) - 1;
    ChunkLocation chunk = allocate(SESSION, last);
    commit(SESSION, 0, Long.MAX_VALUE, chunk.getChunkId());
    assertThat(fs.attributes(file).getSize()).isEqualTo(Long.MAX_VALUE);
    assertThat(fs.attributes(file).getChunkCount()).isEqualTo(1);
    assertThat(fs.state().chunksOf(file, 0, 10)).extracting(ChunkInfo::index).containsExactly(last);
    assertThat(fs.reply(allocateAt(file, last + 1, 0)).getErrno()).isEqualTo(Errno.EFBIG.code());
    assertThat(fs.reply(truncate(file, -1)).getErrno()).isEqualTo(Errno.EFBIG.code());
  }

  @Test
  void twoSessionsThatWriteOnePlaceShareItsFreshChunk() {
    ChunkLocation first = allocate(SESSION, 0);
    ChunkLocation second = allocate(OTHER_SESSION, 0);
    assertThat(second.getChunkId()).isEqualTo(first.getChunkId());

    fs.endSession(OTHER_SESSION);
    assertThat(seenBy(SESSION)).as("the other holder still has it").containsExactly(first);
    assertThat(commit(SESSION, 0, 9, first.getChunkId()).getErrno()).isZero();
  }

  @Test
  void whatASessionDidNotCommitGoesWithIt() {
    long kept = allocate(SESSION, 0).getChunkId();
    commit(SESSION, 0, 10, kept);
    allocate(SESSION, 1);
    allocate(SESSION, 5);
    fs.endSession(SESSION);
    assertThat(fs.state().chunksOf(file, 0, 10)).extracting(ChunkInfo::id).containsExactly(kept);
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(2);
    assertThat(fs.state().counts().chunks()).isEqualTo(3);
    assertThat(fs.mutate(SESSION, truncate(file, 0)))
        .isInstanceOfSatisfying(
            Applied.Replied.class,
            replied -> assertThat(replied.reply().getErrno()).isEqualTo(Errno.EIO.code()));
  }

  @Test
  void releasedChunksAreDropped() {
    long chunk = allocate(SESSION, 0).getChunkId();
    Attributes before = fs.attributes(file);
    fs.reply(
        Operation.newBuilder()
            .setCommit(Commit.newBuilder().setInode(file).addReleasedChunks(chunk)));
    assertThat(fs.state().chunksOf(file, 0, 10)).isEmpty();
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(before.getChangeCounter());
    assertThat(commit(SESSION, 0, 10, chunk).getErrno()).isEqualTo(Errno.EIO.code());
    assertThat(fs.attributes(file).getSize()).as("the failed commit had no effect").isZero();
  }

  @Test
  void aChunkOfAnotherSessionCannotBeCommitted() {
    long chunk = allocate(OTHER_SESSION, 0).getChunkId();
    assertThat(commit(SESSION, 0, 10, chunk).getErrno()).isEqualTo(Errno.EIO.code());
  }

  @Test
  void commitSetsTheTimeOfTheWrite() {
    Attributes after = writtenAt(0);
    assertThat(mtimeNs(after)).isEqualTo(fs.timeNs() - 400_000);
    assertThat(after.getCtimeS() * 1_000_000_000 + after.getCtimeNs())
        .isEqualTo(fs.timeNs() - 400_000);
  }

  @Test
  void theTimeThatTheClientHasShownStaysIfItsClockAgrees() {
    long before = fs.timeNs();
    mtimeOfWrite(0);
    long step = fs.timeNs() - before; // Each operation comes so much after the last one.
    for (long offNs : new long[] {-49_000_000, -1_000_000, 0, 3_000_000}) {
      long atNs = fs.timeNs() + step - 400_000 + offNs;
      assertThat(mtimeOfWrite(atNs)).isEqualTo(atNs);
    }
    for (long offNs : new long[] {-51_000_000, 5_000_000, 3_600_000_000_000L}) {
      assertThat(mtimeOfWrite(fs.timeNs() + step - 400_000 + offNs))
          .isEqualTo(fs.timeNs() - 400_000);
    }
    assertThat(mtimeOfWrite(Long.MIN_VALUE)).isEqualTo(fs.timeNs() - 400_000);
  }

  private long mtimeOfWrite(long atNs) {
    return mtimeNs(writtenAt(atNs));
  }

  private static long mtimeNs(Attributes attributes) {
    return attributes.getMtimeS() * 1_000_000_000 + attributes.getMtimeNs();
  }

  private Attributes writtenAt(long atNs) {
    Commit.Builder commit =
        Commit.newBuilder()
            .setInode(file)
            .setSize(7)
            .setModified(true)
            .setModifiedAgoNs(400_000)
            .setModifiedAtNs(atNs);
    return fs.reply(Operation.newBuilder().setCommit(commit)).getAttributes();
  }

  @Test
  void truncationDropsChunksAndCutsTheOneAtTheBorder() {
    long first = allocate(SESSION, 0).getChunkId();
    long second = allocate(SESSION, 1).getChunkId();
    commit(SESSION, 0, CHUNK_SIZE + 10, first, second);

    Applied applied = fs.mutate(SESSION, truncate(file, 100));
    PendingCut cut = new PendingCut(file, 1, first, 100);
    assertThat(((Applied.Replied) applied).cut()).contains(cut);
    assertThat(fs.attributes(file).getSize()).isEqualTo(100);
    assertThat(fs.attributes(file).getTruncateEpoch()).isEqualTo(1);
    assertThat(fs.state().chunksOf(file, 0, 10)).extracting(ChunkInfo::id).containsExactly(first);
    assertThat(fs.state().pendingCuts()).containsExactly(cut);
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(1);
    assertThat(fs.state().chunk(second)).map(ChunkInfo::isDetached).contains(true);

    fs.reserve(first, 2);
    assertThat(fs.state().changingChunks()).containsExactly(first);
    assertThat(fs.commitChange(first, 2, file, 1, 1, 2, 3)).isEqualTo(new Applied.Accepted());
    assertThat(fs.state().pendingCuts()).isEmpty();
    assertThat(fs.state().changingChunks()).isEmpty();
    assertThat(seenBy(SESSION)).extracting(ChunkLocation::getVersion).containsExactly(2);
  }

  @Test
  void truncationAtAChunkBorderCutsNothing() {
    long first = allocate(SESSION, 0).getChunkId();
    long second = allocate(SESSION, 1).getChunkId();
    commit(SESSION, 0, CHUNK_SIZE + 10, first, second);
    assertThat(cutOf(fs.mutate(SESSION, truncate(file, CHUNK_SIZE)))).isEmpty();
    assertThat(fs.state().chunksOf(file, 0, 10)).extracting(ChunkInfo::id).containsExactly(first);
    assertThat(cutOf(fs.mutate(SESSION, truncate(file, 0)))).isEmpty();
    assertThat(fs.state().chunksOf(file, 0, 10)).isEmpty();
  }

  @Test
  void aFreshChunkAtTheBorderIsCutToo() {
    commit(SESSION, 0, 1000);
    long chunk = allocate(SESSION, 0).getChunkId();
    assertThat(cutOf(fs.mutate(SESSION, truncate(file, 10))))
        .containsExactly(new PendingCut(file, 1, chunk, 10));
  }

  @Test
  void nothingChangesTheSizeWhileACutIsPending() {
    long chunk = allocate(SESSION, 0).getChunkId();
    commit(SESSION, 0, 1000, chunk);
    fs.mutate(SESSION, truncate(file, 100));

    Applied waiting = new Applied.MustWait(file);
    assertThat(fs.mutate(OTHER_SESSION, 1, 5, truncate(file, 2000))).isEqualTo(waiting);
    assertThat(fs.mutate(OTHER_SESSION, 1, 5, truncate(file, 50))).isEqualTo(waiting);
    assertThat(fs.mutate(SESSION, commitOf(1, 500))).isEqualTo(waiting);
    assertThat(commit(SESSION, 0, 1000, chunk).getAttributes().getSize())
        .as("an older epoch does not extend, so it need not wait")
        .isEqualTo(100);
    assertThat(commit(SESSION, 1, 90).getErrno()).isZero();
    assertThat(fs.attributes(file).getSize()).isEqualTo(100);

    fs.reserve(chunk, 2);
    fs.commitChange(chunk, 2, file, 1, 1, 2, 3);
    Applied again = fs.mutate(OTHER_SESSION, 1, 5, truncate(file, 2000));
    assertThat(((Applied.Replied) again).reply().getAttributes().getSize()).isEqualTo(2000);
  }

  @Test
  void aRepeatedTruncationStillWaitsForItsCut() {
    long chunk = allocate(SESSION, 0).getChunkId();
    commit(SESSION, 0, 1000, chunk);
    Applied first = fs.mutate(SESSION, 2, 9, truncate(file, 100));
    assertThat(fs.state().remembered(SESSION, 2, 9)).contains((Applied.Replied) first);
    assertThat(fs.mutate(SESSION, 2, 9, truncate(file, 100))).isEqualTo(first);
    fs.reserve(chunk, 2);
    fs.commitChange(chunk, 2, file, 1, 1, 2, 3);
    assertThat(fs.state().remembered(SESSION, 2, 9).orElseThrow().cut()).isEmpty();
  }

  @Test
  void aCommitOfAnOlderEpochNeverExtends() {
    long chunk = allocate(SESSION, 0).getChunkId();
    commit(SESSION, 0, 1000, chunk);
    fs.mutate(OTHER_SESSION, truncate(file, 0));
    OperationReply late = commit(SESSION, 0, 1000, chunk);
    assertThat(late.getErrno()).as("what truncation took is no loss").isZero();
    assertThat(late.getAttributes().getSize()).isZero();
    assertThat(fs.reply(allocateAt(file, 0, 0)).getErrno()).isEqualTo(Errno.ESTALE.code());
    assertThat(commit(SESSION, 7, 10).getErrno()).isEqualTo(Errno.EINVAL.code());
  }

  @Test
  void aCutVanishesWithItsChunk() {
    commit(SESSION, 0, 1000);
    allocate(SESSION, 0);
    fs.mutate(SESSION, truncate(file, 10));
    fs.endSession(SESSION);
    assertThat(fs.state().pendingCuts()).isEmpty();
  }

  @Test
  void chunksOfAnUnlinkedFileAreRememberedAndCounted() {
    long chunk = allocate(SESSION, 0).getChunkId();
    commit(SESSION, 0, 10, chunk);
    fs.reply(unlink(ROOT, "f"));
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(1);
    assertThat(seenBy(SESSION)).as("an open handle goes on reading").hasSize(1);
    assertThat(allocate(SESSION, 1).getFresh()).as("and writing").isTrue();
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(2);
    fs.mutate(SESSION, truncate(file, 0));
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(2);
  }

  @Test
  void aFreshChunkMayLoseMembersUnderItsFirstVersionAndGainNone() {
    long chunk = allocate(SESSION, 0).getChunkId();
    assertThat(fs.commitChange(chunk, 1, 0, 0, 3, 1)).isEqualTo(new Applied.Accepted());
    assertThat(fs.state().chunk(chunk)).map(ChunkInfo::members).contains(List.of(3, 1));
    assertThat(fs.commitChange(chunk, 1, 0, 0, 1, 2)).isInstanceOf(Applied.Refused.class);
    commit(SESSION, 0, 500, chunk);
    assertThat(fs.commitChange(chunk, 1, 0, 0, 3)).isInstanceOf(Applied.Refused.class);
  }

  @Test
  void onlyTheHighestReservedVersionCanBeCommitted() {
    long chunk = allocate(SESSION, 0).getChunkId();
    assertThat(fs.reserve(chunk, 1)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.reserve(999, 2)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.reserve(chunk, 2)).isEqualTo(new Applied.Accepted());
    assertThat(fs.reserve(chunk, 5)).isEqualTo(new Applied.Accepted());
    assertThat(fs.reserve(chunk, 4)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.commitChange(chunk, 2, 0, 0, 1)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.commitChange(chunk, 5, 0, 0)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.commitChange(chunk, 5, 0, 0, 1, 1)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.commitChange(chunk, 5, 0, 0, 1, 9)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.commitChange(chunk, 5, 0, 0, 3, 1)).isEqualTo(new Applied.Accepted());
    assertThat(fs.commitChange(chunk, 5, 0, 0, 3, 1)).isEqualTo(new Applied.Accepted());
    assertThat(fs.commitChange(chunk, 5, 0, 0, 1, 3)).isInstanceOf(Applied.Refused.class);
    assertThat(fs.state().chunk(chunk)).map(ChunkInfo::members).contains(List.of(3, 1));
    assertThat(fs.state().chunksAfter(0, 10)).extracting(ChunkInfo::version).containsExactly(5);
  }

  @Test
  void chunksThatLieFarApartAreFoundByAQuestionThatSkipsHoles() {
    ChunkLocation near = allocate(SESSION, 1L << 10);
    ChunkLocation far = allocate(SESSION, 1L << 30);
    GetChains.Builder question =
        GetChains.newBuilder().setInode(file).setCount(1).setSkipHoles(true);
    OperationReply first = answer(question);
    assertThat(first.getChunksList())
        .extracting(ChunkLocation::getChunkId)
        .containsExactly(near.getChunkId());
    assertThat(first.getEndOfChunks()).isFalse();
    OperationReply second = answer(question.setFirstIndex(near.getIndex() + 1));
    assertThat(second.getChunksList())
        .extracting(ChunkLocation::getChunkId)
        .containsExactly(far.getChunkId());
    assertThat(second.getEndOfChunks()).isTrue();
    OperationReply none = answer(question.setFirstIndex(far.getIndex() + 1));
    assertThat(none.getChunksList()).isEmpty();
    assertThat(none.getEndOfChunks()).isTrue();
  }

  private OperationReply answer(GetChains.Builder question) {
    return fs.state().read(SESSION, Operation.newBuilder().setGetChains(question).build());
  }

  private ChunkLocation allocate(long session, long index) {
    long epoch = fs.attributes(file).getTruncateEpoch();
    OperationReply reply = fs.replyTo(session, allocateAt(file, index, epoch));
    assertThat(reply.getErrno()).isZero();
    return reply.getChunks(0);
  }

  private static Operation.Builder allocateAt(long inode, long index, long epoch) {
    return Operation.newBuilder()
        .setAllocateChunk(
            AllocateChunk.newBuilder().setInode(inode).setIndex(index).setTruncateEpoch(epoch));
  }

  private OperationReply commit(long session, long epoch, long size, Long... written) {
    return fs.replyTo(session, commitOf(epoch, size, written));
  }

  private Operation.Builder commitOf(long epoch, long size, Long... written) {
    return Operation.newBuilder()
        .setCommit(
            Commit.newBuilder()
                .setInode(file)
                .setTruncateEpoch(epoch)
                .setSize(size)
                .setModified(true)
                .addAllWrittenChunks(List.of(written)));
  }

  private List<ChunkLocation> seenBy(long session) {
    return fs.state().read(session, chains(file, 0, 64).build()).getChunksList();
  }

  private static List<PendingCut> cutOf(Applied applied) {
    return ((Applied.Replied) applied).cut().stream().toList();
  }
}
