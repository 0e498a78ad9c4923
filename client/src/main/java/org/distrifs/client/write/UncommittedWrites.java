package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.Long2IntMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.runtime.clock.ClockSource;

/**
 * What the master does not know yet of a file: how far it reaches, when it was written last, which
 * chunks were written since the last sync. Not thread-safe: belongs to the file's lock.
 */
final class UncommittedWrites {
  private boolean clean = true;
  private long end;
  private long acknowledgedEnd;
  private long committingEnd;
  private boolean acknowledged;
  private boolean committing;
  private long oldestNs;
  private long lastWriteNs;
  private long lastWriteWallNs;

  /**
   * By chunk index, the lowest version under which bytes were acknowledged that no sync followed.
   */
  private final Long2IntMap unsynced = new Long2IntOpenHashMap();

  private final LongOpenHashSet writtenChunks = new LongOpenHashSet();
  private LongSet committingChunks = LongSet.of();
  private long writtenBytes;
  private final UncommittedBlocks blocks = new UncommittedBlocks();

  void wrote(ClockSource clock, long writeEnd, int length) {
    writtenBytes += length;
    touched(clock, writeEnd);
  }

  private void touched(ClockSource clock, long writeEnd) {
    lastWriteNs = clock.monotonicNs();
    lastWriteWallNs = clock.wallTimeNs();
    if (clean) {
      clean = false;
      oldestNs = lastWriteNs;
    }
    end = Math.max(end, writeEnd);
  }

  /** A write of no bytes, of which only its end and its time are to be told. */
  void extended(ClockSource clock, long size) {
    touched(clock, size);
    acknowledged = true;
    acknowledgedEnd = Math.max(acknowledgedEnd, size);
  }

  void acknowledged(long chunkIndex, long chunkId, Packet packet) {
    acknowledged = true;
    writtenChunks.add(chunkId);
    blocks.written(packet.fileOffset, packet.fileEnd());
    acknowledgedEnd = Math.max(acknowledgedEnd, packet.fileEnd());
    unsynced.mergeInt(chunkIndex, packet.acknowledgedVersion, UncommittedWrites::lower);
  }

  private static int lower(int oneVersion, int otherVersion) {
    return Integer.compareUnsigned(oneVersion, otherVersion) <= 0 ? oneVersion : otherVersion;
  }

  /** What the next commit tells of blocks. */
  UncommittedBlocks blocks() {
    return blocks;
  }

  /** Bytes written since everything was committed last. */
  long writtenBytes() {
    return writtenBytes;
  }

  /** Nothing is unsent, unacknowledged or uncommitted. */
  boolean isClean() {
    return clean;
  }

  boolean isOlderThan(ClockSource clock, long ageNs) {
    return !clean && clock.monotonicNs() - oldestNs >= ageNs;
  }

  /** Offset behind the last uncommitted byte; 0 without one. */
  long end() {
    return end;
  }

  long lastWriteNs() {
    return lastWriteNs;
  }

  /** 0 when nothing is uncommitted. */
  long lastWriteWallNs() {
    return clean ? 0 : lastWriteWallNs;
  }

  /** Whether acknowledged bytes wait for a commit, or for its answer. */
  boolean hasAcknowledged() {
    return acknowledged || committing;
  }

  /** Takes what was acknowledged into a commit; false when there is nothing. */
  boolean beginCommit() {
    if (!acknowledged) {
      return false;
    }
    committing = true;
    acknowledged = false;
    committingEnd = acknowledgedEnd;
    acknowledgedEnd = 0;
    committingChunks = writtenChunks.clone();
    writtenChunks.clear();
    blocks.beginCommit();
    return true;
  }

  /** The size that the commit under way asks for. */
  long committingEnd() {
    return committingEnd;
  }

  /** The ids of the chunks that the commit under way tells of. */
  LongSet committingChunks() {
    return committingChunks;
  }

  /**
   * The commit under way was answered, or not.
   *
   * @param isOutcomeKnown false when nobody knows: then what it told of is told again
   */
  void commitEnded(boolean isOutcomeKnown) {
    if (!isOutcomeKnown) {
      acknowledged = true;
      acknowledgedEnd = Math.max(acknowledgedEnd, committingEnd);
      writtenChunks.addAll(committingChunks);
    }
    blocks.commitEnded(isOutcomeKnown);
    committing = false;
    committingEnd = 0;
    committingChunks = LongSet.of();
  }

  /**
   * Tells how far the pending bytes reach, when that may have become less.
   *
   * @param pendingEnd behind the last unsent or unacknowledged byte; 0 without one
   */
  void pendingIs(long pendingEnd) {
    end = Math.max(pendingEnd, Math.max(acknowledgedEnd, committingEnd));
    if (pendingEnd == 0 && !hasAcknowledged()) {
      clean = true;
      writtenBytes = 0;
    } else {
      oldestNs = lastWriteNs;
    }
  }

  /**
   * All of a chunk that was acknowledged so far is durable on every member.
   *
   * @return whether bytes of it were lost before that
   */
  boolean synced(ChunkLocation location) {
    boolean isLost = mayMiss(unsynced, location);
    unsynced.remove(location.getIndex());
    return isLost;
  }

  /**
   * A chunk is durable as its chain has it; but what was acknowledged before the machines of all
   * members went down may be missing.
   *
   * @param unsynced as of {@link #takeUnsynced}
   */
  static boolean mayMiss(Long2IntMap unsynced, ChunkLocation synced) {
    return unsynced.containsKey(synced.getIndex())
        && Integer.compareUnsigned(unsynced.get(synced.getIndex()), synced.getLossyVersion()) < 0;
  }

  /** Whether bytes of a chunk were acknowledged that no sync followed. */
  boolean isUnsynced(long chunkIndex) {
    return unsynced.containsKey(chunkIndex);
  }

  /**
   * Takes the chunks that were written since they were synced last: the lowest version under which
   * unsynced bytes were acknowledged, by index.
   */
  Long2IntMap takeUnsynced() {
    Long2IntMap taken = new Long2IntOpenHashMap(unsynced);
    unsynced.clear();
    return taken;
  }

  /** The sync of them has failed. */
  void putBackUnsynced(Long2IntMap taken) {
    taken.forEach((index, version) -> unsynced.mergeInt(index, version, UncommittedWrites::lower));
  }
}
