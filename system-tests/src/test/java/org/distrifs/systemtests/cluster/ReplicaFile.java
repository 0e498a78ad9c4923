package org.distrifs.systemtests.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The file of a replica, by the layout that {@code docs/chunk-store.md} describes. */
public final class ReplicaFile {
  private static final long META_BASE = 1L << 31;
  private static final int SLOT_DISTANCE = 4096;
  private static final int SLOT_BYTES = 512;
  private static final int GENERATION_OFFSET = 32;
  private static final int LENGTH_OFFSET = 44;

  private ReplicaFile() {}

  /** The first bytes of a replica; zeros behind its end. */
  public static byte[] firstBytes(Path file, int count) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return bytes.readNBytes(count);
    }
  }

  /** The first byte in which two replicas differ, of so many; negative if they are equal. */
  public static int mismatch(Path file, Path other, int count) throws IOException {
    return Arrays.mismatch(firstBytes(file, count), firstBytes(other, count));
  }

  /** Length of a replica by its last header, which may be behind while it is written to. */
  public static int lengthBytes(FileChannel file) throws IOException {
    final ByteBuffer slots = ByteBuffer.allocate(SLOT_DISTANCE + SLOT_BYTES);
    file.read(slots, META_BASE);
    final boolean isSecond =
        slots.getLong(SLOT_DISTANCE + GENERATION_OFFSET) > slots.getLong(GENERATION_OFFSET);
    return slots.getInt((isSecond ? SLOT_DISTANCE : 0) + LENGTH_OFFSET);
  }
}
