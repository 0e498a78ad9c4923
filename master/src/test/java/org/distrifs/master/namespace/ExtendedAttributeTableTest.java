package org.distrifs.master.namespace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class ExtendedAttributeTableTest {

  private final ExtendedAttributeTable table = new ExtendedAttributeTable();

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private List<String> names(int inode) {
    return table.names(inode).stream().map(name -> new String(name, UTF_8)).toList();
  }

  @Test
  void agreesWithMapsOnRandomChanges() {
    Random random = new Random(Seeds.fromPropertyOrFresh());
    Map<Integer, Map<String, String>> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int inode = 1 + random.nextInt(5) * 300;
      String name = "user." + "n".repeat(random.nextInt(3)) + random.nextInt(8);
      Map<String, String> expected = model.computeIfAbsent(inode, any -> new LinkedHashMap<>());
      if (random.nextInt(4) == 0) {
        assertThat(table.remove(inode, bytes(name))).isEqualTo(expected.remove(name) != null);
      } else {
        String value = "v".repeat(random.nextInt(300));
        assertThat(table.set(inode, bytes(name), bytes(value))).isTrue();
        expected.put(name, value);
      }
      assertThat(table.has(inode)).isEqualTo(!expected.isEmpty());
      assertThat(names(inode)).containsExactlyElementsOf(expected.keySet());
      byte[] found = table.get(inode, bytes(name));
      assertThat(found == null ? null : new String(found, UTF_8)).isEqualTo(expected.get(name));
    }
    model.keySet().forEach(table::removeAll);
    assertThat(table.totalBytes()).isZero();
  }

  @Test
  void anInodeHasRoomForSoManyBytesAndNoMore() {
    byte[] name = bytes("user.a");
    int most = ExtendedAttributeTable.MAX_INODE_BYTES - 3 - name.length;
    assertThat(table.set(1, name, new byte[most + 1])).isFalse();
    assertThat(table.has(1)).isFalse();
    byte[] value = new byte[most];
    Arrays.fill(value, (byte) 0xEE);
    assertThat(table.set(1, name, value)).isTrue();
    assertThat(table.get(1, name)).isEqualTo(value);
    assertThat(table.set(1, bytes("user.b"), new byte[0])).isFalse();
    assertThat(table.set(1, name, new byte[0])).isTrue();
    assertThat(table.set(1, bytes("user.b"), new byte[0])).isTrue();
  }

  @Test
  void anInodeHasSoManyAttributesAndNoMore() {
    int most = ExtendedAttributeTable.MAX_INODE_ATTRIBUTES;
    for (int i = 0; i < most; i++) {
      assertThat(table.set(1, bytes("user." + i), new byte[1])).isTrue();
    }
    assertThat(table.set(1, bytes("user." + most), new byte[1])).isFalse();
    assertThat(table.set(1, bytes("user.0"), new byte[2])).as("another value").isTrue();
    assertThat(table.remove(1, bytes("user.1"))).isTrue();
    assertThat(table.set(1, bytes("user." + most), new byte[1])).isTrue();
    assertThat(names(1)).hasSize(most);
  }

  @Test
  void allInodesHaveRoomForSoManyBytesAndNoMore() {
    ExtendedAttributeTable small = new ExtendedAttributeTable(100);
    byte[] name = bytes("user.a");
    assertThat(small.hasRoomFor(1, name.length + 50)).isTrue();
    assertThat(small.set(1, name, new byte[50])).isTrue();
    assertThat(small.hasRoomFor(1, name.length)).isFalse();
    assertThat(small.set(2, name, new byte[0])).isFalse();
    assertThat(small.has(2)).isFalse();
    assertThat(small.remove(1, name)).isTrue();
    assertThat(small.totalBytes()).isZero();
    assertThat(small.set(2, name, new byte[67])).isTrue();
    assertThat(small.totalBytes()).isEqualTo(100);
  }
}
