package org.distrifs.proto.checksum;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * CRC32C (RFC 3720, appendix B.4) of the parts of a range that fall into the 4 KiB blocks of a
 * chunk.
 *
 * <p>A range of a chunk touches one block or more; the first and the last part may be fragments,
 * and each part has its own checksum, in order. Nothing is copied, and no method moves an index of
 * the buffer it is given. Any thread.
 */
public final class BlockChecksums {
  /** Bytes of a block. */
  public static final int BLOCK_BYTES = 4096;

  private static final int BLOCK_SHIFT = Integer.numberOfTrailingZeros(BLOCK_BYTES);
  private static final int BLOCK_MASK = BLOCK_BYTES - 1;

  private static final ThreadLocal<CRC32C> CRC = ThreadLocal.withInitial(CRC32C::new);

  /** The checksum of a whole block of zeros. */
  public static final int ZERO_BLOCK = of(ByteBuffer.allocate(BLOCK_BYTES));

  private BlockChecksums() {}

  /**
   * How many blocks a range touches.
   *
   * @param offset of the range in its chunk, in bytes, 0 or more
   * @param length bytes, 0 or more
   * @throws IllegalArgumentException if one is negative or they add up to more than 2^31 - 1
   */
  public static int count(int offset, int length) {
    if (offset < 0 || length < 0 || length > Integer.MAX_VALUE - offset) {
      throw new IllegalArgumentException(length + " bytes at offset " + offset + " are no range");
    }
    return length == 0 ? 0 : ((offset + length - 1) >>> BLOCK_SHIFT) - (offset >>> BLOCK_SHIFT) + 1;
  }

  /** Length of part {@code index} of a range: a whole block, or less at either end. */
  public static int partLength(int offset, int length, int index) {
    final int first = Math.min(length, BLOCK_BYTES - (offset & BLOCK_MASK));
    return index == 0 ? first : Math.min(BLOCK_BYTES, length - first - (index - 1) * BLOCK_BYTES);
  }

  /** The checksum of all readable bytes, as one part. */
  public static int of(ByteBuffer bytes) {
    final CRC32C crc = CRC.get();
    crc.reset();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** The checksum of all readable bytes, as one part. */
  public static int of(ByteBuf bytes) {
    return of(bytes, bytes.readerIndex(), bytes.readableBytes());
  }

  /** The checksum of a part of a buffer, at an absolute index. */
  public static int of(ByteBuf bytes, int index, int length) {
    final CRC32C crc = CRC.get();
    crc.reset();
    if (bytes.nioBufferCount() == 1) {
      crc.update(bytes.nioBuffer(index, length));
    } else {
      for (final ByteBuffer piece : bytes.nioBuffers(index, length)) {
        crc.update(piece);
      }
    }
    return (int) crc.getValue();
  }

  /**
   * The checksums of the parts of all readable bytes.
   *
   * @param offset in the chunk of the first readable byte
   */
  public static int[] ofParts(ByteBuf bytes, int offset) {
    final int length = bytes.readableBytes();
    final int[] checksums = new int[count(offset, length)];
    if (bytes.nioBufferCount() == 1) {
      final ByteBuffer view = bytes.nioBuffer();
      final CRC32C crc = CRC.get();
      for (int i = 0; i < checksums.length; i++) {
        checksums[i] = next(view, partLength(offset, length, i), crc);
      }
    } else {
      int at = bytes.readerIndex();
      for (int i = 0; i < checksums.length; i++) {
        final int part = partLength(offset, length, i);
        checksums[i] = of(bytes, at, part);
        at += part;
      }
    }
    return checksums;
  }

  /** Like {@link #ofParts(ByteBuf, int)}. */
  public static int[] ofParts(ByteBuffer bytes, int offset) {
    final int length = bytes.remaining();
    final int[] checksums = new int[count(offset, length)];
    final ByteBuffer view = bytes.duplicate();
    final CRC32C crc = CRC.get();
    for (int i = 0; i < checksums.length; i++) {
      checksums[i] = next(view, partLength(offset, length, i), crc);
    }
    return checksums;
  }

  /**
   * Compares the readable bytes with the checksums of their parts.
   *
   * @param offset in the chunk of the first readable byte
   * @return the index of the first part that does not match; -1 if all match. Too few or too many
   *     checksums are a mismatch of the first part that has no counterpart
   */
  public static int firstMismatch(ByteBuf bytes, int offset, int[] checksums) {
    final int[] computed = ofParts(bytes, offset);
    return Arrays.mismatch(computed, checksums);
  }

  private static int next(ByteBuffer view, int length, CRC32C crc) {
    view.limit(view.position() + length);
    crc.reset();
    crc.update(view);
    return (int) crc.getValue();
  }
}
