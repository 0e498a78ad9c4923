package org.distrifs.master.table;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/**
 * A hash index of record slots that grows by one bucket for every second record, by splitting the
 * next bucket in turn (linear hashing, Litwin 1980). An ordinary hash table would stop for most of
 * a second when it doubles at ten million records; here no insertion moves more than the few
 * records of one bucket. It does not shrink: 4 bytes a bucket are kept for the next growth.
 *
 * <p>Records of a bucket are chained through an int of the record itself.
 */
public final class LinearHash {

  private static final int PAGE_BITS = 12;
  private static final int PAGE_BUCKETS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_BUCKETS - 1;

  /** Records for each bucket: a chain is short enough, and a record pays for half a bucket. */
  private static final int LOAD = 2;

  /** Beyond it chains get longer instead. */
  private static final int MAX_BUCKETS = 1 << 30;

  private final RecordTable records;
  private final int nextIndex;
  private final IntUnaryOperator hashOf;
  private int[][] pages = new int[16][];
  private int buckets = PAGE_BUCKETS;

  /** The highest power of two that is at most {@link #buckets}. */
  private int level = PAGE_BUCKETS;

  private int size;

  /**
   * @param records where the indexed records are
   * @param nextIndex the int of a record that belongs to this index: the next record of its bucket
   * @param hashOf the hash of the key of the record at a slot; all 32 bits should be mixed well
   */
  public LinearHash(RecordTable records, int nextIndex, IntUnaryOperator hashOf) {
    this.records = records;
    this.nextIndex = nextIndex;
    this.hashOf = hashOf;
    pages[0] = new int[PAGE_BUCKETS];
  }

  /**
   * The first record of the bucket of a hash, or 0. Others follow by {@link #next}; the caller
   * compares keys.
   */
  public int first(int hash) {
    return head(bucketOf(hash));
  }

  /** The record behind another one of its bucket, or 0. */
  public int next(int slot) {
    return records.getInt(slot, nextIndex);
  }

  /** Adds a record, whose key must not be in the index. */
  public void insert(int slot) {
    if (size / LOAD >= buckets && buckets < MAX_BUCKETS) {
      splitNext();
    }
    push(bucketOf(hashOf.applyAsInt(slot)), slot);
    size++;
  }

  /**
   * Removes a record; its key must be the one that it was inserted with.
   *
   * @throws IllegalStateException if it is not in the index
   */
  public void remove(int slot) {
    int bucket = bucketOf(hashOf.applyAsInt(slot));
    int previous = 0;
    for (int at = head(bucket); at != 0; at = next(at)) {
      if (at == slot) {
        if (previous == 0) {
          setHead(bucket, next(slot));
        } else {
          setNext(previous, next(slot));
        }
        setNext(slot, 0);
        size--;
        return;
      }
      previous = at;
    }
    throw new IllegalStateException("record " + slot + " is not in its bucket " + bucket);
  }

  /** Records in the index. */
  public int size() {
    return size;
  }

  /** All records, in no order that means anything. The index must not change meanwhile. */
  public void forEach(IntConsumer consumer) {
    for (int bucket = 0; bucket < buckets; bucket++) {
      for (int at = head(bucket); at != 0; at = next(at)) {
        consumer.accept(at);
      }
    }
  }

  /** Bytes of all pages. */
  public long memoryBytes() {
    long count = Arrays.stream(pages).filter(page -> page != null).count();
    return count * PAGE_BUCKETS * Integer.BYTES;
  }

  /** Mixes a 64-bit key into a hash (the finalizer of SplitMix64, Steele et al. 2014). */
  public static int mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (int) (z ^ (z >>> 31));
  }

  private int bucketOf(int hash) {
    int bucket = hash & (2 * level - 1);
    return bucket < buckets ? bucket : bucket - level;
  }

  private void splitNext() {
    int from = buckets - level;
    int added = buckets;
    int page = added >>> PAGE_BITS;
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page * 2);
    }
    if (pages[page] == null) {
      pages[page] = new int[PAGE_BUCKETS];
    }
    buckets++;
    int at = head(from);
    setHead(from, 0);
    while (at != 0) {
      int next = next(at);
      push((hashOf.applyAsInt(at) & level) == 0 ? from : added, at);
      at = next;
    }
    if (buckets == 2 * level) {
      level = buckets;
    }
  }

  private void push(int bucket, int slot) {
    setNext(slot, head(bucket));
    setHead(bucket, slot);
  }

  private void setNext(int slot, int next) {
    records.setInt(slot, nextIndex, next);
  }

  private int head(int bucket) {
    return pages[bucket >>> PAGE_BITS][bucket & PAGE_MASK];
  }

  private void setHead(int bucket, int slot) {
    pages[bucket >>> PAGE_BITS][bucket & PAGE_MASK] = slot;
  }
}
