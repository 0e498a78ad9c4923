package org.distrifs.systemtests.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Draws the faults of each round from the seed. Each kind is used once before any kind is used
 * again, so that a short run has all of them.
 *
 * <p>Bytes are not flipped in the round in which all datanodes die at once. When no member of a
 * chunk was alive all the time, one of them rechecksums the blocks that were being written ({@code
 * docs/chunk-store.md}), and so would accept flipped bytes. Not thread-safe.
 */
final class FaultPlan {
  /** The last moment at which a fault begins, and the longest that one lasts. */
  static final long WINDOW_MS = 12_000;

  private static final long LONGEST_MS = 16_000;
  private static final int FEWEST = 3;
  private static final int MOST = 5;

  private final Random random;
  private final List<FaultKind> kinds;
  private final Deque<FaultKind> deck = new ArrayDeque<>();
  private final List<String> datanodes;
  private final List<String> mounts;

  FaultPlan(long seed, Collection<FaultKind> kinds, List<String> datanodes, List<String> mounts) {
    this.random = new Random(seed);
    this.kinds = List.copyOf(kinds);
    this.datanodes = datanodes;
    this.mounts = mounts;
  }

  /** The faults of the next round. */
  List<Fault> next() {
    final int count = FEWEST + random.nextInt(MOST - FEWEST + 1);
    final List<FaultKind> drawn = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      drawn.add(nextKind());
    }
    if (drawn.contains(FaultKind.FLIP_BYTES) && drawn.remove(FaultKind.KILL_ALL_DATANODES)) {
      deck.add(FaultKind.KILL_ALL_DATANODES);
    }
    return drawn.stream().map(this::draw).toList();
  }

  private FaultKind nextKind() {
    if (deck.isEmpty()) {
      final List<FaultKind> shuffled = new ArrayList<>(kinds);
      Collections.shuffle(shuffled, random);
      deck.addAll(shuffled);
    }
    return deck.remove();
  }

  private Fault draw(FaultKind kind) {
    final long at = random.nextLong(WINDOW_MS);
    // Many are short. Some are longer than the lease of a node and than node.deadAfterMs.
    final long lasts =
        random.nextBoolean() ? 100 + random.nextLong(2_500) : random.nextLong(LONGEST_MS);
    return switch (kind) {
      case KILL_DATANODE, STOP_DATANODE, FLIP_BYTES, FILL_DISK ->
          at(kind, at, lasts, any(datanodes));
      case KILL_ALL_DATANODES -> at(kind, at, 100 + random.nextLong(2_500), "datanodes");
      case KILL_MASTER, STOP_MASTER -> at(kind, at, lasts, "master");
      case KILL_MOUNT, STOP_MOUNT -> at(kind, at, lasts, any(mounts));
      case CUT_ONE_WAY, CUT_BOTH_WAYS -> link(kind, at, lasts);
    };
  }

  private static Fault at(FaultKind kind, long atMs, long forMs, String role) {
    return new Fault(kind, atMs, forMs, role, role);
  }

  /** A fault of a link that is used: of any link but that between the mounts. */
  private Fault link(FaultKind kind, long atMs, long forMs) {
    final int die = random.nextInt(8);
    final String one = die == 0 ? any(mounts) : any(datanodes);
    String other = die <= 2 ? "master" : die <= 4 ? any(mounts) : any(datanodes);
    if (other.equals(one)) {
      other = "master";
    }
    return random.nextBoolean()
        ? new Fault(kind, atMs, forMs, one, other)
        : new Fault(kind, atMs, forMs, other, one);
  }

  private String any(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }
}
