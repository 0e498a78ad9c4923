package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.Long2IntMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flush and sync of one file: send all, wait, for a sync make it durable, commit. One at a time for
 * a file; what an earlier one has done, a later one need not do again. Thread-safe.
 */
final class FileFlush {
  private static final Logger LOG = LoggerFactory.getLogger(FileFlush.class);

  /** What a flush is for. */
  enum Purpose {
    WRITE_BACK,
    /** Nobody is expected to write soon. */
    CLOSE,
    /** What was written is to be on the disks. */
    SYNC
  }

  private final FileWriter writer;
  private final WrittenFile file;
  private final WriteServices services;
  private final ReentrantLock turn = new ReentrantLock(true);

  /** Chunks were, or may have been, written that this process does not know to be synced. */
  private volatile boolean syncAll;

  FileFlush(FileWriter writer, WrittenFile file, WriteServices services, boolean createdHere) {
    this.writer = writer;
    this.file = file;
    this.services = services;
    this.syncAll = !createdHere;
  }

  void syncAllNext() {
    syncAll = true;
  }

  void run(Purpose purpose) throws IOException {
    inTurn(purpose, null);
  }

  /**
   * A flush whose commit carries a change of attributes, without a size.
   *
   * @return empty when there was nothing to commit, or the master has not set them with the commit:
   *     then the caller asks for the change itself
   */
  Optional<Attributes> runWith(AttributeChange change) throws IOException {
    return Optional.ofNullable(inTurn(Purpose.WRITE_BACK, change))
        .filter(OperationReply::getAttributesSet)
        .map(OperationReply::getAttributes);
  }

  /**
   * @param change that the commit carries, or null
   * @return the master's answer to the commit; null without one, and of a sync
   */
  private OperationReply inTurn(Purpose purpose, AttributeChange change) throws IOException {
    OperationReply answer = null;
    boolean sync = purpose == Purpose.SYNC;
    long startNs = services.clock().monotonicNs();
    takeTurn();
    try {
      long failuresBefore = writer.failures().count();
      // What is already acknowledged, and chunks that others wrote to, get a SYNC afterwards.
      writer.sendAndAwaitAll(sync && !syncAll);
      if (sync && writer.failures().count() != failuresBefore) {
        // The caller gets this error anyway; a sync would only wait a second time for the chain
        // that took no write. The next sync makes up for what is left out here.
        commit(purpose, null);
        throw writer.failures().last();
      }
      if (sync) {
        syncAndCommit();
      } else {
        answer = commit(purpose, change);
      }
    } finally {
      turn.unlock();
    }
    services.metrics().flushed(services.clock().monotonicNs() - startNs, sync);
    return answer;
  }

  private void takeTurn() throws IOException {
    long boundMs = services.settings().operationTimeoutMs() + services.settings().chunkTimeoutMs();
    try {
      if (!turn.tryLock(boundMs, TimeUnit.MILLISECONDS)) {
        throw new ErrnoException(
            Errno.EIO, "flush of inode %d, behind another flush".formatted(writer.inode()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "flush of inode " + writer.inode(), e);
    }
  }

  // --- sync

  /**
   * Has every member sync, and tells the master meanwhile: what a commit tells is acknowledged by
   * all members, and whether it is on their disks it does not say, be it of a sync or of a close.
   */
  private void syncAndCommit() throws IOException {
    boolean all = syncAll;
    syncAll = false;
    Long2IntMap unsynced = writer.lock().get(() -> writer.uncommitted().takeUnsynced());
    LongSet indices = new LongOpenHashSet(unsynced.keySet());
    boolean done = false;
    try {
      if (all) {
        addExisting(indices);
      }
      CommitAttempt commit = new CommitAttempt(Purpose.SYNC, null);
      try {
        new ChunkSync(writer, services)
            .run(
                indices,
                synced -> {
                  if (UncommittedWrites.mayMiss(unsynced, synced)) {
                    writer.lock().run(() -> writer.lostBeforeSync(synced));
                  }
                },
                commit::begin);
        done = true;
      } catch (IOException e) {
        endAfter(e, commit);
        throw e;
      }
      commit.end();
    } finally {
      if (!done) {
        syncAll |= all;
        writer.lock().run(() -> writer.uncommitted().putBackUnsynced(unsynced));
      }
    }
  }

  private static void endAfter(IOException failure, CommitAttempt commit) {
    try {
      commit.end();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Adds the chunks that exist, wherever they lie; those that others are adding now may lack. */
  private void addExisting(LongSet indices) throws IOException {
    // First: what others did to the file is to be known before its chunks are.
    await(file::refresh, "attributes of inode " + writer.inode());
    long next = 0;
    boolean isLast = false;
    while (!isLast) {
      ChainCache.Existing existing = await(existingFrom(next), "chains of inode " + writer.inode());
      for (ChunkLocation location : existing.chunks()) {
        // One that only this session holds and has not written to is on no datanode yet.
        if (!location.getFresh()) {
          indices.add(location.getIndex());
        }
        next = location.getIndex() + 1;
      }
      isLast = existing.isLast();
    }
  }

  private Supplier<CompletableFuture<ChainCache.Existing>> existingFrom(long index) {
    return () -> services.chains().existing(writer.inode(), index);
  }

  // --- commit

  private OperationReply commit(Purpose purpose, AttributeChange change) throws IOException {
    return new CommitAttempt(purpose, change).end();
  }

  /** One commit: what there is to tell when it begins, if there is anything. */
  private final class CommitAttempt {
    private final Purpose purpose;
    private final AttributeChange change;
    private Commit commit;
    private CompletableFuture<OperationReply> reply;

    /**
     * @param change that it carries, or null
     */
    CommitAttempt(Purpose purpose, AttributeChange change) {
      this.purpose = purpose;
      this.change = change;
    }

    /** Sends it, unless that is done. Never blocks. */
    CompletableFuture<OperationReply> begin() {
      if (reply == null) {
        commit = writer.lock().get(() -> FileFlush.this.begin(purpose));
        reply = commit == null ? CompletableFuture.completedFuture(null) : submit(commit, change);
      }
      return reply;
    }

    /** Waits for the master to have carried it out; answers null if there was nothing to tell. */
    OperationReply end() throws IOException {
      OperationReply answer;
      try {
        answer = await(this::begin, "commit of inode " + writer.inode());
      } catch (RefusedException e) {
        writer.lock().run(() -> refused(e));
        throw e;
      } catch (IOException e) {
        writer.lock().run(() -> unanswered());
        throw e;
      }
      if (answer == null) {
        writer.lock().run(writer::recomputeEnd);
        return null;
      }
      // Before what is uncommitted shrinks: in between a reader would see the old size.
      file.committed(answer.getAttributes());
      writer.lock().run(() -> ended(commit));
      return answer;
    }
  }

  /** What there is to commit, or null. */
  private Commit begin(Purpose purpose) {
    if (!writer.uncommitted().beginCommit()) {
      return null;
    }
    Commit.Builder commit =
        Commit.newBuilder()
            .setInode(writer.inode())
            .setTruncateEpoch(file.truncateEpoch())
            .setSize(writer.uncommitted().committingEnd())
            .setModified(true)
            .setModifiedAgoNs(
                Math.max(0, services.clock().monotonicNs() - writer.uncommitted().lastWriteNs()))
            .setModifiedAtNs(writer.uncommitted().lastWriteWallNs())
            .setBlocks(writer.uncommitted().blocks().committing().toMessage());
    // Also those that the master knows: it refuses when one of them is not part of the file any
    // more.
    LongSet written = new LongOpenHashSet(writer.uncommitted().committingChunks());
    writer.chunks().fresh().written().forEach(location -> written.add(location.getChunkId()));
    written.forEach(commit::addWrittenChunks);
    writer
        .chunks()
        .intent()
        .tell(
            commit,
            writer.outgoing().isPending(),
            writer.chunks().fresh().hasUnwritten(),
            purpose == Purpose.CLOSE);
    return commit.build();
  }

  /**
   * The master will not take it, now or later: the bytes are lost, which every handle is told,
   * since the caller may be nobody's. New writes begin with chunks that are asked for anew.
   */
  private void refused(RefusedException refusal) {
    intentTold(SessionWriteIntent.Outcome.REFUSED);
    writer.uncommitted().commitEnded(true);
    writer.chunks().fresh().abandonAll();
    services.chains().forget(writer.inode());
    writer.recomputeEnd();
    writer.lost(refusal);
  }

  /** Nobody knows whether the master took it: it is told again. */
  private void unanswered() {
    writer.uncommitted().commitEnded(false);
    intentTold(SessionWriteIntent.Outcome.UNKNOWN);
  }

  private void intentTold(SessionWriteIntent.Outcome outcome) {
    writer.chunks().intent().commitEnded(outcome);
    writer.outgoing().pumpAll();
  }

  private void ended(Commit commit) {
    List<ChunkLocation> written = writer.chunks().fresh().written();
    for (ChunkLocation location : written) {
      if (commit.getWrittenChunksList().contains(location.getChunkId())) {
        writer.chunks().fresh().committed(location);
        services.chains().learn(writer.inode(), location.toBuilder().setFresh(false).build());
      }
    }
    writer.uncommitted().commitEnded(true);
    writer.recomputeEnd();
    intentTold(SessionWriteIntent.Outcome.APPLIED);
  }

  /**
   * The file is closed: gives chunks that were never written to back, and the intent, without
   * waiting. Until the session ends they cost no more than their names.
   */
  void release() {
    Commit commit = writer.lock().get(this::releasing);
    if (commit == null || services.master().sessionId() != writer.sessionId()) {
      return;
    }
    submit(commit, null)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                LOG.debug(
                    "Unused chunks of inode {} and the intent to write to it stay until the session"
                        + " ends: {}",
                    writer.inode(),
                    failure.getMessage());
              }
            });
  }

  /** What there is to give back, or null. */
  private Commit releasing() {
    if (writer.uncommitted().hasAcknowledged()) {
      // The last commit did not come about, and none will.
      writer.chunks().intent().bytesWereLost();
    }
    long[] ids = writer.chunks().fresh().takeAbandoned();
    if (ids.length == 0 && !writer.chunks().intent().isToBeEnded()) {
      return null;
    }
    Commit.Builder commit =
        Commit.newBuilder().setInode(writer.inode()).setTruncateEpoch(file.truncateEpoch());
    for (long id : ids) {
      commit.addReleasedChunks(id);
    }
    writer.chunks().intent().tellLast(commit);
    return commit.build();
  }

  private CompletableFuture<OperationReply> submit(Commit commit, AttributeChange change) {
    Operation.Builder operation = Operation.newBuilder().setCommit(commit);
    if (change != null) {
      operation.getCommitBuilder().setAttributes(change.attributes());
      operation.setCaller(change.caller());
    }
    return services.master().submit(operation.build());
  }

  private <T> T await(Supplier<CompletableFuture<T>> begin, String attempted) throws IOException {
    long boundMs = 2 * services.settings().operationTimeoutMs();
    return Replies.await(services.waiting(), begin, boundMs, attempted);
  }
}
