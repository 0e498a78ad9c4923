package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.proto.control.FileSystemStatistics;

/**
 * The reply to STATFS: {@code struct fuse_kstatfs}.
 *
 * <pre>
 * 0 uint64 blocks   8 uint64 bfree   16 uint64 bavail   24 uint64 files   32 uint64 ffree
 * 40 uint32 bsize   44 uint32 namelen   48 uint32 frsize                                80 bytes
 * </pre>
 */
final class StatfsReply {
  static final int BYTES = 80;

  private static final int PAGE_BYTES = 4096;

  private StatfsReply() {}

  static int write(long reply, FileSystemStatistics statistics) {
    IO.setMemory(reply, BYTES, (byte) 0);
    long available = statistics.getAvailableBytes() / PAGE_BYTES;
    IO.putLong(reply, statistics.getTotalBytes() / PAGE_BYTES);
    IO.putLong(reply + 8, Math.max(available, statistics.getFreeBytes() / PAGE_BYTES));
    IO.putLong(reply + 16, available);
    IO.putLong(reply + 24, statistics.getInodesLimit());
    IO.putLong(reply + 32, Math.max(0, statistics.getInodesLimit() - statistics.getInodes()));
    // Programs there are that multiply with it what is counted in units of frsize.
    IO.putInt(reply + 40, PAGE_BYTES);
    IO.putInt(reply + 44, statistics.getNameMaxBytes());
    IO.putInt(reply + 48, PAGE_BYTES);
    return BYTES;
  }
}
