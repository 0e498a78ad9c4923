package org.distrifs.master.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of docs/journal.md. They must not change without a new format version. */
class JournalFormatTest {

  private static final HexFormat HEX = HexFormat.of();

  @Test
  void headerHasItsGoldenBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    new SegmentHeader(1, TestEntries.CLUSTER_ID, 42).encode(bytes);

    assertThat(HEX.formatHex(bytes.array()))
        .isEqualTo(
            "4446534a4f55524e00000001" + "1122334455667788" + "000000000000002a" + "e4be152f");
    assertThat(SegmentHeader.decode(bytes.flip()))
        .isEqualTo(new SegmentHeader(1, TestEntries.CLUSTER_ID, 42));
  }

  @Test
  void recordHasItsGoldenBytes() {
    byte[] operation = TestEntries.startTerm(5).toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(JournalRecord.OVERHEAD_BYTES + operation.length);
    JournalRecord.encode(bytes, 2, 43, 41, operation);

    assertThat(HEX.formatHex(bytes.array()))
        .isEqualTo(
            "02" + "00000018" + "000000000000002b" + "0000000000000029" + "12020805" + "7a5e188d");
    assertThat(JournalRecord.at(bytes.flip(), 0))
        .isEqualTo(new JournalRecord(2, 43, 41, 21, 4, 29));
  }

  @Test
  void everyFlippedBitOfARecordIsSeen() {
    byte[] operation = TestEntries.mutation(1, 20).toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(JournalRecord.OVERHEAD_BYTES + operation.length);
    JournalRecord.encode(bytes, 3, 2, 1, operation);
    bytes.flip();

    for (int bit = 0; bit < bytes.limit() * 8; bit++) {
      byte[] damaged = bytes.array().clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(JournalRecord.at(ByteBuffer.wrap(damaged), 0)).as("bit %d", bit).isNull();
    }
  }

  @Test
  void everyFlippedBitOfAHeaderIsSeen() {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    new SegmentHeader(1, TestEntries.CLUSTER_ID, 42).encode(bytes);

    for (int bit = 0; bit < bytes.limit() * 8; bit++) {
      byte[] damaged = bytes.array().clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(SegmentHeader.decode(ByteBuffer.wrap(damaged))).as("bit %d", bit).isNull();
    }
  }
}
