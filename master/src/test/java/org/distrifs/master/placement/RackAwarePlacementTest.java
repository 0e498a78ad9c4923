package org.distrifs.master.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.distrifs.proto.error.Errno;
import org.distrifs.runtime.clock.SeededEntropy;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class RackAwarePlacementTest {

  private static final long GIB = 1L << 30;
  private static final long KEEP_FREE = 64L << 20;
  private static final int ROUNDS = 2000;

  private final long seed = Seeds.fromPropertyOrFresh();
  private final RackAwarePlacement policy =
      new RackAwarePlacement(3, 2, KEEP_FREE, new SeededEntropy(seed));

  @Test
  void aChainHasAsManyDistinctNodesAsTheReplication() {
    List<PlacementNode> nodes = nodes("a", "a", "a", "a", "a");
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(chain(nodes)).hasSize(3).doesNotHaveDuplicates();
    }
  }

  @Test
  void twoRacksAreUsedWhereThereAreTwo() {
    List<PlacementNode> nodes = nodes("a", "a", "a", "a", "b");
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(chain(nodes)).as("seed %d", seed).contains(5);
    }
  }

  @Test
  void withFewerNodesTheChainIsShorterDownToTheMinimum() {
    assertThat(chain(nodes("", ""))).hasSize(2);
    assertThat(policy.choose(nodes("")))
        .isInstanceOfSatisfying(
            Placement.Refused.class,
            refused -> assertThat(refused.errno()).isEqualTo(Errno.EAGAIN));
  }

  @Test
  void fullDisksAreNoSpaceAndAreNotChosenWhileOthersHaveRoom() {
    List<PlacementNode> nodes = new ArrayList<>(nodes("", "", ""));
    nodes.add(new PlacementNode(4, "", KEEP_FREE, 0, 0));
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(chain(nodes)).doesNotContain(4);
    }
    List<PlacementNode> full =
        List.of(
            new PlacementNode(1, "", GIB, 0, 0),
            new PlacementNode(2, "", KEEP_FREE, 0, 0),
            new PlacementNode(3, "", 0, 0, 0));
    assertThat(policy.choose(full))
        .isInstanceOfSatisfying(
            Placement.Refused.class,
            refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOSPC));
  }

  @Test
  void aFullNodeDoesNotMakeAChainShorter() {
    List<PlacementNode> nodes = new ArrayList<>(nodes("", ""));
    nodes.add(new PlacementNode(3, "", KEEP_FREE, 0, 0));
    assertThat(policy.choose(nodes))
        .isInstanceOfSatisfying(
            Placement.Refused.class,
            refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOSPC));
    assertThat(policy.writableBytes(nodes)).isZero();
  }

  @Test
  void whatIsPromisedIsLeftOutWhileThereAreOthersAndTakenWhenThereAreNot() {
    List<PlacementNode> nodes = new ArrayList<>(nodes("", "", ""));
    nodes.add(new PlacementNode(4, "", 10 * GIB, 10 * GIB, 0));
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(chain(nodes)).as("seed %d", seed).doesNotContain(4);
    }
    nodes.remove(0);
    assertThat(chain(nodes)).containsExactlyInAnyOrder(2, 3, 4);
  }

  @Test
  void aReplicaIsCopiedOnlyToWhereItFits() {
    List<PlacementNode> candidates =
        List.of(
            new PlacementNode(1, "", KEEP_FREE + 1000, 0, 0),
            new PlacementNode(2, "", KEEP_FREE + 1001, 0, 0));
    for (int i = 0; i < 20; i++) {
      assertThat(policy.chooseOne(candidates, Set.of(), 1000)).hasValue(2);
    }
    assertThat(policy.chooseOne(candidates, Set.of(), 1001)).isEmpty();
  }

  @Test
  void moreSpaceAndLessLoadAttractMoreChunksAndEveryNodeHeadsSome() {
    List<PlacementNode> nodes =
        List.of(
            new PlacementNode(1, "", 100 * GIB, 0, 0),
            new PlacementNode(2, "", 100 * GIB, 0, 9),
            new PlacementNode(3, "", 10 * GIB, 0, 0),
            new PlacementNode(4, "", 100 * GIB, 0, 0));
    int[] heads = new int[5];
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < ROUNDS; i++) {
      List<Integer> chain = chain(nodes);
      heads[chain.get(0)]++;
      used.addAll(chain);
    }
    assertThat(used).containsExactlyInAnyOrder(1, 2, 3, 4);
    assertThat(heads[1]).as("seed %d", seed).isGreaterThan(3 * heads[2]);
    assertThat(heads[4]).as("seed %d", seed).isGreaterThan(3 * heads[3]);
  }

  private List<Integer> chain(List<PlacementNode> nodes) {
    return ((Placement.Chosen) policy.choose(nodes)).nodeIds();
  }

  private static List<PlacementNode> nodes(String... racks) {
    List<PlacementNode> nodes = new ArrayList<>();
    for (String rack : racks) {
      nodes.add(new PlacementNode(nodes.size() + 1, rack, 10 * GIB, 0, 0));
    }
    return nodes;
  }
}
