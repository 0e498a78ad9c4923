package org.distrifs.systemtests.blocks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.simulation.linearizability.LinearizabilityChecker;
import org.distrifs.simulation.linearizability.RegisterOperation;
import org.distrifs.simulation.linearizability.RegisterOperation.Kind;

/**
 * The operations of all clients on each block of one file, by one clock. A block is filled with one
 * number; the blocks of a new file hold 0. Thread-safe.
 */
public final class Histories {
  /** The unit that must be read whole: one block of a chunk. */
  public static final int BLOCK_BYTES = 4096;

  private final List<ConcurrentLinkedQueue<RegisterOperation>> blocks = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> torn = new ConcurrentLinkedQueue<>();
  private final AtomicLong nextValue = new AtomicLong(1);

  /** The histories of a new file with this many blocks. */
  public Histories(int blockCount) {
    for (int i = 0; i < blockCount; i++) {
      blocks.add(new ConcurrentLinkedQueue<>());
    }
  }

  public int blockCount() {
    return blocks.size();
  }

  /** A number that is never written again, so that a read shows which write it saw. */
  long freshValue() {
    return nextValue.getAndIncrement();
  }

  static ByteBuffer blockOf(long value) {
    final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    while (block.hasRemaining()) {
      block.putLong(value);
    }
    return block.flip();
  }

  void wrote(String client, int block, long value, long invokedNs, boolean succeeded) {
    // A failed write may still arrive, so it has no end.
    final long returnedNs = succeeded ? System.nanoTime() : RegisterOperation.NEVER;
    blocks.get(block).add(new RegisterOperation(client, Kind.WRITE, value, invokedNs, returnedNs));
  }

  /**
   * @param bytes the whole block as it was read
   */
  void read(String client, int block, ByteBuffer bytes, long invokedNs) {
    final long returnedNs = System.nanoTime();
    final long value = bytes.getLong();
    while (bytes.hasRemaining()) {
      final long other = bytes.getLong();
      if (other != value) {
        torn.add("%s read %d and %d in block %d".formatted(client, value, other, block));
        return;
      }
    }
    blocks.get(block).add(new RegisterOperation(client, Kind.READ, value, invokedNs, returnedNs));
  }

  /** How many operations are recorded. */
  public int size() {
    return blocks.stream().mapToInt(ConcurrentLinkedQueue::size).sum();
  }

  /** Why the histories are not linearizable; empty if they are. */
  public Optional<String> contradiction() {
    if (!torn.isEmpty()) {
      return Optional.of("torn blocks: " + torn);
    }
    for (int block = 0; block < blocks.size(); block++) {
      final Optional<String> found =
          LinearizabilityChecker.contradiction(List.copyOf(blocks.get(block)), 0);
      if (found.isPresent()) {
        return Optional.of("block " + block + ": " + found.get());
      }
    }
    return Optional.empty();
  }
}
