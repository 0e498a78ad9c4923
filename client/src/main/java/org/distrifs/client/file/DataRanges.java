package org.distrifs.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.proto.range.BlockRanges;

/**
 * Where a file has data, and where it reads as zeros. Data is what of the chunks that exist counts
 * as written. The rest of them is looked at: what another mount does at the same time may not count
 * yet, and whoever skips a hole must not miss it. Made anew for each question; for one thread.
 */
final class DataRanges {
  private static final int PIECE_BYTES = 128 << 10;
  private static final int BLOCK_BYTES = BlockRanges.BLOCK_BYTES;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(PIECE_BYTES).asReadOnlyBuffer();

  private final DataChunks chunks;
  private final long chunkBytes;
  private final Source source;

  /** Reads as {@link org.distrifs.client.OpenFile#read}. */
  @FunctionalInterface
  interface Source {
    int read(long offset, ByteBuffer target) throws IOException;
  }

  DataRanges(DataChunks chunks, long chunkBytes, Source source) {
    this.chunks = chunks;
    this.chunkBytes = chunkBytes;
    this.source = source;
  }

  /** As {@link org.distrifs.client.OpenFile#nextData}. */
  long nextData(long offset, long end) throws IOException {
    long at = offset;
    while (at < end) {
      long index = chunks.from(at / chunkBytes);
      if (index > (end - 1) / chunkBytes) {
        return end;
      }
      at = Math.max(at, index * chunkBytes);
      long chunkEnd = chunkEnd(index, end);
      long data = firstData(at, Math.min(nextWritten(at), chunkEnd));
      if (data < chunkEnd) {
        return data;
      }
      at = chunkEnd;
    }
    return end;
  }

  /** As {@link org.distrifs.client.OpenFile#nextHole}. */
  long nextHole(long offset, long end) throws IOException {
    long at = offset;
    while (at < end) {
      long index = at / chunkBytes;
      if (chunks.from(index) != index) {
        return at;
      }
      long chunkEnd = chunkEnd(index, end);
      at = Math.min(nextUnwritten(at), chunkEnd);
      long written = Math.min(nextWritten(at), chunkEnd);
      long hole = firstHole(at, written);
      if (hole < written) {
        return hole;
      }
      at = written;
    }
    return end;
  }

  private long chunkEnd(long index, long end) {
    return index == (end - 1) / chunkBytes ? end : (index + 1) * chunkBytes;
  }

  private long nextWritten(long offset) throws IOException {
    long block = chunks.written().nextIn(offset / BLOCK_BYTES);
    return block == BlockRanges.MAX_BLOCKS ? Long.MAX_VALUE : Math.max(offset, block * BLOCK_BYTES);
  }

  private long nextUnwritten(long offset) throws IOException {
    long block = chunks.written().nextOut(offset / BLOCK_BYTES);
    return block == BlockRanges.MAX_BLOCKS ? Long.MAX_VALUE : Math.max(offset, block * BLOCK_BYTES);
  }

  /** The first place in [{@code offset}, {@code end}) in a block that holds data, or the end. */
  private long firstData(long offset, long end) throws IOException {
    long at = offset < end ? blockStart(offset) : end;
    while (at < end) {
      ByteBuffer piece = read(at, end);
      int data = piece.mismatch(ZEROS.slice(0, piece.remaining()));
      if (data >= 0) {
        return Math.max(offset, blockStart(at + data));
      }
      at += piece.remaining();
    }
    return end;
  }

  /** The first place in [{@code offset}, {@code end}) in a block of zeros, or the end. */
  private long firstHole(long offset, long end) throws IOException {
    long at = offset < end ? blockStart(offset) : end;
    while (at < end) {
      ByteBuffer piece = read(at, end);
      for (int block = 0; block < piece.limit(); block += BLOCK_BYTES) {
        int length = Math.min(BLOCK_BYTES, piece.limit() - block);
        if (piece.slice(block, length).equals(ZEROS.slice(0, length))) {
          return Math.max(offset, at + block);
        }
      }
      at += piece.limit();
    }
    return end;
  }

  private static long blockStart(long offset) {
    return offset - offset % BLOCK_BYTES;
  }

  /** Whole blocks, the last as far as the end; what lies behind the end of the file is zeros. */
  private ByteBuffer read(long blockStart, long end) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, end - blockStart));
    source.read(blockStart, piece);
    return piece.clear();
  }
}
