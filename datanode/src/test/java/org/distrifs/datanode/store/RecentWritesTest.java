package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.ChunkStore.MAX_RECENT_WRITES;
import static org.distrifs.datanode.store.ChunkStore.MAX_RECENT_WRITES_OF_SESSION;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentWritesTest {
  private static final WriteId QUIET = new WriteId(99, 1);

  private final RecentWrites writes = new RecentWrites();

  @Test
  void keepTheLastOfASessionThatOthersWriteMuchMoreThan() {
    writes.add(QUIET);
    for (int sequence = 1; sequence <= 100_000; sequence++) {
      writes.add(new WriteId(sequence % 31, sequence));
    }
    assertThat(writes.contains(QUIET)).isTrue();
  }

  @Test
  void keepOfASessionAsManyAsItMayHaveInFlight() {
    for (int sequence = 1; sequence <= 1_000; sequence++) {
      writes.add(new WriteId(1, sequence));
    }
    int oldest = 1_000 - MAX_RECENT_WRITES_OF_SESSION + 1;
    assertThat(writes.contains(new WriteId(1, oldest))).isTrue();
    assertThat(writes.contains(new WriteId(1, oldest - 1))).isFalse();
    assertThat(writes.hasLater(new WriteId(1, oldest - 1))).isTrue();
    assertThat(writes.hasLater(new WriteId(1, 1_000))).isFalse();
  }

  @Test
  void forgetWhoHasNotWrittenForLongestWhenThereAreTooMany() {
    for (int session = 1; session <= MAX_RECENT_WRITES + 1; session++) {
      writes.add(new WriteId(session, 1));
    }
    assertThat(writes.contains(new WriteId(1, 1))).isFalse();
    assertThat(writes.hasLater(new WriteId(1, 0))).isFalse();
    assertThat(writes.contains(new WriteId(2, 1))).isTrue();
    assertThat(writes.oldestFirst()).hasSize(MAX_RECENT_WRITES);
  }

  @Test
  void eachHaveASlotOfTheirOwn() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Integer, WriteId> bySlot = new HashMap<>();
    for (int sequence = 1; sequence <= 20_000; sequence++) {
      WriteId id = new WriteId(random.nextInt(60), sequence);
      bySlot.put(writes.add(id), id);
    }
    assertThat(bySlot.keySet()).as("seed %d", seed).allMatch(slot -> slot < MAX_RECENT_WRITES);
    assertThat(bySlot.values()).as("seed %d", seed).containsAll(writes.oldestFirst());
  }

  @Test
  void areTheSameWhenAddedAgainInTheirOrder() {
    for (int sequence = 1; sequence <= 5_000; sequence++) {
      writes.add(new WriteId(sequence % 7, sequence));
    }
    List<WriteId> all = writes.oldestFirst();
    assertThat(new RecentWrites(all).oldestFirst()).isEqualTo(all);
  }
}
