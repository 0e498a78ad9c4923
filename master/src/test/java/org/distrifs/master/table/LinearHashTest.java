package org.distrifs.master.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class LinearHashTest {

  private final RecordTable records = new RecordTable(2);
  private final LinearHash index =
      new LinearHash(records, 2, slot -> LinearHash.mix(records.getLong(slot, 0)));

  @Test
  void findsWhatAMapFindsWhileItGrowsAndShrinks() {
    Random random = new Random(Seeds.fromPropertyOrFresh());
    Map<Long, Integer> expected = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      long key = random.nextInt(60_000);
      Integer known = expected.get(key);
      assertThat(find(key)).isEqualTo(known == null ? 0 : known);
      if (known == null) {
        int slot = records.allocate();
        records.setLong(slot, 0, key);
        index.insert(slot);
        expected.put(key, slot);
      } else if (random.nextBoolean()) {
        index.remove(known);
        records.free(known);
        expected.remove(key);
      }
    }
    Set<Integer> all = new HashSet<>();
    index.forEach(all::add);
    assertThat(all).isEqualTo(new HashSet<>(expected.values()));
    assertThat(index.size()).isEqualTo(expected.size());
    assertThat(records.size()).isEqualTo(expected.size());
  }

  @Test
  void removingWhatIsNotThereIsAnError() {
    int slot = records.allocate();
    assertThatThrownBy(() -> index.remove(slot)).isInstanceOf(IllegalStateException.class);
  }

  private int find(long key) {
    int slot = index.first(LinearHash.mix(key));
    while (slot != 0 && records.getLong(slot, 0) != key) {
      slot = index.next(slot);
    }
    return slot;
  }
}
