package org.distrifs.master.placement;

import java.util.Arrays;

/**
 * How much can be written with so many replicas on distinct nodes of unequal size.
 *
 * <p>D bytes fit if the nodes together hold D once per replica, where none holds more than D: it
 * has one replica of each byte at the most. So a node that is larger than its share of all has to
 * carry one replica of everything, and the others share the rest.
 */
public final class ChainCapacity {
  private ChainCapacity() {}

  /**
   * The largest D with {@code sum(min(D, room)) >= members * D}.
   *
   * @param rooms bytes of each node, none negative
   * @param members of a chain; with fewer nodes nothing can be written
   */
  public static long bytes(long[] rooms, int members) {
    if (members < 1 || rooms.length < members) {
      return 0;
    }
    long[] ascending = rooms.clone();
    Arrays.sort(ascending);
    long rest = Arrays.stream(ascending).sum();
    int largest = ascending.length - 1;
    int replicas = members;
    while (replicas > 1 && ascending[largest] > rest / replicas) {
      rest -= ascending[largest--];
      replicas--;
    }
    return rest / replicas;
  }
}
