package org.distrifs.master.state;

import java.util.List;
import java.util.TreeSet;
import org.distrifs.master.lock.LockTable;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.session.AppendLeases;
import org.distrifs.master.session.WriteIntents;
import org.distrifs.proto.journal.ChunksForgotten;
import org.distrifs.proto.journal.OrphansPurged;

/** How what nobody can reach any more goes: inodes without a name, chunks without a file. */
final class Cleanup {

  private final Namespace namespace;
  private final InodeTable inodes;
  private final FileChunks chunks;
  private final WriteIntents intents;
  private final AppendLeases appendLeases;
  private final LockTable locks;
  private final TreeSet<Long> orphans = new TreeSet<>();

  Cleanup(
      Namespace namespace,
      FileChunks chunks,
      WriteIntents intents,
      AppendLeases appendLeases,
      LockTable locks) {
    this.namespace = namespace;
    this.inodes = namespace.inodes();
    this.chunks = chunks;
    this.intents = intents;
    this.appendLeases = appendLeases;
    this.locks = locks;
  }

  /** An inode lost its last name, or was made without one. */
  void orphaned(int inode) {
    orphans.add(inodes.id(inode));
    chunks.orphaned(inode);
  }

  /** An inode that was made without a name has got one. */
  void named(int inode) {
    orphans.remove(inodes.id(inode));
    chunks.named(inode);
  }

  /** Inodes without a name, in the order of their ids. */
  List<Long> orphansAfter(long inode, int limit) {
    return orphans.tailSet(inode, false).stream().limit(limit).toList();
  }

  Applied purge(OrphansPurged purged) {
    purged.getInodesList().forEach(this::purge);
    return new Applied.Accepted();
  }

  private void purge(long id) {
    int inode = inodes.find(id);
    if (inode == 0 || inodes.nlink(inode) != 0) {
      // Gone already; or named since it was asked about.
      return;
    }
    if (inodes.isRegular(inode)) {
      chunks.detachFrom(inode, 0);
    }
    chunks.cuts().remove(id);
    intents.forget(id);
    appendLeases.forget(id);
    locks.forget(id);
    orphans.remove(id);
    namespace.purge(inode);
  }

  Applied forget(ChunksForgotten forgotten) {
    forgotten.getChunkIdsList().forEach(chunks::forget);
    return new Applied.Accepted();
  }
}
