package org.distrifs.client.write;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * A run of unsent bytes of a file, in a direct buffer of its own. Not thread-safe: belongs to the
 * file's lock.
 */
final class Extent {
  private static final int MIN_CAPACITY_BYTES = 4 << 10;

  /** A write of this size is taken for part of a stream that will fill its packet. */
  private static final int LARGE_WRITE_BYTES = 64 << 10;

  /** File offset of the buffer's first byte. */
  private final long origin;

  private final long slotEnd;
  private ByteBuf buffer;
  private long start;
  private long end;

  private Extent(long origin, long slotEnd, ByteBuf buffer) {
    this.origin = origin;
    this.slotEnd = slotEnd;
    this.buffer = buffer;
    this.start = origin;
    this.end = origin;
  }

  /**
   * An empty extent.
   *
   * @param slotEnd offset that it must not grow beyond: the end of its packet
   */
  static Extent at(long start, int expectedBytes, long slotEnd) {
    int capacity = capacityFor(expectedBytes, (int) (slotEnd - start));
    return new Extent(start, slotEnd, PooledByteBufAllocator.DEFAULT.directBuffer(capacity));
  }

  private static int capacityFor(int bytes, int limit) {
    int rounded = Integer.highestOneBit(Math.max(bytes, MIN_CAPACITY_BYTES) - 1) << 1;
    return bytes >= LARGE_WRITE_BYTES ? limit : Math.min(rounded, limit);
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  int length() {
    return (int) (end - start);
  }

  int capacity() {
    return buffer.capacity();
  }

  /** The end of what fits without a larger buffer. */
  long capacityEnd() {
    return origin + buffer.capacity();
  }

  /** Puts bytes at an offset within the extent or at its end; consumes the source. */
  void put(long offset, ByteBuffer source) {
    int index = (int) (offset - origin);
    int length = source.remaining();
    ensure(index + length);
    buffer.setBytes(index, source);
    end = Math.max(end, offset + length);
  }

  /** Takes over the bytes of a follower that lie behind this extent's end. */
  void append(Extent follower) {
    int from = (int) (end - follower.origin);
    int length = (int) (follower.end - end);
    int index = (int) (end - origin);
    ensure(index + length);
    buffer.setBytes(index, follower.buffer, from, length);
    end += length;
  }

  /** Leaves out what lies before an offset. */
  void cutHead(long newStart) {
    start = newStart;
  }

  /** Its bytes for a reader, who releases them. A write that comes later may show in them. */
  ByteBuf retained() {
    return buffer.retainedSlice((int) (start - origin), length());
  }

  /** Its bytes, with the duty to release them; the extent is gone. */
  ByteBuf take() {
    return buffer.setIndex((int) (start - origin), (int) (end - origin));
  }

  void release() {
    buffer.release();
  }

  private void ensure(int bytes) {
    if (bytes <= buffer.capacity()) {
      return;
    }
    int capacity = capacityFor(Math.max(bytes, 2 * buffer.capacity()), (int) (slotEnd - origin));
    ByteBuf larger = PooledByteBufAllocator.DEFAULT.directBuffer(capacity);
    int from = (int) (start - origin);
    larger.setBytes(from, buffer, from, length());
    // A reader may still hold the former buffer: it is released here, not reused.
    buffer.release();
    buffer = larger;
  }
}
