package org.distrifs.master.deletion;

import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;

/** What the rules of deletion need to know. All calls on the thread that owns the state. */
public interface DeletionFacts {

  /** Above the id of every chunk there ever was. */
  long nextChunkId();

  /** Whether an id is one that only entries have given out, if any, that a rollback lost. */
  boolean isLost(long chunkId);

  /** Below this version, unsigned, a chunk may have been changed by entries that are lost. */
  int versionFloor(long chunkId);

  /** What the journal says of a chunk; empty if it says nothing. */
  Optional<ChunkInfo> chunk(long chunkId);

  /** Whether a datanode was taken out of the cluster for good: it can hold nothing any more. */
  boolean isForgotten(int nodeId);

  /** Whether a change or a copy of the chunk is under way or due. */
  boolean isBusy(long chunkId);

  /**
   * Whether every datanode that may serve refuses the writes of every session that has expired:
   * what those held is nobody's then.
   */
  boolean revocationsAreInForce();
}
