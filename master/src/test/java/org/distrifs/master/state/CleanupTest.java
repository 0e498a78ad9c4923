package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.SESSION;
import static org.distrifs.master.state.StateDriver.removeDirectory;
import static org.distrifs.master.state.StateDriver.unlink;

import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.MakeSymlink;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.ChunksForgotten;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.OrphansPurged;
import org.distrifs.proto.journal.SessionEnd;
import org.junit.jupiter.api.Test;

/** How inodes without a name and chunks without a file are removed. */
class CleanupTest {

  private final StateDriver fs = new StateDriver();

  @Test
  void aPurgedOrphanIsGoneAndItsChunksBelongToNobody() {
    long file = fs.file(ROOT, "f");
    long chunk = allocate(file);
    fs.reply(unlink(ROOT, "f"));
    assertThat(fs.state().orphansAfter(0, 10)).containsExactly(file);
    purge(file);
    assertThat(fs.state().orphansAfter(0, 10)).isEmpty();
    assertThat(fs.state().counts().orphans()).isZero();
    assertThat(fs.state().counts().inodes()).isEqualTo(1);
    assertThat(fs.state().chunk(chunk).orElseThrow().isDetached()).isTrue();
    assertThat(fs.state().counts().garbageChunks()).isEqualTo(1);
    assertThat(fs.reply(StateDriver.truncate(file, 0)).getErrno()).isEqualTo(Errno.ESTALE.code());
    purge(file);
  }

  @Test
  void whatHasANameIsNotPurgedAndWhatIsNotThereNeither() {
    long file = fs.file(ROOT, "f");
    purge(file, 4711, ROOT);
    assertThat(fs.lookup(ROOT, "f")).isEqualTo(file);
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(2);
  }

  @Test
  void directoriesAndLinksArePurgedToo() {
    long directory = fs.directory(ROOT, "d");
    long link =
        fs.reply(
                Operation.newBuilder()
                    .setMakeSymlink(
                        MakeSymlink.newBuilder()
                            .setParent(ROOT)
                            .setName(StateDriver.bytes("l"))
                            .setTarget(StateDriver.bytes("target"))))
            .getAttributes()
            .getInode();
    fs.reply(removeDirectory(ROOT, "d"));
    fs.reply(unlink(ROOT, "l"));
    assertThat(fs.state().orphansAfter(0, 10)).containsExactly(directory, link);
    assertThat(fs.state().orphansAfter(directory, 10)).containsExactly(link);
    purge(directory, link);
    assertThat(fs.state().counts().inodes()).isEqualTo(1);
  }

  @Test
  void aSlotThatIsUsedAgainIsAnotherInode() {
    long first = fs.file(ROOT, "f");
    fs.reply(unlink(ROOT, "f"));
    purge(first);
    long second = fs.file(ROOT, "g");
    assertThat(second).isGreaterThan(first);
    assertThat(fs.attributes(second).getChunkCount()).isZero();
    assertThat(fs.reply(StateDriver.truncate(first, 0)).getErrno()).isEqualTo(Errno.ESTALE.code());
  }

  @Test
  void aChunkIsForgottenOnlyWithoutAFile() {
    long file = fs.file(ROOT, "f");
    long chunk = allocate(file);
    forget(chunk, 4711);
    assertThat(fs.state().chunk(chunk)).isPresent();
    fs.reply(unlink(ROOT, "f"));
    forget(chunk);
    assertThat(fs.state().chunk(chunk)).isPresent();
    purge(file);
    fs.reserve(chunk, 2);
    forget(chunk);
    assertThat(fs.state().chunk(chunk)).isEmpty();
    assertThat(fs.state().changingChunks()).isEmpty();
    assertThat(fs.state().counts().garbageChunks()).isZero();
    assertThat(fs.state().nextChunkId()).isGreaterThan(chunk);
    assertThat(fs.reserve(chunk, 3)).isInstanceOf(Applied.Refused.class);
  }

  @Test
  void sessionsThatExpiredAreRememberedUnderTheirTxid() {
    expire(SESSION, true);
    long first = fs.journal().size();
    expire(StateDriver.OTHER_SESSION, false);
    assertThat(fs.state().expiries().last()).isEqualTo(first);
    assertThat(fs.state().expiries().after(0)).containsExactly(SESSION);
    assertThat(fs.state().expiries().after(first)).isEmpty();
  }

  @Test
  void theSameJournalGivesTheSameState() {
    long file = fs.file(ROOT, "f");
    long chunk = allocate(file);
    fs.reply(unlink(ROOT, "f"));
    purge(file);
    forget(chunk);
    fs.file(ROOT, "g");
    expire(SESSION, true);
    MasterState replayed = new MasterState();
    for (int i = 0; i < fs.journal().size(); i++) {
      replayed.apply(i + 1, fs.journal().get(i));
    }
    assertThat(replayed.stateDigest()).isEqualTo(fs.state().stateDigest());
  }

  private long allocate(long file) {
    return fs.reply(
            Operation.newBuilder().setAllocateChunk(AllocateChunk.newBuilder().setInode(file)))
        .getChunks(0)
        .getChunkId();
  }

  private void purge(long... inodes) {
    OrphansPurged.Builder purged = OrphansPurged.newBuilder();
    for (long inode : inodes) {
      purged.addInodes(inode);
    }
    assertThat(fs.apply(JournalEntry.newBuilder().setOrphansPurged(purged)))
        .isInstanceOf(Applied.Accepted.class);
  }

  private void forget(long... chunks) {
    ChunksForgotten.Builder forgotten = ChunksForgotten.newBuilder();
    for (long chunk : chunks) {
      forgotten.addChunkIds(chunk);
    }
    assertThat(fs.apply(JournalEntry.newBuilder().setChunksForgotten(forgotten)))
        .isInstanceOf(Applied.Accepted.class);
  }

  private void expire(long session, boolean expired) {
    fs.apply(
        JournalEntry.newBuilder()
            .setSessionEnd(SessionEnd.newBuilder().setSessionId(session).setExpired(expired)));
  }
}
