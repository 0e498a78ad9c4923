package org.distrifs.master.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class OrderedIndexTest {

  private final RecordTable records = new RecordTable(2);
  private final OrderedIndex index =
      new OrderedIndex(
          new OrderedIndex.Keys() {
            @Override
            public long high(int slot) {
              return records.getLong(slot, 0);
            }

            @Override
            public long low(int slot) {
              return records.getLong(slot, 1);
            }
          });

  private record Key(long high, long low) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byHigh = Long.compare(high, other.high);
      return byHigh != 0 ? byHigh : Long.compare(low, other.low);
    }
  }

  @Test
  void keepsTheOrderOfATreeMapThroughRandomInsertsAndRemovals() {
    Random random = new Random(Seeds.fromPropertyOrFresh());
    TreeMap<Key, Integer> expected = new TreeMap<>();
    // Grow, shrink to nearly nothing, and grow again.
    for (int phase = 0; phase < 6; phase++) {
      int insertPercent = phase % 2 == 0 ? 80 : 15;
      for (int step = 0; step < 15_000; step++) {
        if (random.nextInt(100) < insertPercent) {
          insert(expected, new Key(random.nextInt(20), random.nextInt(5000)));
        } else if (!expected.isEmpty()) {
          Key some = expected.ceilingKey(new Key(random.nextInt(20), random.nextInt(5000)));
          remove(expected, some == null ? expected.firstKey() : some);
        }
      }
      assertThat(everything(0, 0)).isEqualTo(List.copyOf(expected.values()));
      Key from = new Key(random.nextInt(20), random.nextInt(5000));
      assertThat(everything(from.high(), from.low()))
          .isEqualTo(List.copyOf(expected.tailMap(from, true).values()));
    }
    while (!expected.isEmpty()) {
      remove(expected, random.nextBoolean() ? expected.firstKey() : expected.lastKey());
    }
    assertThat(everything(0, 0)).isEmpty();
  }

  @Test
  void appendedKeysFillTheirLeaves() {
    for (int i = 0; i < 100_000; i++) {
      insert(new TreeMap<>(), new Key(1, i));
    }
    assertThat(index.memoryBytes() / 100_000.0).isLessThan(6);
  }

  @Test
  void removingWhatIsNotThereIsAnError() {
    int slot = records.allocate();
    assertThatThrownBy(() -> index.remove(slot)).isInstanceOf(IllegalStateException.class);
  }

  private void insert(TreeMap<Key, Integer> expected, Key key) {
    if (expected.containsKey(key)) {
      return;
    }
    int slot = records.allocate();
    records.setLong(slot, 0, key.high());
    records.setLong(slot, 1, key.low());
    index.insert(slot);
    expected.put(key, slot);
  }

  private void remove(TreeMap<Key, Integer> expected, Key key) {
    int slot = expected.remove(key);
    index.remove(slot);
    records.free(slot);
  }

  private List<Integer> everything(long high, long low) {
    List<Integer> slots = new ArrayList<>();
    OrderedIndex.Cursor cursor = index.from(high, low);
    for (int slot = cursor.next(); slot != 0; slot = cursor.next()) {
      slots.add(slot);
    }
    return slots;
  }
}
