package org.distrifs.master.table;

import java.util.Arrays;

/**
 * Records of a fixed number of longs, addressed by a slot number from 1 on. Slot 0 is never given
 * out and stands for "none". A record keeps its slot until it is freed; a freed slot is given out
 * again, zeroed.
 */
public final class RecordTable {

  /** Slots a table can hold. */
  public static final int MAX_SLOTS = Integer.MAX_VALUE - 8;

  private static final int PAGE_BITS = 11;
  private static final int PAGE_RECORDS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_RECORDS - 1;

  private final int longsPerRecord;
  private long[][] pages = new long[16][];
  private int nextUnused = 1;
  private int freeHead;
  private int live;

  /**
   * @param longsPerRecord 1 or more
   */
  public RecordTable(int longsPerRecord) {
    this.longsPerRecord = longsPerRecord;
  }

  /**
   * A zeroed record.
   *
   * @throws IllegalStateException if {@link #isFull}
   */
  public int allocate() {
    if (isFull()) {
      throw new IllegalStateException("A table holds at most " + MAX_SLOTS + " records");
    }
    live++;
    if (freeHead != 0) {
      int slot = freeHead;
      freeHead = (int) getLong(slot, 0);
      setLong(slot, 0, 0);
      return slot;
    }
    int slot = nextUnused++;
    int page = slot >>> PAGE_BITS;
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page * 2);
    }
    if (pages[page] == null) {
      pages[page] = new long[PAGE_RECORDS * longsPerRecord];
    }
    return slot;
  }

  /** Gives a record back. */
  public void free(int slot) {
    int base = base(slot);
    Arrays.fill(pages[slot >>> PAGE_BITS], base, base + longsPerRecord, 0);
    setLong(slot, 0, freeHead);
    freeHead = slot;
    live--;
  }

  /** Whether {@link #allocate} would fail. */
  public boolean isFull() {
    return freeHead == 0 && nextUnused == MAX_SLOTS;
  }

  /** Records in use. */
  public int size() {
    return live;
  }

  /** Bytes of all pages. */
  public long memoryBytes() {
    long count = Arrays.stream(pages).filter(page -> page != null).count();
    return count * PAGE_RECORDS * longsPerRecord * Long.BYTES;
  }

  public long getLong(int slot, int word) {
    return pages[slot >>> PAGE_BITS][base(slot) + word];
  }

  public void setLong(int slot, int word, long value) {
    pages[slot >>> PAGE_BITS][base(slot) + word] = value;
  }

  /**
   * Half of a long: ints are numbered so that long {@code n} holds ints {@code 2n} and {@code
   * 2n+1}.
   */
  public int getInt(int slot, int index) {
    long word = getLong(slot, index >>> 1);
    return (int) ((index & 1) == 0 ? word : word >>> Integer.SIZE);
  }

  /** See {@link #getInt}. */
  public void setInt(int slot, int index, int value) {
    long word = getLong(slot, index >>> 1);
    long bits = Integer.toUnsignedLong(value);
    long changed =
        (index & 1) == 0
            ? (word & 0xFFFF_FFFF_0000_0000L) | bits
            : (word & 0x0000_0000_FFFF_FFFFL) | (bits << Integer.SIZE);
    setLong(slot, index >>> 1, changed);
  }

  private int base(int slot) {
    return (slot & PAGE_MASK) * longsPerRecord;
  }
}
