package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class ExtentBufferTest {
  private static final int SLOT_BYTES = 64 << 10;
  private static final int FILE_BYTES = 4 * SLOT_BYTES;

  @Test
  void adjacentWritesBecomeOneExtent() {
    ExtentBuffer buffer = new ExtentBuffer(SLOT_BYTES);
    write(buffer, 100, new byte[50]);
    write(buffer, 150, new byte[50]);
    write(buffer, 0, new byte[100]);
    List<Extent> extents = buffer.takeAll();
    assertThat(extents).hasSize(1);
    assertThat(extents.get(0).start()).isZero();
    assertThat(extents.get(0).end()).isEqualTo(200);
    extents.forEach(Extent::release);
  }

  @Test
  void anExtentThatReachesTheEndOfItsSlotIsFull() {
    ExtentBuffer buffer = new ExtentBuffer(SLOT_BYTES);
    write(buffer, 0, new byte[SLOT_BYTES - 1]);
    assertThat(buffer.takeFull(0)).isNull();
    write(buffer, SLOT_BYTES - 1, new byte[1]);
    Extent full = buffer.takeFull(SLOT_BYTES - 1);
    assertThat(full.length()).isEqualTo(SLOT_BYTES);
    assertThat(buffer.isEmpty()).isTrue();
    full.release();
  }

  @Test
  void theNewestBytesWinAndMemoryIsCountedExactly() {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      ExtentBuffer buffer = new ExtentBuffer(SLOT_BYTES);
      byte[] bytes = new byte[FILE_BYTES];
      boolean[] written = new boolean[FILE_BYTES];
      int memory = 0;
      for (int step = 0; step < 80; step++) {
        memory += randomWrite(buffer, bytes, written, random, "seed " + seed);
        check(buffer, bytes, written, memory, "seed " + seed + " round " + round + " step " + step);
      }
      buffer.takeAll().forEach(Extent::release);
    }
  }

  private static int randomWrite(
      ExtentBuffer buffer, byte[] bytes, boolean[] written, Random random, String where) {
    int offset = random.nextInt(FILE_BYTES);
    int most = SLOT_BYTES - offset % SLOT_BYTES;
    int length = 1 + random.nextInt(random.nextBoolean() ? Math.min(most, 3_000) : most);
    byte[] data = new byte[length];
    random.nextBytes(data);
    System.arraycopy(data, 0, bytes, offset, length);
    Arrays.fill(written, offset, offset + length, true);
    int promised = buffer.memoryFor(offset, length);
    int grew = write(buffer, offset, data);
    assertThat(grew).as(where).isLessThanOrEqualTo(promised);
    return grew;
  }

  private static int write(ExtentBuffer buffer, long offset, byte[] data) {
    return buffer.write(offset, ByteBuffer.wrap(data));
  }

  private static void check(
      ExtentBuffer buffer, byte[] bytes, boolean[] written, int memory, String where) {
    List<Extent> extents = new ArrayList<>();
    buffer.overlapping(0, FILE_BYTES, extents::add);
    boolean[] covered = new boolean[FILE_BYTES];
    int capacity = 0;
    for (Extent extent : extents) {
      capacity += extent.capacity();
      assertThat(extent.start() / SLOT_BYTES).as(where).isEqualTo((extent.end() - 1) / SLOT_BYTES);
      byte[] held = new byte[extent.length()];
      var retained = extent.retained();
      retained.getBytes(0, held);
      retained.release();
      for (int i = 0; i < held.length; i++) {
        int at = (int) extent.start() + i;
        if (covered[at] || held[i] != bytes[at]) {
          throw new AssertionError(where + ": wrong or doubly held at " + at);
        }
        covered[at] = true;
      }
    }
    assertThat(capacity).as(where).isEqualTo(memory);
    assertThat(Arrays.mismatch(covered, written)).as(where).isEqualTo(-1);
  }
}
