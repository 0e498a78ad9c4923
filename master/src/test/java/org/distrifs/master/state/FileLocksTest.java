package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.OTHER_SESSION;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;

import java.util.List;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.SetLock;
import org.distrifs.proto.control.TestLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.OrphansPurged;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FileLocksTest {
  private final StateDriver fs = new StateDriver();
  private long file;

  @BeforeEach
  void makeFile() {
    file = fs.file(ROOT, "f");
  }

  @Test
  void aLockThatIsInTheWayIsNamedToItsOwnSessionWithItsProcess() {
    assertThat(fs.replyTo(SESSION, set(record(1, Lock.Type.WRITE, 10, 19))).getErrno()).isZero();
    OperationReply refused = fs.replyTo(SESSION, set(record(2, Lock.Type.READ, 0, 100)));
    assertThat(refused.getErrno()).isEqualTo(Errno.EAGAIN.code());
    assertThat(refused.getConflictingLock()).isEqualTo(record(1, Lock.Type.WRITE, 10, 19));
    Lock toldToOthers =
        fs.replyTo(OTHER_SESSION, set(record(1, Lock.Type.READ, 0, 100))).getConflictingLock();
    assertThat(toldToOthers.getStart()).isEqualTo(10);
    assertThat(toldToOthers.getPid()).isZero();
    assertThat(toldToOthers.getOwner()).isZero();
  }

  @Test
  void aGrantBringsTheFilesAttributes() {
    assertThat(fs.reply(set(record(1, Lock.Type.WRITE, 0, 1))).getAttributes())
        .isEqualTo(fs.attributes(file));
  }

  @Test
  void aTestSetsNothing() {
    Operation.Builder test =
        Operation.newBuilder()
            .setTestLock(
                TestLock.newBuilder().setInode(file).setLock(record(1, Lock.Type.WRITE, 0, 9)));
    assertThat(fs.read(test).hasConflictingLock()).isFalse();
    assertThat(fs.replyTo(OTHER_SESSION, set(record(5, Lock.Type.READ, 3, 4))).getErrno()).isZero();
    assertThat(fs.read(test).getConflictingLock().getType()).isEqualTo(Lock.Type.READ);
  }

  @Test
  void whatMayWaitIsLockedOutWithoutAnEffect() {
    fs.reply(set(record(1, Lock.Type.WRITE, 0, 9)));
    long before = fs.state().stateDigest() - 41 * fs.timeNs();
    Operation.Builder waiting = set(record(2, Lock.Type.WRITE, 5, 5));
    waiting.getSetLockBuilder().setWaitMs(1000);
    assertThat(fs.mutate(OTHER_SESSION, waiting)).isEqualTo(new Applied.LockedOut(file));
    assertThat(fs.state().stateDigest() - 41 * fs.timeNs()).isEqualTo(before);
  }

  @Test
  void whoTriesToChangeAFlockLosesIt() {
    fs.replyTo(SESSION, set(whole(1, Lock.Type.READ)));
    fs.replyTo(SESSION, set(whole(2, Lock.Type.READ)));
    assertThat(fs.replyTo(SESSION, set(whole(1, Lock.Type.WRITE))).getErrno())
        .isEqualTo(Errno.EAGAIN.code());
    assertThat(fs.replyTo(SESSION, set(whole(2, Lock.Type.WRITE))).getErrno()).isZero();
    assertThat(fs.replyTo(SESSION, set(whole(1, Lock.Type.READ))).getErrno())
        .isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void whoTriesInVainToChangeARecordLockKeepsIt() {
    fs.replyTo(SESSION, set(record(1, Lock.Type.READ, 0, 9)));
    fs.replyTo(SESSION, set(record(2, Lock.Type.READ, 0, 9)));
    fs.replyTo(SESSION, set(record(1, Lock.Type.WRITE, 0, 9)));
    assertThat(fs.replyTo(SESSION, set(record(2, Lock.Type.WRITE, 0, 9))).getErrno())
        .isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void aReleaseTakesWhatItNamesAndNoMore() {
    fs.reply(set(record(1, Lock.Type.WRITE, 0, 9)));
    fs.reply(set(record(1, Lock.Type.WRITE, 20, 29)));
    fs.reply(set(whole(1, Lock.Type.WRITE)));
    fs.reply(set(record(2, Lock.Type.WRITE, 40, 49)));
    fs.reply(release(1, Lock.Kind.RECORD));
    assertThat(conflicts(record(9, Lock.Type.WRITE, 0, 100))).hasSize(1);
    assertThat(conflicts(whole(9, Lock.Type.READ))).hasSize(1);
    fs.reply(release(1, Lock.Kind.WHOLE_FILE));
    assertThat(conflicts(whole(9, Lock.Type.READ))).isEmpty();
  }

  @Test
  void theEndOfASessionIsTheEndOfItsLocks() {
    fs.replyTo(OTHER_SESSION, set(record(1, Lock.Type.WRITE, 0, 9)));
    fs.replyTo(OTHER_SESSION, set(whole(1, Lock.Type.WRITE)));
    fs.endSession(OTHER_SESSION);
    assertThat(conflicts(record(1, Lock.Type.WRITE, 0, 100))).isEmpty();
    assertThat(conflicts(whole(1, Lock.Type.WRITE))).isEmpty();
  }

  @Test
  void aFileThatIsPurgedTakesItsLocksAlong() {
    fs.reply(set(record(1, Lock.Type.WRITE, 0, 9)));
    fs.reply(StateDriver.unlink(ROOT, "f"));
    fs.apply(
        JournalEntry.newBuilder().setOrphansPurged(OrphansPurged.newBuilder().addInodes(file)));
    assertThat(conflicts(record(2, Lock.Type.WRITE, 0, 100))).isEmpty();
    assertThat(fs.reply(set(record(1, Lock.Type.WRITE, 0, 9))).getErrno())
        .isEqualTo(Errno.ESTALE.code());
  }

  @Test
  void whatIsNoRangeIsRefused() {
    for (Lock none :
        List.of(
            record(1, Lock.Type.READ, 5, 4),
            record(1, Lock.Type.READ, -1, 4),
            record(1, Lock.Type.READ, 0, 4).toBuilder().setTypeValue(17).build(),
            record(1, Lock.Type.READ, 0, 4).toBuilder().setKindValue(17).build())) {
      assertThat(fs.reply(set(none)).getErrno()).isEqualTo(Errno.EINVAL.code());
    }
  }

  @Test
  void aReplayOfTheJournalBringsTheSameLocks() {
    fs.replyTo(SESSION, set(record(1, Lock.Type.WRITE, 10, 19)));
    fs.replyTo(OTHER_SESSION, set(record(1, Lock.Type.READ, 30, 39)));
    fs.replyTo(SESSION, set(record(1, Lock.Type.UNLOCKED, 12, 13)));
    MasterState again = new MasterState();
    long txid = 0;
    for (JournalEntry entry : fs.journal()) {
      again.apply(++txid, entry);
    }
    assertThat(again.stateDigest()).isEqualTo(fs.state().stateDigest());
    assertThat(again.locks().conflicts(0, file, record(9, Lock.Type.WRITE, 0, 100))).hasSize(3);
  }

  private List<?> conflicts(Lock wanted) {
    return fs.state().locks().conflicts(SESSION, file, wanted);
  }

  private Operation.Builder set(Lock lock) {
    return Operation.newBuilder().setSetLock(SetLock.newBuilder().setInode(file).setLock(lock));
  }

  private Operation.Builder release(long owner, Lock.Kind kind) {
    return Operation.newBuilder()
        .setReleaseLocks(ReleaseLocks.newBuilder().setInode(file).setOwner(owner).addKinds(kind));
  }

  private static Lock record(long owner, Lock.Type type, long start, long end) {
    return Lock.newBuilder()
        .setOwner(owner)
        .setType(type)
        .setStart(start)
        .setEnd(end)
        .setPid(4711)
        .build();
  }

  private static Lock whole(long owner, Lock.Type type) {
    return Lock.newBuilder()
        .setOwner(owner)
        .setKind(Lock.Kind.WHOLE_FILE)
        .setType(type)
        .setEnd(Long.MAX_VALUE)
        .setPid(4711)
        .build();
  }
}
