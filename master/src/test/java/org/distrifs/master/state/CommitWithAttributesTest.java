package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.StartTerm;
import org.junit.jupiter.api.Test;

/**
 * A commit that carries a change of attributes: one entry, and no lost bytes if that is refused.
 */
class CommitWithAttributesTest {
  private static final int SIZE = 4096;
  private static final int MODE = 0100644;

  private StateDriver fs = new StateDriver();

  private static Operation.Builder commit(long inode, UnaryOperator<SetAttributes.Builder> change) {
    return Operation.newBuilder()
        .setCommit(
            Commit.newBuilder()
                .setInode(inode)
                .setSize(SIZE)
                .setModified(true)
                .setAttributes(change.apply(SetAttributes.newBuilder().setInode(inode))));
  }

  private static TimeChange at(long seconds) {
    return TimeChange.newBuilder().setSeconds(seconds).build();
  }

  private static SetAttributes.Builder times(SetAttributes.Builder change) {
    return change.setAtime(at(1)).setMtime(at(2));
  }

  @Test
  void theAttributesAreThoseOfTheChangeAndItCountsOnce() {
    long file = fs.file(ROOT, "f");
    long counter = fs.attributes(file).getChangeCounter();
    OperationReply reply = fs.reply(commit(file, change -> times(change).setMode(0600).setUid(5)));
    assertThat(reply.getErrno()).isZero();
    assertThat(reply.getAttributesSet()).isTrue();
    Attributes attributes = fs.attributes(file);
    assertThat(reply.getAttributes()).isEqualTo(attributes);
    assertThat(attributes.getSize()).isEqualTo(SIZE);
    assertThat(attributes.getAtimeS()).isEqualTo(1);
    assertThat(attributes.getMtimeS()).isEqualTo(2);
    assertThat(attributes.getMode()).isEqualTo(0100600);
    assertThat(attributes.getUid()).isEqualTo(5);
    assertThat(attributes.getCtimeS() * 1_000_000_000L + attributes.getCtimeNs())
        .isEqualTo(fs.timeNs());
    assertThat(attributes.getChangeCounter()).isEqualTo(counter + 1);
  }

  @Test
  void aRefusedChangeLeavesTheCommit() {
    long file = fs.file(ROOT, "f");
    fs.reply(
        Operation.newBuilder()
            .setSetAttributes(
                SetAttributes.newBuilder().setInode(file).setInodeFlags(InodeFlags.IMMUTABLE)));
    assertCommittedAlone(file, fs.reply(commit(file, CommitWithAttributesTest::times)));
  }

  @Test
  void timesThatAreNoneLeaveTheCommit() {
    long file = fs.file(ROOT, "f");
    TimeChange wrong = TimeChange.newBuilder().setNanoseconds(1_000_000_000).build();
    assertCommittedAlone(file, fs.reply(commit(file, change -> change.setMtime(wrong))));
  }

  private void assertCommittedAlone(long file, OperationReply reply) {
    assertThat(reply.getErrno()).isZero();
    assertThat(reply.getAttributesSet()).isFalse();
    assertThat(fs.attributes(file).getSize()).isEqualTo(SIZE);
    assertThat(fs.attributes(file).getMode()).isEqualTo(MODE);
    assertThat(fs.attributes(file).getMtimeS()).isNotEqualTo(2);
  }

  @Test
  void sizesFlagsAndOtherInodesAreRefusedAsAWhole() {
    long file = fs.file(ROOT, "f");
    long other = fs.file(ROOT, "g");
    assertRefused(file, change -> change.setSize(1));
    assertRefused(file, change -> change.setInodeFlags(InodeFlags.IMMUTABLE));
    assertRefused(file, change -> change.setInode(other).setMode(0));
    assertThat(fs.attributes(other).getMode()).isEqualTo(MODE);
  }

  private void assertRefused(long file, UnaryOperator<SetAttributes.Builder> change) {
    assertThat(fs.reply(commit(file, change)).getErrno()).isEqualTo(Errno.EINVAL.code());
    assertThat(fs.attributes(file).getSize()).isZero();
  }

  @Test
  void aRepeatedRequestIsAnsweredAsBeforeAndChangesNothing() {
    long file = fs.file(ROOT, "f");
    Operation.Builder commit = commit(file, CommitWithAttributesTest::times);
    OperationReply first = ((Applied.Replied) fs.mutate(SESSION, 1, 1, commit)).reply();
    fs.reply(
        Operation.newBuilder()
            .setSetAttributes(SetAttributes.newBuilder().setInode(file).setMtime(at(9))));
    OperationReply again = ((Applied.Replied) fs.mutate(SESSION, 1, 1, commit)).reply();
    assertThat(again).isEqualTo(first);
    assertThat(again.getAttributesSet()).isTrue();
    assertThat(fs.attributes(file).getMtimeS()).isEqualTo(9);
  }

  @Test
  void aJournalOfAnOlderMasterIsAppliedAsThatMasterDid() {
    fs = new StateDriver(3);
    long file = fs.file(ROOT, "f");
    assertCommittedAlone(
        file, fs.reply(commit(file, change -> times(change).setMode(0600).setSize(1))));
    fs.apply(
        JournalEntry.newBuilder()
            .setStartTerm(
                StartTerm.newBuilder().setTerm(1).setFeatureLevel(MasterState.FEATURE_LEVEL)));
    assertThat(fs.reply(commit(file, CommitWithAttributesTest::times)).getAttributesSet()).isTrue();
    assertThat(fs.attributes(file).getMtimeS()).isEqualTo(2);
  }

  /** Computed by hand from {@code control.proto}: tag and value of each field. */
  @Test
  void theFieldsHaveTheirGoldenBytes() throws InvalidProtocolBufferException {
    Commit commit =
        Commit.newBuilder()
            .setInode(7)
            .setAttributes(SetAttributes.newBuilder().setInode(7).setMtime(at(2)))
            .build();
    byte[] golden = HexFormat.of().parseHex("0807" + "6206" + "0807" + "3a02" + "1004");
    assertThat(commit.toByteArray()).isEqualTo(golden);
    assertThat(Commit.parseFrom(golden)).isEqualTo(commit);
    assertThat(OperationReply.newBuilder().setAttributesSet(true).build().toByteArray())
        .isEqualTo(HexFormat.of().parseHex("e00101"));
  }
}
