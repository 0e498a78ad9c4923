package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.driver.AllocatedBlocks;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Attributes;

/**
 * Attributes, alone or with the node that a name leads to: {@code struct fuse_attr}, {@code
 * fuse_attr_out} and {@code fuse_entry_out}; {@code struct fuse_statx} and {@code fuse_statx_out}.
 *
 * <pre>
 * attr:   0 uint64 ino      8 uint64 size    16 uint64 blocks   24 uint64 atime   32 uint64 mtime
 *        40 uint64 ctime   48 uint32 atimensec, mtimensec, ctimensec   60 uint32 mode   64 uint32 nlink
 *        68 uint32 uid     72 uint32 gid     76 uint32 rdev     80 uint32 blksize             88 bytes
 * reply to GETATTR, SETATTR:
 *         0 uint64 attr_valid   8 uint32 attr_valid_nsec   16 attr                           104 bytes
 * reply that tells a node:
 *         0 uint64 nodeid       8 uint64 generation  16 uint64 entry_valid  24 uint64 attr_valid
 *        32 uint32 entry_valid_nsec  36 uint32 attr_valid_nsec  40 attr                      128 bytes
 * reply to STATX:
 *         0 uint64 attr_valid   8 uint32 attr_valid_nsec   32 statx                          288 bytes
 * statx:  0 uint32 mask     4 uint32 blksize  8 uint64 attributes  16 uint32 nlink   20 uint32 uid
 *        24 uint32 gid     28 uint16 mode    32 uint64 ino     40 uint64 size    48 uint64 blocks
 *        56 uint64 attributes_mask   64 atime   80 btime   96 ctime   112 mtime (int64 s, uint32 ns)
 *       128 uint32 rdev_major   132 uint32 rdev_minor                                        256 bytes
 * </pre>
 *
 * <p>A node is an inode: ids of inodes are never given twice, so there is one generation of each,
 * 0.
 */
final class AttributesMessage {
  static final int REPLY_BYTES = 104;
  static final int ENTRY_BYTES = 128;

  /** What programs should read and write at a time. */
  static final int PREFERRED_IO_BYTES = 1 << 20;

  private static final int ATTRIBUTES_BYTES = 88;
  private static final int ATTRIBUTES_IN_REPLY = 16;
  private static final int ATTRIBUTES_IN_ENTRY = 40;
  private static final long MS_PER_S = 1_000;

  static final int STATX_REPLY_BYTES = 288;
  private static final int STATX_IN_REPLY = 32;

  /** {@code STATX_BASIC_STATS} and {@code STATX_BTIME}. */
  private static final int STATX_MASK = 0xfff;

  // STATX_ATTR_IMMUTABLE, _APPEND and _NODUMP have the values of the inode flags.
  private static final int STATX_ATTRIBUTES =
      InodeFlags.IMMUTABLE | InodeFlags.APPEND_ONLY | InodeFlags.NO_DUMP;

  private final long attributeTimeoutMs;
  private final long entryTimeoutMs;

  /** How long the kernel may believe what it is told. */
  AttributesMessage(long attributeTimeoutMs, long entryTimeoutMs) {
    this.attributeTimeoutMs = attributeTimeoutMs;
    this.entryTimeoutMs = entryTimeoutMs;
  }

  /** Instead of a node: the kernel learns nothing of it. */
  static void writeNoEntry(long reply) {
    IO.setMemory(reply, ENTRY_BYTES, (byte) 0);
  }

  int writeReply(long reply, Attributes attributes) {
    IO.putLong(reply, attributeTimeoutMs / MS_PER_S);
    IO.putInt(reply + 8, nanoseconds(attributeTimeoutMs));
    IO.putInt(reply + 12, 0);
    writeAttributes(reply + ATTRIBUTES_IN_REPLY, attributes);
    return REPLY_BYTES;
  }

  int writeStatxReply(long reply, Attributes attributes) {
    IO.setMemory(reply, STATX_REPLY_BYTES, (byte) 0);
    IO.putLong(reply, attributeTimeoutMs / MS_PER_S);
    IO.putInt(reply + 8, nanoseconds(attributeTimeoutMs));
    writeStatx(reply + STATX_IN_REPLY, attributes);
    return STATX_REPLY_BYTES;
  }

  private static void writeStatx(long at, Attributes attributes) {
    int device = (int) attributes.getRdev();
    IO.putInt(at, STATX_MASK);
    IO.putInt(at + 4, PREFERRED_IO_BYTES);
    IO.putLong(at + 8, attributes.getInodeFlags() & STATX_ATTRIBUTES);
    IO.putInt(at + 16, attributes.getNlink());
    IO.putInt(at + 20, attributes.getUid());
    IO.putInt(at + 24, attributes.getGid());
    IO.putShort(at + 28, (short) attributes.getMode());
    IO.putLong(at + 32, attributes.getInode());
    IO.putLong(at + 40, attributes.getSize());
    IO.putLong(at + 48, AllocatedBlocks.of(attributes));
    IO.putLong(at + 56, STATX_ATTRIBUTES);
    writeTime(at + 64, attributes.getAtimeS(), attributes.getAtimeNs());
    writeTime(at + 80, attributes.getBtimeS(), attributes.getBtimeNs());
    writeTime(at + 96, attributes.getCtimeS(), attributes.getCtimeNs());
    writeTime(at + 112, attributes.getMtimeS(), attributes.getMtimeNs());
    // As the kernel's new_encode_dev has put them together.
    IO.putInt(at + 128, device >>> 8 & 0xfff);
    IO.putInt(at + 132, device & 0xff | device >>> 12 & 0xfff00);
  }

  private static void writeTime(long at, long seconds, int nanoseconds) {
    IO.putLong(at, seconds);
    IO.putInt(at + 8, nanoseconds);
  }

  /**
   * @param mayKeepName whether the kernel may go by the name for a while without asking
   */
  int writeEntry(long reply, Attributes attributes, boolean mayKeepName) {
    long nameTimeoutMs = mayKeepName ? entryTimeoutMs : 0;
    IO.putLong(reply, attributes.getInode());
    IO.putLong(reply + 8, 0);
    IO.putLong(reply + 16, nameTimeoutMs / MS_PER_S);
    IO.putLong(reply + 24, attributeTimeoutMs / MS_PER_S);
    IO.putInt(reply + 32, nanoseconds(nameTimeoutMs));
    IO.putInt(reply + 36, nanoseconds(attributeTimeoutMs));
    writeAttributes(reply + ATTRIBUTES_IN_ENTRY, attributes);
    return ENTRY_BYTES;
  }

  /** Names another node than the inode in an entry that was written. */
  static void setNode(long entry, long node) {
    IO.putLong(entry, node);
  }

  private static int nanoseconds(long milliseconds) {
    return (int) TimeUnit.MILLISECONDS.toNanos(milliseconds % MS_PER_S);
  }

  private static void writeAttributes(long at, Attributes attributes) {
    IO.setMemory(at, ATTRIBUTES_BYTES, (byte) 0);
    IO.putLong(at, attributes.getInode());
    IO.putLong(at + 8, attributes.getSize());
    IO.putLong(at + 16, AllocatedBlocks.of(attributes));
    IO.putLong(at + 24, attributes.getAtimeS());
    IO.putLong(at + 32, attributes.getMtimeS());
    IO.putLong(at + 40, attributes.getCtimeS());
    IO.putInt(at + 48, attributes.getAtimeNs());
    IO.putInt(at + 52, attributes.getMtimeNs());
    IO.putInt(at + 56, attributes.getCtimeNs());
    IO.putInt(at + 60, attributes.getMode());
    IO.putInt(at + 64, attributes.getNlink());
    IO.putInt(at + 68, attributes.getUid());
    IO.putInt(at + 72, attributes.getGid());
    IO.putInt(at + 76, (int) attributes.getRdev());
    IO.putInt(at + 80, PREFERRED_IO_BYTES);
  }
}
