package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.session.Replies;
import org.distrifs.client.session.Waiting;
import org.distrifs.proto.frame.DataRequest;

/**
 * Reads ranges of one file from its replicas. For a reader that goes in order it fetches whole
 * segments ahead; for others just the blocks that they touch.
 *
 * <p>A segment is served until its bytes were all read once, its memory is wanted, or it may have
 * become stale: a write of this process to it, and any change of the file by others that is heard
 * of, drop it. Thread-safe.
 */
public final class FileReader {
  private static final int SEGMENT_BYTES = 512 << 10;
  private static final int ZEROS_BYTES = 64 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_BYTES).asReadOnlyBuffer();

  private final ReplicaReader replicas;
  private final Waiting waiting;
  private final SegmentCache cache;
  private final ChunkLocator chunks;
  private final PendingRanges pending;
  private final long chunkBytes;
  private final int segmentBytes;
  private final int readAheadBytes;
  private final long boundMs;
  private final ConcurrentHashMap<Long, Segment> segments = new ConcurrentHashMap<>();

  /**
   * @param chunkBytes of this file's chunks, a power of two of at least a block
   */
  public FileReader(
      ReplicaReader replicas,
      Waiting waiting,
      SegmentCache cache,
      ChunkLocator chunks,
      PendingRanges pending,
      long chunkBytes,
      ClientSettings settings) {
    this.replicas = replicas;
    this.waiting = waiting;
    this.cache = cache;
    this.chunks = chunks;
    this.pending = pending;
    this.chunkBytes = chunkBytes;
    this.segmentBytes = (int) Math.min(SEGMENT_BYTES, chunkBytes);
    this.readAheadBytes = settings.readAheadBytes();
    this.boundMs = settings.readTimeoutMs() + settings.operationTimeoutMs();
  }

  /**
   * Fills all of {@code target} with what the replicas hold at {@code offset}; holes are zeros.
   *
   * @param pattern of the handle that reads
   * @param fileBytes the file's size: nothing is fetched beyond
   * @throws IOException {@code EIO} when a part could not be read; the target's content is then
   *     undefined
   */
  public void read(SequencePattern pattern, long offset, ByteBuffer target, long fileBytes)
      throws IOException {
    long end = offset + target.remaining();
    long window = pattern.observe(offset, target.remaining(), readAheadBytes);
    if (window > 0) {
      fetchAhead(offset, Math.min(fileBytes, end + window), fileBytes);
    }
    replicas.metrics.read(target.remaining());
    for (long at = offset; at < end; ) {
      int length = (int) Math.min(end - at, segmentBytes - at % segmentBytes);
      ByteBuffer part = target.slice(target.position(), length);
      if (!readFromSegment(at, part)) {
        readDirectly(at, part);
      }
      target.position(target.position() + length);
      at += length;
    }
  }

  /** Drops what was fetched of a range. Called after the range was taken into the write buffer. */
  public void invalidate(long offset, long length) {
    if (segments.isEmpty()) {
      return;
    }
    long last = (offset + length - 1) / segmentBytes;
    for (long index = offset / segmentBytes; index <= last; index++) {
      drop(segments.remove(index));
    }
  }

  /** Drops everything fetched; what is still under way is not kept when it arrives. */
  public void invalidateAll() {
    segments.keySet().forEach(index -> drop(segments.remove(index)));
  }

  void evicted(Segment segment) {
    segments.remove(segment.index, segment);
    segment.drop();
  }

  private void fetchAhead(long from, long to, long fileBytes) {
    for (long start = from - from % segmentBytes; start < to; start += segmentBytes) {
      long index = start / segmentBytes;
      if (!segments.containsKey(index) && !fetch(index, fileBytes, from)) {
        return;
      }
    }
  }

  /**
   * Begins to fetch a segment; false when it may not, or there is no memory.
   *
   * @param from what lies before this offset was read already
   */
  private boolean fetch(long index, long fileBytes, long from) {
    long start = index * segmentBytes;
    int length = (int) Math.min(segmentBytes, roundUp(fileBytes - start));
    Segment segment = new Segment(this, index, length);
    segment.consumed((int) Math.max(0, from - start));
    if (!cache.enter(segment)) {
      return false;
    }
    if (segments.putIfAbsent(index, segment) != null) {
      cache.left(segment);
      return true;
    }
    // Asked after the segment is in the map: a write that comes later drops it from there.
    if (pending.touches(start, length)) {
      forget(segment);
      return false;
    }
    fetchBlocks(start, length)
        .whenComplete(
            (bytes, failure) -> {
              if (failure == null) {
                segment.arrived(bytes);
              } else {
                // Whoever waits for it reads directly, and gets the failure if it stays.
                forget(segment);
              }
            });
    return true;
  }

  private boolean readFromSegment(long offset, ByteBuffer part) throws IOException {
    Segment segment = segments.get(offset / segmentBytes);
    if (segment == null) {
      return false;
    }
    Replies.await(waiting, () -> segment.fetchEnded, boundMs, "read at " + offset);
    ByteBuf bytes = segment.retained();
    if (bytes == null) {
      return false;
    }
    int length = part.remaining();
    try {
      copy(bytes, (int) (offset % segmentBytes), part);
    } finally {
      bytes.release();
    }
    if (segment.consumed(length)) {
      forget(segment);
    } else {
      cache.used(segment);
    }
    return true;
  }

  private void readDirectly(long offset, ByteBuffer part) throws IOException {
    long start = offset - offset % DataRequest.BLOCK_BYTES;
    int length = roundUp(offset + part.remaining() - start);
    CompletableFuture<ByteBuf> fetched = new CompletableFuture<>();
    ByteBuf bytes;
    try {
      bytes =
          Replies.await(
              waiting, () -> fetchBlocks(start, length, fetched), boundMs, "read at " + offset);
    } catch (IOException e) {
      fetched.thenAccept(ByteBuf::release);
      throw e;
    }
    try {
      copy(bytes, (int) (offset - start), part);
    } finally {
      bytes.release();
    }
  }

  /** As the shorter one; {@code fetched} ends like what it answers. */
  private CompletableFuture<ByteBuf> fetchBlocks(
      long start, int length, CompletableFuture<ByteBuf> fetched) {
    fetchBlocks(start, length)
        .whenComplete(
            (bytes, failure) -> {
              if (failure == null) {
                fetched.complete(bytes);
              } else {
                fetched.completeExceptionally(failure);
              }
            });
    return fetched;
  }

  private CompletableFuture<ByteBuf> fetchBlocks(long start, int length) {
    return replicas.read(chunks, start / chunkBytes, (int) (start % chunkBytes), length);
  }

  /** Copies what is there from index {@code from} on; the rest of the part becomes zeros. */
  private static void copy(ByteBuf bytes, int from, ByteBuffer part) {
    int available = Math.max(0, Math.min(part.remaining(), bytes.readableBytes() - from));
    if (available > 0) {
      ByteBuffer head = part.slice(part.position(), available);
      bytes.getBytes(bytes.readerIndex() + from, head);
      part.position(part.position() + available);
    }
    while (part.hasRemaining()) {
      part.put(ZEROS.slice(0, Math.min(part.remaining(), ZEROS_BYTES)));
    }
  }

  private void forget(Segment segment) {
    segments.remove(segment.index, segment);
    drop(segment);
  }

  private void drop(Segment segment) {
    if (segment != null) {
      cache.left(segment);
      segment.drop();
    }
  }

  private static int roundUp(long bytes) {
    long blocks =
        (Math.min(bytes, SEGMENT_BYTES) + DataRequest.BLOCK_BYTES - 1) / DataRequest.BLOCK_BYTES;
    return (int) blocks * DataRequest.BLOCK_BYTES;
  }
}
