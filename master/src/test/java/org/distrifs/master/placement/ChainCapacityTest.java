package org.distrifs.master.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class ChainCapacityTest {

  @Test
  void aLargeNodeCountsForNoMoreThanOneReplicaOfEverything() {
    assertThat(ChainCapacity.bytes(new long[] {10, 10, 10}, 3)).isEqualTo(10);
    assertThat(ChainCapacity.bytes(new long[] {1000, 10, 10}, 3)).isEqualTo(10);
    assertThat(ChainCapacity.bytes(new long[] {1000, 10, 10, 10}, 3)).isEqualTo(15);
    assertThat(ChainCapacity.bytes(new long[] {1000, 1000, 10, 20, 30}, 3)).isEqualTo(60);
    assertThat(ChainCapacity.bytes(new long[] {30, 30, 30, 30}, 3)).isEqualTo(40);
    assertThat(ChainCapacity.bytes(new long[] {7, 5}, 1)).isEqualTo(12);
    assertThat(ChainCapacity.bytes(new long[] {100, 100}, 3)).as("too few nodes").isZero();
    assertThat(ChainCapacity.bytes(new long[] {100, 0, 0}, 3)).isZero();
  }

  @Test
  void itIsTheMostThatBlocksOnTheEmptiestNodesComeTo() {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      long[] rooms = random.longs(1 + random.nextInt(6), 0, 60).toArray();
      int members = 1 + random.nextInt(3);
      assertThat(ChainCapacity.bytes(rooms, members))
          .as("seed %d, %d replicas on %s", seed, members, Arrays.toString(rooms))
          .isEqualTo(placed(rooms, members));
    }
  }

  /**
   * Places block after block on the nodes with the most room, which is the best that can be done.
   */
  private static long placed(long[] rooms, int members) {
    long[] left = rooms.clone();
    long blocks = 0;
    while (left.length >= members) {
      Arrays.sort(left);
      if (left[left.length - members] == 0) {
        break;
      }
      for (int i = left.length - members; i < left.length; i++) {
        left[i]--;
      }
      blocks++;
    }
    return blocks;
  }
}
