package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.bytes;

import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.RemoveExtendedAttribute;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.junit.jupiter.api.Test;

/** What inode flags forbid, and the birth time of inodes. */
class InodeFlagsTest {
  private static final int EXCHANGE = 2;
  private static final TimeChange NOW = TimeChange.newBuilder().setNow(true).build();

  private final StateDriver fs = new StateDriver();

  private Errno errno(Operation.Builder operation) {
    int errno = fs.reply(operation).getErrno();
    return errno == 0 ? null : Errno.ofCode(errno);
  }

  private static Operation.Builder change(SetAttributes.Builder change) {
    return Operation.newBuilder().setSetAttributes(change);
  }

  private static SetAttributes.Builder of(long inode) {
    return SetAttributes.newBuilder().setInode(inode);
  }

  private void setFlags(long inode, int flags) {
    assertThat(errno(change(of(inode).setInodeFlags(flags)))).isNull();
  }

  @Test
  void flagsAreKeptAndCountAsAChange() {
    long file = fs.file(ROOT, "f");
    long counter = fs.attributes(file).getChangeCounter();
    setFlags(file, InodeFlags.ALL);
    assertThat(fs.attributes(file).getInodeFlags()).isEqualTo(InodeFlags.ALL);
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(counter + 1);
    assertThat(fs.attributes(file).getMode()).isEqualTo(0100644);
    assertThat(fs.attributes(file).getChunkSizeBytes()).isEqualTo(StateDriver.CHUNK_SIZE);
    setFlags(file, 0);
    assertThat(fs.attributes(file).getInodeFlags()).isZero();
  }

  @Test
  void unknownFlagsOtherTypesAndOtherChangesWithThemAreRefused() {
    long file = fs.file(ROOT, "f");
    assertThat(errno(change(of(file).setInodeFlags(0x100)))).isEqualTo(Errno.EOPNOTSUPP);
    assertThat(errno(change(of(file).setInodeFlags(1)))).isEqualTo(Errno.EOPNOTSUPP);
    assertThat(errno(change(of(file).setInodeFlags(0x10).setMode(0600)))).isEqualTo(Errno.EINVAL);
    assertThat(fs.attributes(file).getInodeFlags()).isZero();
  }

  @Test
  void immutableRefusesEachChangeOfAttributes() {
    long file = fs.file(ROOT, "f");
    setFlags(file, InodeFlags.IMMUTABLE);
    long counter = fs.attributes(file).getChangeCounter();
    assertThat(errno(change(of(file)))).isEqualTo(Errno.EPERM);
    assertThat(errno(change(of(file).setMode(0600)))).isEqualTo(Errno.EPERM);
    assertThat(errno(change(of(file).setSize(0)))).isEqualTo(Errno.EPERM);
    assertThat(errno(change(of(file).setAtime(NOW).setMtime(NOW)))).isEqualTo(Errno.EPERM);
    assertThat(errno(setAttribute(file))).isEqualTo(Errno.EPERM);
    assertThat(errno(removeAttribute(file))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.link(file, ROOT, "g"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.unlink(ROOT, "f"))).isEqualTo(Errno.EPERM);
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(counter);
  }

  private static Operation.Builder setAttribute(long inode) {
    return Operation.newBuilder()
        .setSetExtendedAttribute(
            SetExtendedAttribute.newBuilder().setInode(inode).setName(bytes("user.a")));
  }

  private static Operation.Builder removeAttribute(long inode) {
    return Operation.newBuilder()
        .setRemoveExtendedAttribute(
            RemoveExtendedAttribute.newBuilder().setInode(inode).setName(bytes("user.a")));
  }

  @Test
  void appendOnlyLetsTimesBeSetToNowAlone() {
    long file = fs.file(ROOT, "f");
    setFlags(file, InodeFlags.APPEND_ONLY);
    assertThat(errno(change(of(file).setAtime(NOW).setMtime(NOW)))).isNull();
    assertThat(errno(change(of(file).setMtime(NOW)))).isEqualTo(Errno.EPERM);
    assertThat(errno(change(of(file).setSize(1 << 20)))).isEqualTo(Errno.EPERM);
    assertThat(errno(change(of(file).setUid(1)))).isEqualTo(Errno.EPERM);
  }

  /**
   * The bytes were accepted while the file could be written, and the datanodes have acknowledged
   * them.
   */
  @Test
  void whatWasWrittenBeforeIsCommittedAfterwards() {
    long file = fs.file(ROOT, "f");
    setFlags(file, InodeFlags.IMMUTABLE);
    Commit commit = Commit.newBuilder().setInode(file).setSize(10).setModified(true).build();
    assertThat(errno(Operation.newBuilder().setCommit(commit))).isNull();
    assertThat(fs.attributes(file).getSize()).isEqualTo(10);
  }

  @Test
  void anImmutableDirectoryNeitherGainsNorLosesNames() {
    long directory = fs.directory(ROOT, "d");
    long file = fs.file(ROOT, "f");
    fs.file(directory, "g");
    setFlags(directory, InodeFlags.IMMUTABLE);
    assertThat(errno(StateDriver.create(directory, "h"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.makeDirectory(directory, "h"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.makeDirectory(directory, "g"))).isEqualTo(Errno.EEXIST);
    assertThat(errno(StateDriver.createUnnamed(directory, false, false))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.link(file, directory, "h"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.link(file, directory, "g"))).isEqualTo(Errno.EEXIST);
    assertThat(errno(StateDriver.rename(ROOT, "f", directory, "h", 0))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.rename(directory, "g", ROOT, "h", 0))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.rename(ROOT, "f", directory, "g", EXCHANGE)))
        .isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.unlink(directory, "g"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.unlink(directory, "none"))).isEqualTo(Errno.ENOENT);
    assertThat(errno(StateDriver.removeDirectory(ROOT, "d"))).isEqualTo(Errno.EPERM);
  }

  @Test
  void anAppendOnlyDirectoryOnlyGainsNames() {
    long directory = fs.directory(ROOT, "d");
    long file = fs.file(directory, "f");
    setFlags(directory, InodeFlags.APPEND_ONLY);
    fs.file(directory, "g");
    assertThat(errno(StateDriver.unlink(directory, "f"))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.rename(directory, "f", ROOT, "f", 0))).isEqualTo(Errno.EPERM);
    assertThat(errno(StateDriver.rename(directory, "f", directory, "g", 0))).isEqualTo(Errno.EPERM);
    assertThat(fs.lookup(directory, "f")).isEqualTo(file);
  }

  @Test
  void theBirthTimeOfAnInodeNeverChanges() {
    long file = fs.file(ROOT, "f");
    long seconds = fs.attributes(file).getCtimeS();
    int nanoseconds = fs.attributes(file).getCtimeNs();
    assertThat(errno(change(of(file).setMode(0600).setMtime(NOW)))).isNull();
    assertThat(errno(StateDriver.rename(ROOT, "f", ROOT, "g", 0))).isNull();
    assertThat(fs.attributes(file).getBtimeS()).isEqualTo(seconds);
    assertThat(fs.attributes(file).getBtimeNs()).isEqualTo(nanoseconds);
    assertThat(fs.attributes(file).getCtimeNs()).isNotEqualTo(nanoseconds);
  }
}
