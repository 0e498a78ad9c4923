package org.distrifs.systemtests.blocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A program that writes whole blocks through a mount, each durable when the write returns. */
public final class SynchronousWriter {
  private final String name;
  private final Path file;
  private final Histories histories;
  private final Random random;

  public SynchronousWriter(String name, Path file, Histories histories, long seed) {
    this.name = name;
    this.file = file;
    this.histories = histories;
    this.random = new Random(seed);
  }

  /**
   * Writes until {@code over} is true. After an error it opens the file again, as a program would.
   */
  public void run(BooleanSupplier over) {
    while (!over.getAsBoolean()) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.SYNC)) {
        writeUntilAnError(channel, over);
      } catch (IOException e) {
        // The close reports the write that has failed already.
        continue;
      }
    }
  }

  private void writeUntilAnError(FileChannel channel, BooleanSupplier over) {
    boolean succeeded = true;
    while (succeeded && !over.getAsBoolean()) {
      final int block = random.nextInt(histories.blockCount());
      final long value = histories.freshValue();
      final ByteBuffer bytes = Histories.blockOf(value);
      final long invokedNs = System.nanoTime();
      try {
        channel.write(bytes, (long) block * Histories.BLOCK_BYTES);
        succeeded = !bytes.hasRemaining();
      } catch (IOException e) {
        succeeded = false;
      }
      histories.wrote(name, block, value, invokedNs, succeeded);
    }
  }
}
