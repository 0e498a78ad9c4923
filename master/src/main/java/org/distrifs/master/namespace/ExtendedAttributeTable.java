package org.distrifs.master.namespace;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The extended attributes of inodes, by the slot of the inode. Most have none, and cost nothing or,
 * near one that has some, a reference. Those of one inode are one array, in the order in which they
 * were made:
 *
 * <pre>
 * uint8 length of the name   uint16 length of the value   the name   the value
 * </pre>
 */
public final class ExtendedAttributeTable {

  /** Bytes of the attributes of one inode at most, as they are stored: {@value}. */
  public static final int MAX_INODE_BYTES = 1 << 16;

  /**
   * Attributes of one inode at most: {@value}, whose names always fit into a listing. ext4 has room
   * for about ninety small ones.
   */
  public static final int MAX_INODE_ATTRIBUTES = 128;

  /** Bytes of the attributes of all inodes at most, with what arrays cost: {@value}. */
  public static final long MAX_TOTAL_BYTES = 1L << 28;

  private static final int HEADER_BYTES = 3;

  /** What an inode costs beyond its attributes: the array's header, and a reference to it. */
  private static final int INODE_OVERHEAD_BYTES = 24;

  private static final int PAGE_BITS = 8;
  private static final int PAGE_SLOTS = 1 << PAGE_BITS;
  private static final byte[] NONE = {};

  private final long maxTotalBytes;
  private byte[][][] pages = new byte[16][][];
  private long totalBytes;

  ExtendedAttributeTable() {
    this(MAX_TOTAL_BYTES);
  }

  ExtendedAttributeTable(long maxTotalBytes) {
    this.maxTotalBytes = maxTotalBytes;
  }

  /** Whether an inode has any. */
  public boolean has(int inode) {
    return attributes(inode).length != 0;
  }

  /** The value of an attribute, or null if the inode has none of that name. */
  public byte[] get(int inode, byte[] name) {
    byte[] attributes = attributes(inode);
    int at = find(attributes, name);
    if (at < 0) {
      return null;
    }
    int value = at + HEADER_BYTES + name.length;
    return Arrays.copyOfRange(attributes, value, value + valueLength(attributes, at));
  }

  /** The names of an inode's attributes. */
  public List<byte[]> names(int inode) {
    byte[] attributes = attributes(inode);
    List<byte[]> names = new ArrayList<>();
    for (int at = 0; at < attributes.length; at = behind(attributes, at)) {
      int name = at + HEADER_BYTES;
      names.add(Arrays.copyOfRange(attributes, name, name + nameLength(attributes, at)));
    }
    return names;
  }

  /**
   * Adds an attribute, or gives it another value.
   *
   * @param name 1 to 255 bytes
   * @return false if there is no room, and nothing has changed
   */
  public boolean set(int inode, byte[] name, byte[] value) {
    byte[] before = attributes(inode);
    int at = find(before, name);
    int removedBytes = at < 0 ? 0 : behind(before, at) - at;
    long bytes = (long) before.length - removedBytes + storedBytes(name, value);
    if (bytes > MAX_INODE_BYTES || !hasRoom(before, bytes)) {
      return false;
    }
    if (at < 0 && count(before) >= MAX_INODE_ATTRIBUTES) {
      return false;
    }
    int insertAt = at < 0 ? before.length : at;
    ByteBuffer changed = ByteBuffer.allocate((int) bytes);
    changed.put(before, 0, insertAt);
    changed.put((byte) name.length).putShort((short) value.length).put(name).put(value);
    changed.put(before, insertAt + removedBytes, before.length - insertAt - removedBytes);
    replace(inode, changed.array());
    return true;
  }

  /**
   * Whether an inode without attributes may get some.
   *
   * @param valueBytes of all their names and values together
   */
  public boolean hasRoomFor(int attributes, long valueBytes) {
    long bytes = (long) HEADER_BYTES * attributes + valueBytes;
    return bytes <= MAX_INODE_BYTES && hasRoom(NONE, bytes);
  }

  /** Takes an attribute away; false if there is none of that name. */
  public boolean remove(int inode, byte[] name) {
    byte[] before = attributes(inode);
    int at = find(before, name);
    if (at < 0) {
      return false;
    }
    int behind = behind(before, at);
    byte[] changed = Arrays.copyOf(before, before.length - (behind - at));
    System.arraycopy(before, behind, changed, at, before.length - behind);
    replace(inode, changed);
    return true;
  }

  /** Takes all attributes of an inode away. */
  void removeAll(int inode) {
    if (has(inode)) {
      replace(inode, NONE);
    }
  }

  /** Bytes of all attributes, as {@link #MAX_TOTAL_BYTES} counts them. */
  public long totalBytes() {
    return totalBytes;
  }

  /** A hash of an inode's attributes: part of the state. */
  public int digest(int inode) {
    return Arrays.hashCode(attributes(inode));
  }

  private boolean hasRoom(byte[] before, long bytes) {
    return totalBytes - cost(before.length) + cost(bytes) <= maxTotalBytes;
  }

  private static long cost(long bytes) {
    return bytes == 0 ? 0 : INODE_OVERHEAD_BYTES + bytes;
  }

  private static long storedBytes(byte[] name, byte[] value) {
    return (long) HEADER_BYTES + name.length + value.length;
  }

  private byte[] attributes(int inode) {
    int page = inode >>> PAGE_BITS;
    if (page >= pages.length || pages[page] == null) {
      return NONE;
    }
    byte[] attributes = pages[page][inode & (PAGE_SLOTS - 1)];
    return attributes == null ? NONE : attributes;
  }

  private void replace(int inode, byte[] attributes) {
    totalBytes += cost(attributes.length) - cost(attributes(inode).length);
    int page = inode >>> PAGE_BITS;
    if (page >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
    }
    if (pages[page] == null) {
      pages[page] = new byte[PAGE_SLOTS][];
    }
    pages[page][inode & (PAGE_SLOTS - 1)] = attributes.length == 0 ? null : attributes;
  }

  private static int count(byte[] attributes) {
    int count = 0;
    for (int at = 0; at < attributes.length; at = behind(attributes, at)) {
      count++;
    }
    return count;
  }

  /** Where an attribute begins, or -1. */
  private static int find(byte[] attributes, byte[] name) {
    for (int at = 0; at < attributes.length; at = behind(attributes, at)) {
      int start = at + HEADER_BYTES;
      int end = start + nameLength(attributes, at);
      if (Arrays.equals(attributes, start, end, name, 0, name.length)) {
        return at;
      }
    }
    return -1;
  }

  private static int behind(byte[] attributes, int at) {
    return at + HEADER_BYTES + nameLength(attributes, at) + valueLength(attributes, at);
  }

  private static int nameLength(byte[] attributes, int at) {
    return attributes[at] & 0xFF;
  }

  private static int valueLength(byte[] attributes, int at) {
    return (attributes[at + 1] & 0xFF) << 8 | attributes[at + 2] & 0xFF;
  }
}
