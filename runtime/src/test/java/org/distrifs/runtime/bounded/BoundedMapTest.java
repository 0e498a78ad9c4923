package org.distrifs.runtime.bounded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedMapTest {

  @Test
  void byUseForgetsWhatWasReadOrPutLeastRecently() {
    BoundedMap<String, Integer> map = BoundedMap.byUse(3);
    map.put("a", 1);
    map.put("b", 2);
    map.put("c", 3);
    map.get("a");
    map.put("b", 4);
    map.put("d", 5);
    assertThat(map.keySet()).containsExactly("a", "b", "d");
  }

  @Test
  void byAgeForgetsWhatWasAddedFirstHoweverOftenItIsUsed() {
    BoundedMap<String, Integer> map = BoundedMap.byAge(2);
    map.put("a", 1);
    map.put("b", 2);
    map.get("a");
    map.put("a", 3);
    map.put("c", 4);
    assertThat(map.keySet()).containsExactly("b", "c");
  }
}
