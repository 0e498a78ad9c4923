package org.distrifs.master.liveness;

import it.unimi.dsi.fastutil.longs.LongSet;
import it.unimi.dsi.fastutil.longs.LongSets;

/**
 * The chunks of which every member has a replica at a moment: all that there are, but for the fresh
 * ones, which a member makes when the first byte comes. What a datanode lists later and does not
 * name one of these, it does not have.
 *
 * @param nextChunkId above the id of every chunk there is
 * @param fresh chunks that are allocated and not committed
 */
public record ExpectedChunks(long nextChunkId, LongSet fresh) {

  /** Nothing is expected: of no chunk can it be said that it is missing. */
  public static final ExpectedChunks NONE = new ExpectedChunks(0, LongSets.emptySet());

  boolean contains(long chunkId) {
    return chunkId < nextChunkId && !fresh.contains(chunkId);
  }
}
