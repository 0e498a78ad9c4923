package org.distrifs.master.namespace;

import java.util.function.IntConsumer;
import org.distrifs.master.table.LinearHash;
import org.distrifs.master.table.RecordTable;
import org.distrifs.proto.access.InodeFlags;

/**
 * The inodes: 96 bytes each, and 2 for their share of a hash bucket. Ids count up from 1 and are
 * never given out again. Methods take the slot of an inode, which it keeps for life.
 *
 * <pre>
 * int  0 next of its hash bucket     long 3 id
 * int  1 see below                  long 4 size; of a directory the number of its entries
 * int  2 link count                  long 5 atime, 6 mtime, 7 ctime (see FileTime)
 * int  3 uid                         long 8 change counter
 * int  4 gid                         long 9 truncate epoch
 * int  5 one dentry that names it    long 10 by type: chunks, target reference, device number
 *                                    long 11 birth time
 * </pre>
 *
 * <p>Int 1 holds the mode in bits 0 to 15, the chunk size exponent in 16 to 20, the inode flags in
 * 21 to 24 ({@link InodeFlags}), and in bit 31 whether an inode without a name may get its first
 * one.
 */
public final class InodeTable {

  /** The id of the root directory. */
  public static final long ROOT_ID = 1;

  private static final int INT_NEXT = 0;
  private static final int INT_MODE = 1;
  private static final int INT_NLINK = 2;
  private static final int INT_UID = 3;
  private static final int INT_GID = 4;
  private static final int INT_DENTRY = 5;
  private static final int LONG_ID = 3;
  private static final int LONG_SIZE = 4;
  private static final int LONG_ATIME = 5;
  private static final int LONG_MTIME = 6;
  private static final int LONG_CTIME = 7;
  private static final int LONG_CHANGES = 8;
  private static final int LONG_EPOCH = 9;
  private static final int LONG_PAYLOAD = 10;
  private static final int LONG_BTIME = 11;
  private static final int LONGS = 12;

  private static final int MODE_MASK = 0xFFFF;
  private static final int EXPONENT_SHIFT = 16;
  private static final int EXPONENT_MASK = 0x1F;
  private static final int FLAGS_SHIFT = 21;
  private static final int LOWEST_FLAG = Integer.lowestOneBit(InodeFlags.ALL);
  private static final int FLAGS_MASK = InodeFlags.ALL / LOWEST_FLAG;
  private static final int AWAITS_NAME_BIT = 1 << 31;

  private final RecordTable records = new RecordTable(LONGS);
  private final LinearHash byId =
      new LinearHash(records, INT_NEXT, slot -> LinearHash.mix(id(slot)));
  private long nextId = ROOT_ID;

  /** The slot of an inode, or 0. */
  public int find(long id) {
    int slot = byId.first(LinearHash.mix(id));
    while (slot != 0 && id(slot) != id) {
      slot = byId.next(slot);
    }
    return slot;
  }

  /** Makes an inode without links and flags; all four times are {@code time}. */
  int create(int mode, int uid, int gid, long time) {
    int slot = records.allocate();
    records.setLong(slot, LONG_ID, nextId++);
    records.setInt(slot, INT_MODE, mode & MODE_MASK);
    setOwner(slot, uid, gid);
    setAtime(slot, time);
    setMtime(slot, time);
    setCtime(slot, time);
    records.setLong(slot, LONG_BTIME, time);
    records.setLong(slot, LONG_CHANGES, 1);
    byId.insert(slot);
    return slot;
  }

  /** Takes an inode out, whose slot may then be another's. Its id is never given out again. */
  void remove(int slot) {
    byId.remove(slot);
    records.free(slot);
  }

  /** Whether no further inode can be made. */
  boolean isFull() {
    return records.isFull();
  }

  /** Inodes there are. */
  public int count() {
    return records.size();
  }

  /**
   * Ids count on from further above, and so does the change counter of each inode: whoever
   * remembers a number from what was lost must not take it for a later one.
   */
  void skipNumbers(long numbers) {
    nextId += numbers;
    forEach(slot -> records.setLong(slot, LONG_CHANGES, changeCounter(slot) + numbers));
  }

  long nextId() {
    return nextId;
  }

  /** All slots in no order that means anything. */
  public void forEach(IntConsumer consumer) {
    byId.forEach(consumer);
  }

  long memoryBytes() {
    return records.memoryBytes() + byId.memoryBytes();
  }

  public long id(int slot) {
    return records.getLong(slot, LONG_ID);
  }

  /** Type and permission bits. */
  public int mode(int slot) {
    return records.getInt(slot, INT_MODE) & MODE_MASK;
  }

  public void setPermissions(int slot, int permissions) {
    int kept = records.getInt(slot, INT_MODE) & ~FileMode.PERMISSION_MASK;
    records.setInt(slot, INT_MODE, kept | (permissions & FileMode.PERMISSION_MASK));
  }

  public boolean isDirectory(int slot) {
    return FileMode.isDirectory(mode(slot));
  }

  public boolean isRegular(int slot) {
    return FileMode.isRegular(mode(slot));
  }

  /** The chunk size of a regular file is two to this power; 0 for everything else. */
  public int chunkSizeExponent(int slot) {
    return records.getInt(slot, INT_MODE) >>> EXPONENT_SHIFT & EXPONENT_MASK;
  }

  public void setChunkSizeExponent(int slot, int exponent) {
    int others = records.getInt(slot, INT_MODE) & ~(EXPONENT_MASK << EXPONENT_SHIFT);
    records.setInt(slot, INT_MODE, others | exponent << EXPONENT_SHIFT);
  }

  /** Bits of {@link InodeFlags}. */
  public int flags(int slot) {
    return (records.getInt(slot, INT_MODE) >>> FLAGS_SHIFT & FLAGS_MASK) * LOWEST_FLAG;
  }

  /**
   * @param flags bits of {@link InodeFlags}, no others
   */
  public void setFlags(int slot, int flags) {
    int others = records.getInt(slot, INT_MODE) & ~(FLAGS_MASK << FLAGS_SHIFT);
    records.setInt(slot, INT_MODE, others | flags / LOWEST_FLAG << FLAGS_SHIFT);
  }

  /** Whether it never had a name, and may get one. */
  public boolean awaitsName(int slot) {
    return (records.getInt(slot, INT_MODE) & AWAITS_NAME_BIT) != 0;
  }

  void setAwaitsName(int slot, boolean awaits) {
    int others = records.getInt(slot, INT_MODE) & ~AWAITS_NAME_BIT;
    records.setInt(slot, INT_MODE, awaits ? others | AWAITS_NAME_BIT : others);
  }

  /** Links; of a directory 2 and one for each directory in it; 0 when it has lost its last name. */
  public int nlink(int slot) {
    return records.getInt(slot, INT_NLINK);
  }

  void setNlink(int slot, int nlink) {
    records.setInt(slot, INT_NLINK, nlink);
  }

  public int uid(int slot) {
    return records.getInt(slot, INT_UID);
  }

  public int gid(int slot) {
    return records.getInt(slot, INT_GID);
  }

  public void setOwner(int slot, int uid, int gid) {
    records.setInt(slot, INT_UID, uid);
    records.setInt(slot, INT_GID, gid);
  }

  /** One of the dentries that name it; 0 for the root, without a name, or if none is known. */
  int dentry(int slot) {
    return records.getInt(slot, INT_DENTRY);
  }

  void setDentry(int slot, int dentry) {
    records.setInt(slot, INT_DENTRY, dentry);
  }

  /** Bytes of a file; entries of a directory. */
  public long size(int slot) {
    return records.getLong(slot, LONG_SIZE);
  }

  public void setSize(int slot, long size) {
    records.setLong(slot, LONG_SIZE, size);
  }

  public long atime(int slot) {
    return records.getLong(slot, LONG_ATIME);
  }

  public void setAtime(int slot, long time) {
    records.setLong(slot, LONG_ATIME, time);
  }

  public long mtime(int slot) {
    return records.getLong(slot, LONG_MTIME);
  }

  public void setMtime(int slot, long time) {
    records.setLong(slot, LONG_MTIME, time);
  }

  public long ctime(int slot) {
    return records.getLong(slot, LONG_CTIME);
  }

  public void setCtime(int slot, long time) {
    records.setLong(slot, LONG_CTIME, time);
  }

  /** When the inode was made. */
  public long btime(int slot) {
    return records.getLong(slot, LONG_BTIME);
  }

  public long changeCounter(int slot) {
    return records.getLong(slot, LONG_CHANGES);
  }

  /** Raises the change counter by one. */
  public void countChange(int slot) {
    records.setLong(slot, LONG_CHANGES, changeCounter(slot) + 1);
  }

  public long truncateEpoch(int slot) {
    return records.getLong(slot, LONG_EPOCH);
  }

  public void setTruncateEpoch(int slot, long epoch) {
    records.setLong(slot, LONG_EPOCH, epoch);
  }

  /** Regular file: its chunks. Symlink: the reference of its target. Device: its number. */
  public long payload(int slot) {
    return records.getLong(slot, LONG_PAYLOAD);
  }

  public void setPayload(int slot, long payload) {
    records.setLong(slot, LONG_PAYLOAD, payload);
  }
}
