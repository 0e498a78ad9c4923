package org.distrifs.systemtests.blocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;

/** A client with a session of its own. It opens the file again for each block that it reads. */
public final class FreshReader {
  private final String name;
  private final DistriFsClient client;
  private final long inode;
  private final Histories histories;
  private final Random random;

  /**
   * @param client is not closed by this object
   */
  public FreshReader(
      String name, DistriFsClient client, long inode, Histories histories, long seed) {
    this.name = name;
    this.client = client;
    this.inode = inode;
    this.histories = histories;
    this.random = new Random(seed);
  }

  /** Reads until {@code over} is true. */
  public void run(BooleanSupplier over) {
    final ByteBuffer bytes = ByteBuffer.allocateDirect(Histories.BLOCK_BYTES);
    while (!over.getAsBoolean()) {
      final int block = random.nextInt(histories.blockCount());
      final long invokedNs = System.nanoTime();
      try (OpenFile file = client.open(inode)) {
        bytes.clear();
        file.read((long) block * Histories.BLOCK_BYTES, bytes);
      } catch (IOException e) {
        // Nothing was read, so nothing is recorded.
        continue;
      }
      if (bytes.hasRemaining()) {
        throw new AssertionError(name + " met the end of the file in block " + block);
      }
      histories.read(name, block, bytes.flip(), invokedNs);
    }
  }
}
