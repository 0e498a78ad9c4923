package org.distrifs.master.table;

import java.util.Arrays;

/**
 * Record slots in the order of a 128-bit key that the record itself keeps: a B+ tree whose leaves
 * hold nothing but slots, so that an entry costs 4 bytes and the share of its leaf. Leaves that are
 * filled at their end stay full, as a growing directory and a growing file fill them.
 *
 * <p>Both halves of a key compare as signed numbers. Keys are unique, and a record's key does not
 * change while it is in the index.
 */
public final class OrderedIndex {

  /** The key of a record. */
  public interface Keys {
    long high(int slot);

    long low(int slot);
  }

  private static final int LEAF_SLOTS = 64;
  private static final int INNER_CHILDREN = 32;

  private abstract static class Node {
    int count;
  }

  private static final class Leaf extends Node {
    final int[] slots = new int[LEAF_SLOTS];
    Leaf next;
  }

  /**
   * Child {@code i > 0} holds keys of at least {@code (highs[i], lows[i])}; those before, lower
   * ones.
   */
  private static final class Inner extends Node {
    final Node[] children = new Node[INNER_CHILDREN];
    final long[] highs = new long[INNER_CHILDREN];
    final long[] lows = new long[INNER_CHILDREN];
  }

  private final Keys keys;
  private Node root = new Leaf();
  private long leaves = 1;
  private long inners;

  /** Where the node begins that the last split gave. */
  private long splitHigh;

  private long splitLow;

  public OrderedIndex(Keys keys) {
    this.keys = keys;
  }

  /** Adds a record. */
  public void insert(int slot) {
    Node right = insert(root, slot, keys.high(slot), keys.low(slot));
    if (right != null) {
      Inner above = newInner();
      above.children[0] = root;
      above.count = 1;
      insertChild(above, 1, right);
      root = above;
    }
  }

  /**
   * Removes a record.
   *
   * @throws IllegalStateException if it is not in the index
   */
  public void remove(int slot) {
    remove(root, slot, keys.high(slot), keys.low(slot));
    while (root instanceof Inner inner && inner.count == 1) {
      root = inner.children[0];
      inners--;
    }
  }

  /** A cursor before the first record whose key is at least this. */
  public Cursor from(long high, long low) {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.children[childFor(inner, high, low)];
    }
    Leaf leaf = (Leaf) node;
    return new Cursor(leaf, position(leaf, high, low));
  }

  /** Bytes of all nodes, roughly. */
  public long memoryBytes() {
    long leafBytes = 24 + 16 + LEAF_SLOTS * (long) Integer.BYTES;
    long innerBytes = 32 + 3 * 16 + INNER_CHILDREN * (2L * Long.BYTES + Integer.BYTES);
    return leaves * leafBytes + inners * innerBytes;
  }

  /** Walks upwards. Good until the next change of the index. */
  public static final class Cursor {
    private Leaf leaf;
    private int position;

    private Cursor(Leaf leaf, int position) {
      this.leaf = leaf;
      this.position = position;
    }

    /** The next record, or 0 after the last. */
    public int next() {
      while (leaf != null && position == leaf.count) {
        leaf = leaf.next;
        position = 0;
      }
      return leaf == null ? 0 : leaf.slots[position++];
    }
  }

  private Node insert(Node node, int slot, long high, long low) {
    if (node instanceof Leaf leaf) {
      return insertIntoLeaf(leaf, slot, high, low);
    }
    Inner inner = (Inner) node;
    int at = childFor(inner, high, low);
    Node right = insert(inner.children[at], slot, high, low);
    return right == null ? null : insertIntoInner(inner, at + 1, right);
  }

  private Leaf insertIntoLeaf(Leaf leaf, int slot, long high, long low) {
    int at = position(leaf, high, low);
    if (leaf.count < LEAF_SLOTS) {
      insertSlot(leaf, at, slot);
      return null;
    }
    Leaf right = new Leaf();
    leaves++;
    right.next = leaf.next;
    leaf.next = right;
    if (at == LEAF_SLOTS) {
      insertSlot(right, 0, slot);
    } else {
      int kept = LEAF_SLOTS / 2;
      right.count = LEAF_SLOTS - kept;
      System.arraycopy(leaf.slots, kept, right.slots, 0, right.count);
      leaf.count = kept;
      if (at <= kept) {
        insertSlot(leaf, at, slot);
      } else {
        insertSlot(right, at - kept, slot);
      }
    }
    splitHigh = keys.high(right.slots[0]);
    splitLow = keys.low(right.slots[0]);
    return right;
  }

  /** Adds the node of the last split as child {@code at}. */
  private Inner insertIntoInner(Inner inner, int at, Node child) {
    if (inner.count < INNER_CHILDREN) {
      insertChild(inner, at, child);
      return null;
    }
    Inner right = newInner();
    int kept = at == INNER_CHILDREN ? INNER_CHILDREN - 1 : INNER_CHILDREN / 2;
    right.count = INNER_CHILDREN - kept;
    System.arraycopy(inner.children, kept, right.children, 0, right.count);
    System.arraycopy(inner.highs, kept, right.highs, 0, right.count);
    System.arraycopy(inner.lows, kept, right.lows, 0, right.count);
    long high = right.highs[0];
    long low = right.lows[0];
    Arrays.fill(inner.children, kept, INNER_CHILDREN, null);
    inner.count = kept;
    if (at <= kept) {
      insertChild(inner, at, child);
    } else {
      insertChild(right, at - kept, child);
    }
    splitHigh = high;
    splitLow = low;
    return right;
  }

  private void insertChild(Inner inner, int at, Node child) {
    int moved = inner.count - at;
    System.arraycopy(inner.children, at, inner.children, at + 1, moved);
    System.arraycopy(inner.highs, at, inner.highs, at + 1, moved);
    System.arraycopy(inner.lows, at, inner.lows, at + 1, moved);
    inner.children[at] = child;
    inner.highs[at] = splitHigh;
    inner.lows[at] = splitLow;
    inner.count++;
  }

  private static void insertSlot(Leaf leaf, int at, int slot) {
    System.arraycopy(leaf.slots, at, leaf.slots, at + 1, leaf.count - at);
    leaf.slots[at] = slot;
    leaf.count++;
  }

  private void remove(Node node, int slot, long high, long low) {
    if (node instanceof Leaf leaf) {
      int at = position(leaf, high, low);
      if (at == leaf.count || leaf.slots[at] != slot) {
        throw new IllegalStateException("record " + slot + " is not in the index");
      }
      leaf.count--;
      System.arraycopy(leaf.slots, at + 1, leaf.slots, at, leaf.count - at);
      return;
    }
    Inner inner = (Inner) node;
    int at = childFor(inner, high, low);
    remove(inner.children[at], slot, high, low);
    if (!mergeWithNext(inner, at) && at > 0) {
      mergeWithNext(inner, at - 1);
    }
  }

  /** Merges two children if that leaves room, so that the merged one is not split again at once. */
  private boolean mergeWithNext(Inner inner, int at) {
    if (at + 1 >= inner.count) {
      return false;
    }
    Node left = inner.children[at];
    Node right = inner.children[at + 1];
    if (left instanceof Leaf leftLeaf) {
      Leaf rightLeaf = (Leaf) right;
      if (left.count + right.count > LEAF_SLOTS * 3 / 4) {
        return false;
      }
      System.arraycopy(rightLeaf.slots, 0, leftLeaf.slots, left.count, right.count);
      leftLeaf.next = rightLeaf.next;
      leaves--;
    } else {
      if (left.count + right.count > INNER_CHILDREN * 3 / 4) {
        return false;
      }
      Inner leftInner = (Inner) left;
      Inner rightInner = (Inner) right;
      rightInner.highs[0] = inner.highs[at + 1];
      rightInner.lows[0] = inner.lows[at + 1];
      System.arraycopy(rightInner.children, 0, leftInner.children, left.count, right.count);
      System.arraycopy(rightInner.highs, 0, leftInner.highs, left.count, right.count);
      System.arraycopy(rightInner.lows, 0, leftInner.lows, left.count, right.count);
      inners--;
    }
    left.count += right.count;
    removeChild(inner, at + 1);
    return true;
  }

  private static void removeChild(Inner inner, int at) {
    inner.count--;
    int moved = inner.count - at;
    System.arraycopy(inner.children, at + 1, inner.children, at, moved);
    System.arraycopy(inner.highs, at + 1, inner.highs, at, moved);
    System.arraycopy(inner.lows, at + 1, inner.lows, at, moved);
    inner.children[inner.count] = null;
  }

  private Inner newInner() {
    inners++;
    return new Inner();
  }

  /** The last child that may hold the key. */
  private static int childFor(Inner inner, long high, long low) {
    int from = 1;
    int to = inner.count;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (compare(inner.highs[middle], inner.lows[middle], high, low) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from - 1;
  }

  /** The first position whose key is at least this. */
  private int position(Leaf leaf, long high, long low) {
    int from = 0;
    int to = leaf.count;
    while (from < to) {
      int middle = (from + to) >>> 1;
      int slot = leaf.slots[middle];
      if (compare(keys.high(slot), keys.low(slot), high, low) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    int byHigh = Long.compare(high, otherHigh);
    return byHigh != 0 ? byHigh : Long.compare(low, otherLow);
  }
}
