package org.distrifs.proto.checksum;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A 128-bit hash of bytes. A chain change compares hashes of each MiB to find out whether two
 * replicas are equal, without sending the bytes. The hash is MurmurHash3_x64_128 (Austin Appleby,
 * SMHasher) with seed 0.
 *
 * <p>It detects accidental differences. It does not resist somebody who looks for two contents with
 * the same hash; all he could reach is that his own data stays different on a replica that was cut
 * off. The digests of the JDK cost ten times as much or more (2 to 6 CPU seconds per GiB), and a
 * chunk is fenced while they are computed.
 */
public final class ContentHash {
  /** Bytes of a hash. */
  public static final int LENGTH = 16;

  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;

  private ContentHash() {}

  /**
   * Appends the hash of the readable bytes of {@code source} to {@code target}, {@value #LENGTH}
   * bytes. Does not move the source's position. Any thread.
   */
  public static void write(ByteBuffer source, ByteBuffer target) {
    final ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
    final int length = bytes.remaining();
    final int whole = length & ~(LENGTH - 1);
    long h1 = 0;
    long h2 = 0;
    for (int i = 0; i < whole; i += LENGTH) {
      h1 ^= mix1(bytes.getLong(i));
      h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
      h2 ^= mix2(bytes.getLong(i + Long.BYTES));
      h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
    }
    h1 ^= mix1(tail(bytes, whole, Math.min(length, whole + Long.BYTES)));
    h2 ^= mix2(tail(bytes, whole + Long.BYTES, length));
    h1 ^= length;
    h2 ^= length;
    h1 += h2;
    h2 += h1;
    h1 = finish(h1);
    h2 = finish(h2);
    h1 += h2;
    h2 += h1;
    target.putLong(h1).putLong(h2);
  }

  /**
   * The bytes from {@code from} to {@code to} as the low bytes of a number; 0 if the range is
   * empty.
   */
  private static long tail(ByteBuffer bytes, int from, int to) {
    long value = 0;
    for (int i = to - 1; i >= from; i--) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes.get(i));
    }
    return value;
  }

  private static long mix1(long k1) {
    return Long.rotateLeft(k1 * C1, 31) * C2;
  }

  private static long mix2(long k2) {
    return Long.rotateLeft(k2 * C2, 33) * C1;
  }

  private static long finish(long h) {
    long k = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    k = (k ^ k >>> 33) * 0xc4ceb9fe1a85ec53L;
    return k ^ k >>> 33;
  }
}
