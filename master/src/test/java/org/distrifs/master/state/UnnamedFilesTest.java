package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.link;
import static org.distrifs.master.state.StateDriver.removeDirectory;
import static org.distrifs.master.state.StateDriver.unlink;

import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.OrphansPurged;
import org.junit.jupiter.api.Test;

/** Files that are made without a name, and may get one later. */
class UnnamedFilesTest {

  private final StateDriver fs = new StateDriver();

  @Test
  void itIsAnOrphanWithAChunkUntilItIsLinked() {
    OperationReply made = fs.reply(unnamed(ROOT, false));
    Attributes attributes = made.getAttributes();
    assertThat(made.getErrno()).isZero();
    assertThat(attributes.getMode()).isEqualTo(0100640);
    assertThat(attributes.getNlink()).isZero();
    assertThat(attributes.getUid()).isEqualTo(StateDriver.UID);
    assertThat(attributes.getChunkSizeBytes()).isEqualTo(StateDriver.CHUNK_SIZE);
    assertThat(made.getChunksCount()).isOne();
    assertThat(fs.attributes(ROOT).getMtimeNs()).isEqualTo(made.getParent().getMtimeNs());
    assertThat(fs.state().orphansAfter(0, 10)).containsExactly(attributes.getInode());
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(1);

    OperationReply linked = fs.reply(link(attributes.getInode(), ROOT, "name"));
    assertThat(linked.getErrno()).isZero();
    assertThat(linked.getAttributes().getNlink()).isOne();
    assertThat(fs.lookup(ROOT, "name")).isEqualTo(attributes.getInode());
    assertThat(fs.state().orphansAfter(0, 10)).isEmpty();
    assertThat(fs.state().counts().orphans()).isZero();
    assertThat(fs.state().counts().garbageChunks()).isZero();
    purge(attributes.getInode());
    assertThat(fs.lookup(ROOT, "name")).isEqualTo(attributes.getInode());
    expectSameStateFromJournal();
  }

  @Test
  void whatLostItsLastNameGetsNoOther() {
    long file = fs.reply(unnamed(ROOT, false)).getAttributes().getInode();
    fs.reply(link(file, ROOT, "name"));
    fs.reply(unlink(ROOT, "name"));
    assertThat(fs.reply(link(file, ROOT, "again")).getErrno()).isEqualTo(Errno.ENOENT.code());
    assertThat(fs.state().orphansAfter(0, 10)).containsExactly(file);
    purge(file);
    assertThat(fs.state().counts().orphans()).isZero();
  }

  @Test
  void anExclusiveOneGetsNoName() {
    long file = fs.reply(unnamed(ROOT, true)).getAttributes().getInode();
    assertThat(fs.reply(link(file, ROOT, "name")).getErrno()).isEqualTo(Errno.ENOENT.code());
    expectSameStateFromJournal();
  }

  @Test
  void theTwoAreDifferentStates() {
    StateDriver other = new StateDriver();
    fs.reply(unnamed(ROOT, true));
    other.reply(unnamed(ROOT, false));
    assertThat(fs.state().stateDigest()).isNotEqualTo(other.state().stateDigest());
  }

  @Test
  void itBelongsToTheGroupOfASetGroupIdFolder() {
    long folder = fs.directory(ROOT, "d");
    fs.reply(
        Operation.newBuilder()
            .setSetAttributes(
                SetAttributes.newBuilder().setInode(folder).setMode(02775).setGid(4711)));
    Attributes made = fs.reply(unnamed(folder, false)).getAttributes();
    assertThat(made.getGid()).isEqualTo(4711);
    assertThat(made.getMode()).isEqualTo(0100640);
  }

  @Test
  void aRemovedFolderTakesNone() {
    long folder = fs.directory(ROOT, "d");
    fs.reply(removeDirectory(ROOT, "d"));
    assertThat(fs.reply(unnamed(folder, false)).getErrno()).isEqualTo(Errno.EPERM.code());
    long file = fs.file(ROOT, "f");
    assertThat(fs.reply(unnamed(file, false)).getErrno()).isEqualTo(Errno.ENOTDIR.code());
  }

  private void expectSameStateFromJournal() {
    MasterState replayed = new MasterState();
    for (int i = 0; i < fs.journal().size(); i++) {
      replayed.apply(i + 1, fs.journal().get(i));
    }
    assertThat(replayed.stateDigest()).isEqualTo(fs.state().stateDigest());
  }

  private static Operation.Builder unnamed(long parent, boolean exclusive) {
    return StateDriver.createUnnamed(parent, exclusive, true);
  }

  private void purge(long inode) {
    fs.apply(
        JournalEntry.newBuilder().setOrphansPurged(OrphansPurged.newBuilder().addInodes(inode)));
  }
}
