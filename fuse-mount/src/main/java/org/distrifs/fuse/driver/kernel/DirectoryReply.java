package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import org.distrifs.fuse.operations.DirectoryEntrySink;

/**
 * The reply to READDIR: entries one behind the other, each a {@code struct fuse_dirent}, filled up
 * to a multiple of 8 bytes.
 *
 * <pre>
 * 0 uint64 ino   8 uint64 off   16 uint32 namelen   20 uint32 type   24 the name, without a NUL
 * </pre>
 */
final class DirectoryReply implements DirectoryEntrySink {
  private static final int NAME = 24;
  private static final int ALIGNMENT = 8;

  /** From the type bits of a mode to those of {@code readdir(3)}. */
  private static final int TYPE_SHIFT = 12;

  private final long reply;
  private final int capacityBytes;
  private int bytes;

  DirectoryReply(long reply, int capacityBytes) {
    this.reply = reply;
    this.capacityBytes = capacityBytes;
  }

  /** Of the entries that were taken. */
  int bytes() {
    return bytes;
  }

  @Override
  public boolean offer(ByteString name, long inode, int mode, long nextOffset) {
    int length = NAME + name.size();
    int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > capacityBytes - bytes) {
      return false;
    }
    long at = reply + bytes;
    IO.putLong(at, inode);
    IO.putLong(at + 8, nextOffset);
    IO.putInt(at + 16, name.size());
    IO.putInt(at + 20, mode >>> TYPE_SHIFT & 0xf);
    IO.putByteArray(at + NAME, name.toByteArray(), 0, name.size());
    IO.setMemory(at + length, padded - length, (byte) 0);
    bytes += padded;
    return true;
  }
}
