package org.distrifs.client.file;

import it.unimi.dsi.fastutil.longs.LongSortedSet;
import java.io.IOException;
import java.util.List;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.session.Replies;
import org.distrifs.client.write.AllocationChange;
import org.distrifs.client.write.FileWriter;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.range.BlockRanges;

/**
 * Which chunks of a file hold data: those that the master knows, and those that this process has
 * bytes for which are not acknowledged yet. Looks at the file once, in the order of its chunks:
 * made anew for each question. Not thread-safe.
 */
final class DataChunks {
  /** What {@link #from} answers behind the last. */
  static final long NONE = Long.MAX_VALUE;

  private final long inode;
  private final FileWriter writer;
  private final ChainCache chains;
  private final long boundMs;
  private final LongSortedSet pending;
  private final AllocationChange uncommitted;

  private List<ChunkLocation> page = List.of();
  private int position;
  private boolean isLastPage;
  private BlockRanges written;

  /**
   * @param boundMs on each question to the master
   */
  DataChunks(long inode, FileWriter writer, ChainCache chains, long boundMs) {
    this.inode = inode;
    this.writer = writer;
    this.chains = chains;
    this.boundMs = boundMs;
    // Before the master is asked: what is acknowledged by then, it or the writer knows.
    this.pending = writer.pendingChunks();
    this.uncommitted = writer.uncommittedAllocation();
  }

  /** Blocks of the file that were written, as far as the master and the writer know. */
  BlockRanges written() throws IOException {
    if (written == null) {
      ask(0);
    }
    return written;
  }

  /** The first index of a chunk with data at or behind an index, which never goes back. */
  long from(long index) throws IOException {
    LongSortedSet ahead = pending.tailSet(index);
    long unacknowledged = ahead.isEmpty() ? NONE : ahead.firstLong();
    return unacknowledged == index ? index : Math.min(unacknowledged, acknowledged(index));
  }

  private long acknowledged(long index) throws IOException {
    while (true) {
      for (; position < page.size(); position++) {
        ChunkLocation chunk = page.get(position);
        if (chunk.getIndex() >= index && holdsData(chunk)) {
          return chunk.getIndex();
        }
      }
      if (isLastPage) {
        return NONE;
      }
      ask(page.isEmpty() ? index : Math.max(index, page.get(page.size() - 1).getIndex() + 1));
    }
  }

  private void ask(long firstIndex) throws IOException {
    ChainCache.Existing answer =
        Replies.await(chains.existing(inode, firstIndex), boundMs, "chunks of inode " + inode);
    page = answer.chunks();
    position = 0;
    isLastPage = answer.isLast();
    written = uncommitted.dataAfter(answer.written());
  }

  /**
   * One that only this session has, and has not written to, is a hole. What was fresh when the
   * master answered may be committed by now.
   */
  private boolean holdsData(ChunkLocation chunk) {
    return !chunk.getFresh() || !writer.isUnwrittenFresh(chunk.getIndex());
  }
}
