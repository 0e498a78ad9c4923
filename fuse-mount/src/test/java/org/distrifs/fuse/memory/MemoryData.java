package org.distrifs.fuse.memory;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The bytes of a file, in blocks outside of the heap. What was never written reads as zeros. */
final class MemoryData {
  static final int BLOCK_BYTES = 64 << 10;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();

  int blockCount() {
    lock.readLock().lock();
    try {
      return blocks.size();
    } finally {
      lock.readLock().unlock();
    }
  }

  void write(long offset, ByteBuffer source) {
    lock.writeLock().lock();
    try {
      long position = offset;
      while (source.hasRemaining()) {
        int inBlock = (int) (position % BLOCK_BYTES);
        int count = Math.min(source.remaining(), BLOCK_BYTES - inBlock);
        ByteBuffer block =
            blocks.computeIfAbsent(
                position / BLOCK_BYTES, index -> ByteBuffer.allocateDirect(BLOCK_BYTES));
        block.put(inBlock, source, source.position(), count);
        source.position(source.position() + count);
        position += count;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Fills {@code target} completely. */
  void read(long offset, ByteBuffer target) {
    lock.readLock().lock();
    try {
      long position = offset;
      while (target.hasRemaining()) {
        int inBlock = (int) (position % BLOCK_BYTES);
        int count = Math.min(target.remaining(), BLOCK_BYTES - inBlock);
        ByteBuffer block = blocks.get(position / BLOCK_BYTES);
        if (block != null) {
          target.put(block.duplicate().position(inBlock).limit(inBlock + count));
        } else {
          target.put(ByteBuffer.allocate(count));
        }
        position += count;
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Sets the existing bytes of a range to zero. */
  void zero(long offset, long length) {
    lock.writeLock().lock();
    try {
      long end = offset + length;
      for (long at = nextData(offset, end); at < end; at = nextData(at, end)) {
        ByteBuffer block = blocks.get(at / BLOCK_BYTES);
        long blockEnd = Math.min(end, at - at % BLOCK_BYTES + BLOCK_BYTES);
        for (; at < blockEnd; at++) {
          block.put((int) (at % BLOCK_BYTES), (byte) 0);
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  long nextData(long offset, long end) {
    lock.readLock().lock();
    try {
      Long block = blocks.ceilingKey(offset / BLOCK_BYTES);
      boolean none = block == null || block > (end - 1) / BLOCK_BYTES;
      return none ? end : Math.max(offset, block * BLOCK_BYTES);
    } finally {
      lock.readLock().unlock();
    }
  }

  long nextHole(long offset, long end) {
    lock.readLock().lock();
    try {
      long block = offset / BLOCK_BYTES;
      while (block <= (end - 1) / BLOCK_BYTES && blocks.containsKey(block)) {
        block++;
      }
      return block > (end - 1) / BLOCK_BYTES ? end : Math.max(offset, block * BLOCK_BYTES);
    } finally {
      lock.readLock().unlock();
    }
  }

  void truncate(long size) {
    lock.writeLock().lock();
    try {
      blocks.tailMap(size / BLOCK_BYTES + (size % BLOCK_BYTES == 0 ? 0 : 1), true).clear();
      ByteBuffer last = blocks.get(size / BLOCK_BYTES);
      if (last != null) {
        for (int index = (int) (size % BLOCK_BYTES); index < BLOCK_BYTES; index++) {
          last.put(index, (byte) 0);
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
