package org.distrifs.master.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class ByteHeapTest {

  private final ByteHeap heap = new ByteHeap();

  @Test
  void stringsStayWhatTheyAreWhileOthersComeAndGo() {
    Random random = new Random(Seeds.fromPropertyOrFresh());
    Map<Integer, byte[]> expected = new HashMap<>();
    List<Integer> references = new ArrayList<>();
    for (int step = 0; step < 50_000; step++) {
      if (references.isEmpty() || random.nextInt(100) < 60) {
        byte[] bytes = new byte[randomLength(random)];
        random.nextBytes(bytes);
        int reference = heap.add(bytes);
        assertThat(reference).isPositive();
        assertThat(expected.put(reference, bytes)).isNull();
        references.add(reference);
      } else {
        int at = random.nextInt(references.size());
        int reference = references.get(at);
        references.set(at, references.get(references.size() - 1));
        references.remove(references.size() - 1);
        heap.free(reference);
        expected.remove(reference);
      }
    }
    expected.forEach(
        (reference, bytes) -> {
          assertThat(heap.get(reference)).isEqualTo(bytes);
          assertThat(heap.matches(reference, bytes)).isTrue();
          assertThat(heap.hash(reference)).isEqualTo(ByteHeap.hash(bytes));
        });
  }

  @Test
  void everyLengthComesBack() {
    for (int length = 0; length <= ByteHeap.MAX_LENGTH_BYTES; length++) {
      byte[] bytes = new byte[length];
      int reference = heap.add(bytes);
      assertThat(heap.length(reference)).isEqualTo(length);
      assertThat(heap.matches(reference, new byte[length + 1])).isFalse();
    }
  }

  @Test
  void freedRoomIsUsedAgain() {
    for (int step = 0; step < 100_000; step++) {
      heap.free(heap.add(new byte[100]));
    }
    assertThat(heap.memoryBytes()).isLessThan(200_000);
  }

  @Test
  void aStringBeyondTheBoundIsRefused() {
    assertThatThrownBy(() -> heap.add(new byte[ByteHeap.MAX_LENGTH_BYTES + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int randomLength(Random random) {
    return random.nextInt(10) == 0
        ? random.nextInt(ByteHeap.MAX_LENGTH_BYTES + 1)
        : random.nextInt(40);
  }
}
