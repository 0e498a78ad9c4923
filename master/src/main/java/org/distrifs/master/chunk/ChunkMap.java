package org.distrifs.master.chunk;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.distrifs.master.table.LinearHash;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.master.table.RecordTable;

/**
 * All chunks: 40 bytes each, 2 for their share of a hash bucket and 4 to 8 for their place in their
 * file. A file is known here by a positive number (the slot of its inode); chunks that a file lost
 * are kept, since deletion has rules of its own. Methods take the slot of a chunk, which it keeps
 * for life.
 *
 * <pre>
 * int  0 next of its hash bucket     long 2 id
 * int  1 version                     long 3 index in the file (52 bits), member count, fresh
 * int  2 highest version reserved    long 4 up to four node ids of 16 bits; with more members,
 * int  3 file, 0 when detached              a chain in a table of its own
 * </pre>
 */
public final class ChunkMap {

  /** Members of a chain at most. */
  public static final int MAX_MEMBERS = 16;

  /** The highest node id. */
  public static final int MAX_NODE_ID = 0xFFFF;

  /** The highest index of a chunk in its file. */
  public static final long MAX_INDEX = (1L << 52) - 1;

  private static final int INT_NEXT = 0;
  private static final int INT_VERSION = 1;
  private static final int INT_RESERVED = 2;
  private static final int INT_FILE = 3;
  private static final int LONG_ID = 2;
  private static final int LONG_INDEX = 3;
  private static final int LONG_MEMBERS = 4;
  private static final int LONGS = 5;

  private static final int COUNT_SHIFT = 52;
  private static final long COUNT_MASK = 0x1F;
  private static final long FRESH_BIT = 1L << 62;
  private static final int INLINE_MEMBERS = 4;
  private static final int NODE_ID_BITS = 16;

  /** The version of a chunk as it is allocated. */
  public static final int FIRST_VERSION = 1;

  private final RecordTable records = new RecordTable(LONGS);
  private final LinearHash byId =
      new LinearHash(records, INT_NEXT, slot -> LinearHash.mix(id(slot)));
  private final OrderedIndex byFile = new OrderedIndex(new FileOrder());
  private final Int2ObjectOpenHashMap<int[]> longChains = new Int2ObjectOpenHashMap<>();

  /** The highest lossy version of each chunk that has one, by slot. */
  private final Int2IntOpenHashMap lossyVersions = new Int2IntOpenHashMap();

  private long nextId = 1;
  private int detached;

  /** Ids that a rollback skipped: the first after each range by the first of it. */
  private final TreeMap<Long, Long> skipped = new TreeMap<>();

  /** Chunks below this id may have got versions in lost entries; 0 without a rollback. */
  private long oldBelow;

  private int versionFloor;

  /** Attached chunks by node that their committed chain names. */
  private final Int2IntOpenHashMap chainsByNode = new Int2IntOpenHashMap();

  /** The slot of a chunk, or 0. */
  public int find(long id) {
    int slot = byId.first(LinearHash.mix(id));
    while (slot != 0 && id(slot) != id) {
      slot = byId.next(slot);
    }
    return slot;
  }

  /** The slot of the chunk at a place of a file, or 0. */
  public int at(int file, long index) {
    int slot = byFile.from(file, index).next();
    return slot != 0 && file(slot) == file && index(slot) == index ? slot : 0;
  }

  /** Chunks of a file from an index on; the cursor runs on into other files. */
  public OrderedIndex.Cursor from(int file, long index) {
    return byFile.from(file, index);
  }

  /**
   * Adds a fresh chunk at a place where none is.
   *
   * @param members node ids, at most {@link #MAX_MEMBERS}, head first
   */
  public int addFresh(int file, long index, int[] members) {
    int slot = records.allocate();
    records.setLong(slot, LONG_ID, nextId++);
    records.setInt(slot, INT_FILE, file);
    records.setInt(slot, INT_RESERVED, FIRST_VERSION);
    // Without members, whatever chain the slot's former chunk had.
    records.setLong(slot, LONG_INDEX, index | FRESH_BIT);
    setChain(slot, FIRST_VERSION, members);
    byId.insert(slot);
    byFile.insert(slot);
    return slot;
  }

  /** Takes a chunk out of its file; what is left of it is remembered. */
  public void detach(int slot) {
    byFile.remove(slot);
    countChain(slot, -1);
    records.setInt(slot, INT_FILE, 0);
    setCommitted(slot);
    detached++;
  }

  /** Forgets a chunk that no file has. */
  public void remove(int slot) {
    if (file(slot) != 0) {
      throw new IllegalArgumentException("chunk " + id(slot) + " belongs to a file");
    }
    byId.remove(slot);
    longChains.remove(slot);
    lossyVersions.remove(slot);
    records.free(slot);
    detached--;
  }

  /**
   * Writes that were acknowledged under lower versions than this one and not synced may be lost.
   */
  public void setLossy(int slot) {
    lossyVersions.put(slot, version(slot));
  }

  /** The last version of which {@link #setLossy} told; 0 without one. */
  public int lossyVersion(int slot) {
    return lossyVersions.get(slot);
  }

  /** Ends the chunk's being fresh. */
  public void setCommitted(int slot) {
    records.setLong(slot, LONG_INDEX, records.getLong(slot, LONG_INDEX) & ~FRESH_BIT);
  }

  /** Sets the committed chain. */
  public void setChain(int slot, int version, int[] members) {
    countChain(slot, -1);
    records.setInt(slot, INT_VERSION, version);
    long others = records.getLong(slot, LONG_INDEX) & ~(COUNT_MASK << COUNT_SHIFT);
    records.setLong(slot, LONG_INDEX, others | (long) members.length << COUNT_SHIFT);
    long packed = 0;
    if (members.length <= INLINE_MEMBERS) {
      for (int i = 0; i < members.length; i++) {
        packed |= (long) members[i] << (i * NODE_ID_BITS);
      }
      longChains.remove(slot);
    } else {
      longChains.put(slot, members.clone());
    }
    records.setLong(slot, LONG_MEMBERS, packed);
    countChain(slot, 1);
  }

  public void setReservedVersion(int slot, int version) {
    records.setInt(slot, INT_RESERVED, version);
  }

  public long id(int slot) {
    return records.getLong(slot, LONG_ID);
  }

  /** Version of the committed chain, unsigned. */
  public int version(int slot) {
    return records.getInt(slot, INT_VERSION);
  }

  /** Highest version ever reserved, unsigned. */
  public int reservedVersion(int slot) {
    return records.getInt(slot, INT_RESERVED);
  }

  /** The file that has it, 0 when detached. */
  public int file(int slot) {
    return records.getInt(slot, INT_FILE);
  }

  public long index(int slot) {
    return records.getLong(slot, LONG_INDEX) & MAX_INDEX;
  }

  public boolean isFresh(int slot) {
    return (records.getLong(slot, LONG_INDEX) & FRESH_BIT) != 0;
  }

  /** Node ids of the committed chain, head first. */
  public int[] members(int slot) {
    int count = (int) (records.getLong(slot, LONG_INDEX) >>> COUNT_SHIFT & COUNT_MASK);
    if (count > INLINE_MEMBERS) {
      return longChains.get(slot).clone();
    }
    long packed = records.getLong(slot, LONG_MEMBERS);
    int[] members = new int[count];
    for (int i = 0; i < count; i++) {
      members[i] = (int) (packed >>> (i * NODE_ID_BITS)) & MAX_NODE_ID;
    }
    return members;
  }

  /** Chunks there are, detached ones too. */
  public int count() {
    return records.size();
  }

  /** Chunks without a file. */
  public int detachedCount() {
    return detached;
  }

  /** Whether no further chunk can be added. */
  public boolean isFull() {
    return records.isFull();
  }

  /**
   * After a rollback: ids count on from further above, and so do the versions of the chunks that
   * there are.
   *
   * @param versions more than a chunk can have got in the lost entries
   */
  public void skip(long ids, int versions) {
    skipped.put(nextId, nextId + ids);
    nextId += ids;
    oldBelow = nextId;
    int[] highest = {versionFloor};
    forEach(
        slot -> {
          if (Integer.compareUnsigned(reservedVersion(slot), highest[0]) > 0) {
            highest[0] = reservedVersion(slot);
          }
        });
    versionFloor = highest[0] + versions;
  }

  /** Whether a rollback skipped this id: a lost entry may have given it out. */
  public boolean isSkipped(long id) {
    Map.Entry<Long, Long> range = skipped.floorEntry(id);
    return range != null && id < range.getValue();
  }

  /** The id itself, or the first behind the range of skipped ones that it lies in. */
  public long notSkipped(long id) {
    return isSkipped(id) ? skipped.floorEntry(id).getValue() : id;
  }

  /** The next version of a chunk is at least this, unsigned: below it lost entries used some. */
  public int versionFloor(long id) {
    return id < oldBelow ? versionFloor : 0;
  }

  /** Chunks of files whose committed chain names a node. */
  public int chainsNaming(int nodeId) {
    return chainsByNode.get(nodeId);
  }

  private void countChain(int slot, int more) {
    if (file(slot) != 0) {
      for (int node : members(slot)) {
        chainsByNode.addTo(node, more);
      }
    }
  }

  /** A number that is equal for equal skipped ids and versions. */
  public long skippedDigest() {
    return 31L * skipped.hashCode() + 37L * oldBelow + versionFloor;
  }

  /** The id that the next chunk gets. */
  public long nextId() {
    return nextId;
  }

  /** All slots in no order that means anything. */
  public void forEach(IntConsumer consumer) {
    byId.forEach(consumer);
  }

  /** Bytes of all tables but the chains of more than four members. */
  public long memoryBytes() {
    return records.memoryBytes() + byId.memoryBytes() + byFile.memoryBytes();
  }

  private final class FileOrder implements OrderedIndex.Keys {
    @Override
    public long high(int slot) {
      return file(slot);
    }

    @Override
    public long low(int slot) {
      return index(slot);
    }
  }
}
