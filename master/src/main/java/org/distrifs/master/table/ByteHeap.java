package org.distrifs.master.table;

import java.util.Arrays;

/**
 * Byte strings of up to {@value #MAX_LENGTH_BYTES} bytes, addressed by a positive number; 0 stands
 * for "none". A string costs its bytes and its length (one byte, two from 128 bytes on), rounded up
 * to a multiple of 8. Freed blocks are used again for strings of the same rounded size.
 */
public final class ByteHeap {

  /** Bytes of one string at most. */
  public static final int MAX_LENGTH_BYTES = 4096;

  private static final int UNIT_BITS = 3;
  private static final int UNIT_BYTES = 1 << UNIT_BITS;
  private static final int PAGE_UNIT_BITS = 13;
  private static final int PAGE_UNITS = 1 << PAGE_UNIT_BITS;
  private static final int PAGE_BYTES = PAGE_UNITS * UNIT_BYTES;
  private static final int MAX_PAGES = 1 << (31 - PAGE_UNIT_BITS);
  private static final int SHORT_LENGTH = 128;
  private static final int MAX_UNITS = (MAX_LENGTH_BYTES + 2 + UNIT_BYTES - 1) / UNIT_BYTES;

  private byte[][] pages = new byte[16][];
  private int pageCount;

  /** The first unit of the newest page that was never given out; the first unit of all is none. */
  private int unusedUnit = PAGE_UNITS;

  private final int[] freeHeads = new int[MAX_UNITS + 1];

  /**
   * Stores a copy.
   *
   * @throws IllegalArgumentException if it is too long
   * @throws IllegalStateException if 16 GiB are in use
   */
  public int add(byte[] bytes) {
    if (bytes.length > MAX_LENGTH_BYTES) {
      throw new IllegalArgumentException(bytes.length + " bytes are over " + MAX_LENGTH_BYTES);
    }
    int reference = allocate(unitsFor(bytes.length));
    byte[] page = page(reference);
    int at = offset(reference);
    if (bytes.length < SHORT_LENGTH) {
      page[at++] = (byte) bytes.length;
    } else {
      page[at++] = (byte) (SHORT_LENGTH | (bytes.length >>> 7));
      page[at++] = (byte) (bytes.length & 0x7F);
    }
    System.arraycopy(bytes, 0, page, at, bytes.length);
    return reference;
  }

  /** A copy of a string. */
  public byte[] get(int reference) {
    byte[] page = page(reference);
    int start = start(reference);
    return Arrays.copyOfRange(page, start, start + length(reference));
  }

  /** Whether a stored string equals {@code bytes}. */
  public boolean matches(int reference, byte[] bytes) {
    int length = length(reference);
    if (length != bytes.length) {
      return false;
    }
    int start = start(reference);
    return Arrays.equals(page(reference), start, start + length, bytes, 0, length);
  }

  /** The bytes of a string. */
  public int length(int reference) {
    byte[] page = page(reference);
    int at = offset(reference);
    return page[at] >= 0 ? page[at] : (page[at] & 0x7F) << 7 | page[at + 1];
  }

  /** A hash of a stored string: the same as {@link #hash(byte[])} of its bytes. */
  public int hash(int reference) {
    int start = start(reference);
    return hash(page(reference), start, start + length(reference));
  }

  /** A hash of a string (FNV-1a), to be mixed with what else is in the key. */
  public static int hash(byte[] bytes) {
    return hash(bytes, 0, bytes.length);
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 0x811C9DC5;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x01000193;
    }
    return hash;
  }

  /** Gives a string's block back. */
  public void free(int reference) {
    addFree(reference, unitsFor(length(reference)));
  }

  /** Bytes of all pages. */
  public long memoryBytes() {
    return (long) pageCount * PAGE_BYTES;
  }

  private int allocate(int units) {
    int free = freeHeads[units];
    if (free != 0) {
      freeHeads[units] = readInt(free);
      return free;
    }
    if (unusedUnit + units > PAGE_UNITS) {
      if (unusedUnit < PAGE_UNITS) {
        addFree((pageCount - 1) << PAGE_UNIT_BITS | unusedUnit, PAGE_UNITS - unusedUnit);
      }
      addPage();
    }
    int reference = (pageCount - 1) << PAGE_UNIT_BITS | unusedUnit;
    unusedUnit += units;
    return reference;
  }

  private void addPage() {
    if (pageCount == MAX_PAGES) {
      throw new IllegalStateException("A byte heap holds at most 16 GiB");
    }
    if (pageCount == pages.length) {
      pages = Arrays.copyOf(pages, pageCount * 2);
    }
    pages[pageCount] = new byte[PAGE_BYTES];
    unusedUnit = pageCount == 0 ? 1 : 0;
    pageCount++;
  }

  private void addFree(int reference, int units) {
    writeInt(reference, freeHeads[units]);
    freeHeads[units] = reference;
  }

  private static int unitsFor(int length) {
    int bytes = length + (length < SHORT_LENGTH ? 1 : 2);
    return (bytes + UNIT_BYTES - 1) >>> UNIT_BITS;
  }

  private int start(int reference) {
    int at = offset(reference);
    return page(reference)[at] >= 0 ? at + 1 : at + 2;
  }

  private byte[] page(int reference) {
    return pages[reference >>> PAGE_UNIT_BITS];
  }

  private static int offset(int reference) {
    return (reference & (PAGE_UNITS - 1)) << UNIT_BITS;
  }

  private int readInt(int reference) {
    byte[] page = page(reference);
    int at = offset(reference);
    return (page[at] & 0xFF) << 24
        | (page[at + 1] & 0xFF) << 16
        | (page[at + 2] & 0xFF) << 8
        | (page[at + 3] & 0xFF);
  }

  private void writeInt(int reference, int value) {
    byte[] page = page(reference);
    int at = offset(reference);
    page[at] = (byte) (value >>> 24);
    page[at + 1] = (byte) (value >>> 16);
    page[at + 2] = (byte) (value >>> 8);
    page[at + 3] = (byte) value;
  }
}
