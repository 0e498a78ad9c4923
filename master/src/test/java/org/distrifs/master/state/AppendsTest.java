package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.OTHER_SESSION;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;

import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseAppend;
import org.distrifs.proto.control.WriteIntent;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.IntentsSettled;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** Which session may append to a file. */
class AppendsTest {
  private final StateDriver fs = new StateDriver();
  private final long file = fs.file(ROOT, "f");

  @Test
  void theAnswerBringsTheEnd() {
    commitOneChunk(500);
    OperationReply reply = fs.replyTo(SESSION, acquire(1));
    assertThat(reply.getErrno()).isZero();
    assertThat(reply.getAttributes().getSize()).isEqualTo(500);
    assertThat(fs.state().appendLeaseHolder(file)).isEqualTo(SESSION);
  }

  @Test
  void anotherSessionWaitsUntilItIsReleased() {
    fs.replyTo(SESSION, acquire(1));
    assertThat(fs.mutate(OTHER_SESSION, acquire(1))).isEqualTo(new Applied.MustWaitForAppend(file));
    fs.replyTo(SESSION, release(1));
    assertThat(fs.state().appendLeaseHolder(file)).isZero();
    assertThat(fs.replyTo(OTHER_SESSION, acquire(1)).getErrno()).isZero();
  }

  @Test
  void onlyTheHolderReleasesIt() {
    fs.replyTo(SESSION, acquire(1));
    fs.replyTo(OTHER_SESSION, release(9));
    assertThat(fs.state().appendLeaseHolder(file)).isEqualTo(SESSION);
  }

  @Test
  void aReleaseThatWasOvertakenByALaterAcquisitionReleasesNothing() {
    fs.replyTo(SESSION, acquire(1));
    fs.replyTo(SESSION, acquire(2));
    fs.replyTo(SESSION, release(1));
    assertThat(fs.state().appendLeaseHolder(file)).isEqualTo(SESSION);
    fs.replyTo(SESSION, release(2));
    assertThat(fs.state().appendLeaseHolder(file)).isZero();
  }

  @Test
  void itEndsWithItsSession() {
    fs.replyTo(SESSION, acquire(1));
    fs.endSession(SESSION);
    assertThat(fs.state().appendLeaseHolder(file)).isZero();
    assertThat(fs.replyTo(OTHER_SESSION, acquire(1)).getErrno()).isZero();
  }

  @Test
  void whatAFormerHolderWroteMayStillArriveUntilTheFileIsSettled() {
    commitOneChunk(500);
    fs.replyTo(SESSION, acquire(1));
    allocate(); // Not fresh: it may write there from now on.
    fs.endSession(SESSION);
    assertThat(fs.mutate(OTHER_SESSION, acquire(1))).isEqualTo(new Applied.MustWaitForAppend(file));
    fs.apply(
        JournalEntry.newBuilder().setIntentsSettled(IntentsSettled.newBuilder().addInodes(file)));
    assertThat(fs.replyTo(OTHER_SESSION, acquire(1)).getErrno()).isZero();
  }

  @Test
  void whatIsNoRegularFileHasNone() {
    Operation.Builder ofRoot =
        Operation.newBuilder().setAcquireAppend(AcquireAppend.newBuilder().setInode(ROOT));
    assertThat(fs.replyTo(SESSION, ofRoot).getErrno()).isEqualTo(Errno.EISDIR.code());
    Operation.Builder ofNothing =
        Operation.newBuilder().setAcquireAppend(AcquireAppend.newBuilder().setInode(999));
    assertThat(fs.replyTo(SESSION, ofNothing).getErrno()).isEqualTo(Errno.ESTALE.code());
  }

  @Test
  void theStateDigestTellsWhoHoldsIt() {
    long free = fs.state().stateDigest();
    StateDriver other = new StateDriver();
    other.file(ROOT, "f");
    assertThat(other.state().stateDigest()).isEqualTo(free);
    fs.replyTo(SESSION, acquire(1));
    other.replyTo(OTHER_SESSION, acquire(1));
    assertThat(fs.state().appendLeaseHolder(file))
        .isNotEqualTo(other.state().appendLeaseHolder(file));
    assertThat(fs.state().stateDigest()).isNotEqualTo(other.state().stateDigest());
  }

  private void commitOneChunk(long size) {
    ChunkLocation chunk = allocate();
    Commit.Builder commit =
        Commit.newBuilder()
            .setInode(file)
            .setSize(size)
            .setModified(true)
            .setIntent(WriteIntent.END)
            .addWrittenChunks(chunk.getChunkId());
    assertThat(fs.replyTo(SESSION, Operation.newBuilder().setCommit(commit)).getErrno()).isZero();
  }

  private ChunkLocation allocate() {
    return fs.replyTo(
            SESSION,
            Operation.newBuilder().setAllocateChunk(AllocateChunk.newBuilder().setInode(file)))
        .getChunks(0);
  }

  private Operation.Builder acquire(long number) {
    return Operation.newBuilder()
        .setAcquireAppend(AcquireAppend.newBuilder().setInode(file).setNumber(number));
  }

  private Operation.Builder release(long number) {
    return Operation.newBuilder()
        .setReleaseAppend(ReleaseAppend.newBuilder().setInode(file).setNumber(number));
  }
}
