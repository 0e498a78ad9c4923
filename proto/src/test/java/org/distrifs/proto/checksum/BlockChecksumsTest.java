package org.distrifs.proto.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32C;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class BlockChecksumsTest {
  private static final int BLOCK = 4096;

  private final Random random = new Random(Seeds.fromPropertyOrFresh());

  @Test
  void theCheckValueOfTheStandardIsMet() {
    final byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(BlockChecksums.of(ByteBuffer.wrap(digits))).isEqualTo(0xE3069283);
    assertThat(BlockChecksums.ZERO_BLOCK)
        .isEqualTo(BlockChecksums.of(ByteBuffer.allocateDirect(BLOCK)));
  }

  @Test
  void aRangeIsCutWhereBlocksBegin() {
    assertThat(BlockChecksums.count(0, 0)).isZero();
    assertThat(BlockChecksums.count(4095, 0)).isZero();
    assertThat(BlockChecksums.count(0, BLOCK)).isEqualTo(1);
    assertThat(BlockChecksums.count(4095, 2)).isEqualTo(2);
    assertThat(BlockChecksums.count(1, 3 * BLOCK)).isEqualTo(4);
    assertThat(BlockChecksums.count(Integer.MAX_VALUE - 1, 1)).isEqualTo(1);
    assertThatThrownBy(() -> BlockChecksums.count(Integer.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BlockChecksums.count(-1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void partsOfAnyBufferHaveTheChecksumsOfTheirBytes() {
    for (int round = 0; round < 500; round++) {
      final byte[] bytes = new byte[random.nextInt(5 * BLOCK)];
      random.nextBytes(bytes);
      final int offset = random.nextInt(1 << 26);
      final int[] expected = partByPart(bytes, offset);
      final ByteBuf direct = Unpooled.directBuffer().writeInt(0).writeBytes(bytes).skipBytes(4);
      final ByteBuf pieces = inPieces(bytes);

      assertThat(BlockChecksums.ofParts(direct, offset)).isEqualTo(expected);
      assertThat(BlockChecksums.ofParts(pieces, offset)).isEqualTo(expected);
      assertThat(BlockChecksums.ofParts(ByteBuffer.wrap(bytes), offset)).isEqualTo(expected);
      assertThat(BlockChecksums.firstMismatch(direct, offset, expected)).isEqualTo(-1);
      assertThat(direct.readableBytes()).isEqualTo(bytes.length);
      direct.release();
      pieces.release();
    }
  }

  @Test
  void theFirstPartThatDiffersIsNamed() {
    final ByteBuf bytes = Unpooled.directBuffer().writeZero(3 * BLOCK);
    final int[] checksums = BlockChecksums.ofParts(bytes, 0);
    bytes.setByte(2 * BLOCK - 1, 1);
    assertThat(BlockChecksums.firstMismatch(bytes, 0, checksums)).isEqualTo(1);
    assertThat(BlockChecksums.firstMismatch(bytes, 0, new int[0])).isZero();
    bytes.release();
  }

  @Test
  void theContentHashIsMurmur3() {
    assertThat(hash("")).isEqualTo("00000000000000000000000000000000");
    assertThat(hash("The quick brown fox jumps over the lazy dog"))
        .isEqualTo("e34bbc7bbc071b6c7a433ca9c49a9347");
    assertThat(hash("hello")).isEqualTo("cbd8a7b341bd9b025b1e906a48ae1d19");
  }

  private static String hash(String text) {
    final ByteBuffer target = ByteBuffer.allocate(ContentHash.LENGTH);
    ContentHash.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), target);
    return String.format("%016x%016x", target.getLong(0), target.getLong(8));
  }

  private ByteBuf inPieces(byte[] bytes) {
    final CompositeByteBuf pieces = Unpooled.compositeBuffer();
    int at = 0;
    while (at < bytes.length) {
      final int length = Math.min(bytes.length - at, 1 + random.nextInt(6000));
      pieces.addComponent(true, Unpooled.directBuffer(length).writeBytes(bytes, at, length));
      at += length;
    }
    return pieces;
  }

  private static int[] partByPart(byte[] bytes, int offset) {
    final int[] checksums = new int[BlockChecksums.count(offset, bytes.length)];
    int at = 0;
    for (int i = 0; i < checksums.length; i++) {
      final int toBoundary = BLOCK - (offset + at) % BLOCK;
      final int length = Math.min(toBoundary, bytes.length - at);
      final CRC32C crc = new CRC32C();
      crc.update(bytes, at, length);
      checksums[i] = (int) crc.getValue();
      at += length;
    }
    return checksums;
  }
}
