package org.distrifs.master.namespace;

import java.util.function.IntConsumer;
import org.distrifs.master.table.ByteHeap;
import org.distrifs.master.table.LinearHash;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.master.table.RecordTable;

/**
 * The directory entries: found by parent and name through a hash, listed in the order of their
 * cookies through a tree. A cookie is the number of the insertion: it stays with the entry, none is
 * used twice, and a listing that goes on behind the cookie of a removed entry misses nothing.
 *
 * <pre>
 * int  0 slot of the parent inode    long 1 cookie
 * int  1 slot of the inode           int  4 next of its hash bucket
 *                                    int  5 name reference
 * </pre>
 */
final class DentryTable {

  private static final int INT_PARENT = 0;
  private static final int INT_INODE = 1;
  private static final int LONG_COOKIE = 1;
  private static final int INT_NEXT = 4;
  private static final int INT_NAME = 5;
  private static final int LONGS = 3;

  private final RecordTable records = new RecordTable(LONGS);
  private final ByteHeap names = new ByteHeap();
  private final LinearHash byName =
      new LinearHash(
          records, INT_NEXT, slot -> hash(parent(slot), names.hash(nameReference(slot))));
  private final OrderedIndex byCookie = new OrderedIndex(new CookieOrder());
  private long lastCookie;

  /** The dentry of a name, or 0. */
  int find(int parent, byte[] name) {
    int slot = byName.first(hash(parent, ByteHeap.hash(name)));
    while (slot != 0 && !(parent(slot) == parent && names.matches(nameReference(slot), name))) {
      slot = byName.next(slot);
    }
    return slot;
  }

  /** Adds an entry as the last of its directory; the name must not be there. */
  int add(int parent, byte[] name, int inode) {
    int slot = records.allocate();
    records.setInt(slot, INT_PARENT, parent);
    records.setInt(slot, INT_INODE, inode);
    records.setLong(slot, LONG_COOKIE, ++lastCookie);
    records.setInt(slot, INT_NAME, names.add(name));
    byName.insert(slot);
    byCookie.insert(slot);
    return slot;
  }

  void remove(int slot) {
    byName.remove(slot);
    byCookie.remove(slot);
    names.free(nameReference(slot));
    records.free(slot);
  }

  /** Makes the entry name another inode; its place in the listing stays. */
  void setInode(int slot, int inode) {
    records.setInt(slot, INT_INODE, inode);
  }

  /** A cursor over the entries behind a cookie; it runs on into other directories. */
  OrderedIndex.Cursor behind(int parent, long cookie) {
    return byCookie.from(parent, cookie == Long.MAX_VALUE ? cookie : cookie + 1);
  }

  int parent(int slot) {
    return records.getInt(slot, INT_PARENT);
  }

  int inode(int slot) {
    return records.getInt(slot, INT_INODE);
  }

  long cookie(int slot) {
    return records.getLong(slot, LONG_COOKIE);
  }

  byte[] name(int slot) {
    return names.get(nameReference(slot));
  }

  boolean isFull() {
    return records.isFull();
  }

  /** Cookies count on from further above. */
  void skipCookies(long numbers) {
    lastCookie += numbers;
  }

  long lastCookie() {
    return lastCookie;
  }

  void forEach(IntConsumer consumer) {
    byName.forEach(consumer);
  }

  long memoryBytes() {
    return records.memoryBytes()
        + names.memoryBytes()
        + byName.memoryBytes()
        + byCookie.memoryBytes();
  }

  private int nameReference(int slot) {
    return records.getInt(slot, INT_NAME);
  }

  private static int hash(int parent, int nameHash) {
    return LinearHash.mix((long) parent << Integer.SIZE | Integer.toUnsignedLong(nameHash));
  }

  private final class CookieOrder implements OrderedIndex.Keys {
    @Override
    public long high(int slot) {
      return parent(slot);
    }

    @Override
    public long low(int slot) {
      return cookie(slot);
    }
  }
}
