package org.distrifs.client.fake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.distrifs.client.OpenFile;

/** What tests write into files and read from them. */
public final class FileBytes {
  private FileBytes() {}

  /** Random bytes, the same for each call with one length. */
  public static ByteBuffer bytes(int length) {
    return bytes(length, length);
  }

  /** Random bytes, the same for each call with one length and seed. */
  public static ByteBuffer bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.allocateDirect(length).put(bytes).flip();
  }

  /** Reads up to {@code length} bytes at an offset. */
  public static ByteBuffer read(OpenFile from, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    from.read(offset, target);
    return target.flip();
  }
}
