package org.distrifs.master.deletion;

import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;

/** What the rules of deletion need to know. All calls on the thread that owns the state. */
public interface DeletionFacts {

  /** Above the id of every chunk there ever was. */
  long nextChunkId();

  /** What the journal says of a chunk; empty if it says nothing. */
  Optional<ChunkInfo> chunk(long chunkId);

  /** Whether a change or a copy of the chunk is under way or due. */
  boolean isBusy(long chunkId);

  /**
   * Whether every datanode that may serve refuses the writes of every session that has expired:
   * what those held is nobody's then.
   */
  boolean revocationsAreInForce();
}
