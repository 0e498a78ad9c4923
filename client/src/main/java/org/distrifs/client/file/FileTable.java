package org.distrifs.client.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.client.OpenFile;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.metadata.OpenFileChanges;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** The open files by inode. Thread-safe. */
final class FileTable implements OpenFileChanges {
  private static final int TYPE_MASK = 0xF000;
  private static final int REGULAR = 0x8000;
  private static final int DIRECTORY = 0x4000;
  private static final ChainCache.FirstChunks NOTHING_TOLD =
      new ChainCache.FirstChunks(List.of(), 0);

  private final ConcurrentHashMap<Long, SharedFile> byInode = new ConcurrentHashMap<>();
  private final UnnamedFiles unnamed = new UnnamedFiles();
  private final UnseenFailures unseen = new UnseenFailures();

  /** Opens a file whose attributes were just heard from the master. */
  OpenFile open(Attributes attributes, FileServices services) throws ErrnoException {
    return open(attributes, NOTHING_TOLD, services);
  }

  /** As the other one; the master has told where the first chunks are. */
  OpenFile open(Attributes attributes, ChainCache.FirstChunks first, FileServices services)
      throws ErrnoException {
    requireRegular(attributes);
    SharedFile file = acquire(attributes, first, false, services);
    file.learn(attributes);
    return new FileHandle(file, this);
  }

  /** Opens a file that this process has just made, with the first chunk if it came with it. */
  OpenFile openCreated(Attributes attributes, List<ChunkLocation> chunks, FileServices services) {
    SharedFile file = acquire(attributes, NOTHING_TOLD, true, services);
    chunks.forEach(file.writer()::adoptFresh);
    return new FileHandle(file, this);
  }

  /** Asks for a file without a name. */
  @FunctionalInterface
  interface UnnamedCreation {
    OperationReply create() throws IOException;
  }

  /** Has a file made without a name, and opens it. From the start on this process holds it. */
  OpenFile openUnnamed(UnnamedCreation creation, FileServices services) throws IOException {
    long begun = unnamed.begins();
    try {
      OperationReply made = creation.create();
      return openCreated(made.getAttributes(), made.getChunksList(), services);
    } finally {
      unnamed.ended(begun);
    }
  }

  private SharedFile acquire(
      Attributes attributes, ChainCache.FirstChunks first, boolean created, FileServices services) {
    unnamed.opened(attributes.getInode());
    return byInode.compute(
        attributes.getInode(),
        (inode, known) -> {
          SharedFile file = known;
          if (known == null || known.hasLostSession()) {
            file = new SharedFile(attributes, first, created, services);
            if (known != null) {
              known.giveUpWithSession();
              unseen.keep(known);
            }
            unseen.handOver(file);
          }
          file.handles++;
          return file;
        });
  }

  /**
   * A handle was closed; with the last one the file goes.
   *
   * @param lossIsKnown whether the user of the handle knows that what is uncommitted is lost
   */
  void release(SharedFile file, boolean lossIsKnown) {
    byInode.compute(
        file.inode(),
        (inode, known) -> {
          file.handles--;
          if (file.handles > 0) {
            return known;
          }
          // Before the inode can be opened again: who does may have to be told.
          file.retire(lossIsKnown);
          unseen.keep(file);
          return known == file ? null : known;
        });
  }

  /** Whether a handle of an inode is open that still works, or may be about to be. */
  boolean holds(long inode) {
    if (unnamed.mayBe(inode)) {
      return true;
    }
    SharedFile file = byInode.get(inode);
    return file != null && !file.hasLostSession();
  }

  /** The file of an inode, if it is open; else null. */
  SharedFile find(long inode) {
    return byInode.get(inode);
  }

  /** Completes when no handle of an inode that may have locks is about to end. */
  CompletableFuture<Void> whenEndsAreOver(long inode) {
    SharedFile file = byInode.get(inode);
    return file == null ? CompletableFuture.completedFuture(null) : file.locks().whenEndsAreOver();
  }

  List<SharedFile> all() {
    return List.copyOf(byInode.values());
  }

  /** Lets an open file know what was heard of it. */
  void learn(Attributes attributes) {
    SharedFile file = byInode.get(attributes.getInode());
    if (file != null) {
      file.learn(attributes);
    }
  }

  @Override
  public Attributes withUncommitted(Attributes attributes) {
    SharedFile file = byInode.get(attributes.getInode());
    return file == null ? attributes : file.withUncommitted(attributes);
  }

  @Override
  public Optional<Attributes> setThroughOpenFile(SetAttributes change, Caller caller)
      throws IOException {
    SharedFile file = byInode.get(change.getInode());
    return file == null || file.hasLostSession()
        ? Optional.empty()
        : Optional.of(file.setAttributes(change, caller));
  }

  @Override
  public boolean isOpen(long inode) {
    SharedFile file = byInode.get(inode);
    return file != null && !file.hasLostSession();
  }

  @Override
  public void flush(long inode) throws IOException {
    SharedFile file = byInode.get(inode);
    if (file != null && !file.hasLostSession()) {
      file.flush();
    }
  }

  private static void requireRegular(Attributes attributes) throws ErrnoException {
    int type = attributes.getMode() & TYPE_MASK;
    if (type != REGULAR) {
      throw new ErrnoException(
          type == DIRECTORY ? Errno.EISDIR : Errno.EINVAL,
          "open of inode %d of mode %o".formatted(attributes.getInode(), attributes.getMode()));
    }
  }
}
