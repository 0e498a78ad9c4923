package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The formats of {@code docs/chunk-store.md}, byte by byte. */
class GoldenBytesTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;

  @Test
  void aHeaderSlotIsLaidOutAsDocumented() throws Exception {
    BitSet dirty = new BitSet();
    dirty.set(0);
    dirty.set(9);
    MetaHeader header =
        new MetaHeader(
            ReplicaForm.ONE_FILE,
            new UUID(0x0102030405060708L, 0x1112131415161718L),
            5,
            7,
            4097,
            33,
            34,
            new UUID(0x2122232425262728L, 0x3132333435363738L),
            List.of(1, 2, 3),
            dirty);
    ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
    header.encode(slot);
    String hex = HEX.formatHex(slot.array());
    assertThat(hex.substring(0, 2 * 152))
        .isEqualTo(
            "444653434 84e4b4d 0002 0000 00000000".replace(" ", "")
                + "01020304050607081112131415161718"
                + "0000000000000005 00000007 00001001".replace(" ", "")
                + "0000000000000021 0000000000000022".replace(" ", "")
                + "21222324252627283132333435363738"
                + "0003 0000 00000001 00000002 00000003".replace(" ", "")
                + "00".repeat(152 - 96));
    assertThat(hex.substring(2 * 152, 2 * 154)).isEqualTo("0102");
    assertThat(hex.substring(2 * 154, 2 * 508)).isEqualTo("00".repeat(508 - 154));
    assertThat(MetaHeader.decode(slot, 0)).isEqualTo(header);
  }

  @Test
  void aHeaderSlotOfAReplicaInTwoFilesHasItsFormatAndNoNumber() throws Exception {
    ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
    header(ReplicaForm.TWO_FILES).encode(slot);
    assertThat(HEX.formatHex(slot.array(), 8, 12)).isEqualTo("00010000");
    assertThat(slot.getLong(56)).isZero();
    assertThat(MetaHeader.decode(slot, 0)).isEqualTo(header(ReplicaForm.TWO_FILES));
    slot.putLong(56, 99);
    slot.putInt(508, Crc.of(slot, 0, 508));
    assertThat(MetaHeader.decode(slot, 0).lastNumber()).as("of no meaning").isZero();
  }

  private static MetaHeader header(ReplicaForm form) {
    return new MetaHeader(
        form, new UUID(1, 2), 5, 7, 4097, 33, 0, new UUID(3, 4), List.of(1), new BitSet());
  }

  @Test
  void everyFlippedByteOfAHeaderSlotIsNoticed() throws Exception {
    MetaHeader header = header(ReplicaForm.ONE_FILE);
    ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
    header.encode(slot);
    for (int i = 0; i < MetaLayout.SLOT_BYTES; i++) {
      slot.put(i, (byte) ~slot.get(i));
      assertThat(MetaHeader.decode(slot, 0)).as("byte " + i).isNull();
      slot.put(i, (byte) ~slot.get(i));
    }
  }

  @Test
  void aHeaderOfAnotherFormatIsRefusedByName() {
    ByteBuffer slot = ByteBuffer.allocate(MetaLayout.SLOT_BYTES);
    header(ReplicaForm.ONE_FILE).encode(slot);
    slot.putShort(8, (short) 9);
    slot.putInt(508, Crc.of(slot, 0, 508));
    assertThatThrownBy(() -> MetaHeader.decode(slot, 0))
        .isInstanceOf(MetaHeader.UnknownFormatException.class)
        .hasMessageContaining("format 9")
        .hasMessageContaining("formats 1 and 2");
  }

  @Test
  void theFileOfAReplicaIsLaidOutAsDocumented() throws Exception {
    byte[] bytes = "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (StoreFixture fixture = new StoreFixture(folder)) {
      fixture.put(0x030201, 1, 0, bytes, 1);
      StoreFixture.await(fixture.store().sync(0x030201));
    }
    Path data =
        folder
            .resolve("chunks")
            .resolve("03")
            .resolve("02")
            .resolve("11223344-5566-7788-0000-000000030201");
    long base = 1L << 31;
    assertThat(data).hasSize(base + 40960 + 512);
    assertThat(data.resolveSibling(data.getFileName() + ".meta")).doesNotExist();
    byte[] start = new byte[4096];
    byte[] meta = new byte[40960 + 512];
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "r")) {
      file.readFully(start);
      file.seek(base);
      file.readFully(meta);
    }
    assertThat(start).isEqualTo(Arrays.copyOf(bytes, start.length));
    // The store was closed: the newest header is the clean one, of generation 2.
    assertThat(HEX.formatHex(meta, 0, 12))
        .isEqualTo("444653434 84e4b4d 0002 0000".replace(" ", ""));
    assertThat(HEX.formatHex(meta, 44, 64))
        .as("length, order, number")
        .isEqualTo("00000005" + "0000000000000001" + "0000000000000001");
    // The first slot of recent writes: session 99, sequence 1, number 1, length 5, CRC.
    assertThat(HEX.formatHex(meta, 8192, 8192 + 28))
        .isEqualTo("0000000000000063" + "0000000000000001" + "0000000000000001" + "00000005");
    // CRC32C of "hello" is 9a71bb4c (RFC 3720's polynomial).
    assertThat(HEX.formatHex(meta, 40960, 40964)).isEqualTo("9a71bb4c");
    assertThat(HEX.formatHex(meta, 40964, 40960 + 508)).isEqualTo("00".repeat(504));
  }
}
