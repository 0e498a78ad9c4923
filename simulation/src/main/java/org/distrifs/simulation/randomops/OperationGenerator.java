package org.distrifs.simulation.randomops;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Draws random operations from a seed. There are few names, so that operations hit the same files.
 * Offsets are mostly near the borders of blocks and chunks, where defects are most likely.
 */
public final class OperationGenerator {
  private static final int BLOCK_BYTES = 4096;
  private static final int SLOTS = 4;

  private final Random random;
  private final long chunkBytes;
  private final long maxFileBytes;
  private final List<String> files = new ArrayList<>();
  private final List<String> directories = List.of("d0", "d1", "d0/d2");

  /**
   * @param chunkBytes size of a chunk; offsets gather around its multiples
   * @param maxFileBytes no operation reaches past this offset, so that the local folder has room
   */
  public OperationGenerator(long seed, long chunkBytes, long maxFileBytes) {
    this.random = new Random(seed);
    this.chunkBytes = chunkBytes;
    this.maxFileBytes = maxFileBytes;
    for (final String folder : List.of("", "d0/", "d1/", "d0/d2/")) {
      for (int i = 0; i < 4; i++) {
        files.add(folder + "f" + i);
      }
    }
  }

  /** The next {@code count} operations. */
  public List<FileOperation> next(int count) {
    final List<FileOperation> operations = new ArrayList<>(count + directories.size());
    for (int i = 0; i < count; i++) {
      operations.add(next());
    }
    return operations;
  }

  private FileOperation next() {
    final int die = random.nextInt(100);
    if (die < 24) {
      return new FileOperation.Write(file(), offset(), length(), random.nextLong());
    } else if (die < 30) {
      return new FileOperation.Append(file(), length(), random.nextLong());
    } else if (die < 44) {
      return new FileOperation.Read(file(), offset(), length());
    } else if (die < 52) {
      return new FileOperation.Truncate(file(), offset());
    } else if (die < 69) {
      return namespaceOperation();
    } else if (die < 72) {
      return new FileOperation.Empty(file());
    } else if (die < 82) {
      return attributeOperation();
    }
    return slotOperation();
  }

  private FileOperation namespaceOperation() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> new FileOperation.Rename(any(), any());
      case 2 -> new FileOperation.HardLink(file(), file());
      case 3 -> new FileOperation.SymbolicLink(any(), file());
      case 4, 5 -> new FileOperation.Unlink(file());
      case 6 -> new FileOperation.MakeDirectory(any());
      default -> new FileOperation.RemoveDirectory(any());
    };
  }

  private FileOperation attributeOperation() {
    return switch (random.nextInt(4)) {
      case 0 -> new FileOperation.ChangeMode(file(), random.nextInt(512));
      case 1 ->
          new FileOperation.ChangeTime(
              file(), random.nextInt(2_000_000_000), random.nextInt(1_000_000_000));
      case 2 -> new FileOperation.List(directory());
      default -> new FileOperation.Stat(any());
    };
  }

  private FileOperation slotOperation() {
    final int slot = random.nextInt(SLOTS);
    return switch (random.nextInt(8)) {
      case 0, 1 -> new FileOperation.OpenSlot(slot, file());
      case 2, 3, 4 -> new FileOperation.WriteSlot(slot, offset(), length(), random.nextLong());
      case 5 -> new FileOperation.ReadSlot(slot, offset(), length());
      case 6 -> new FileOperation.SyncSlot(slot);
      default -> new FileOperation.CloseSlot(slot);
    };
  }

  private String file() {
    return files.get(random.nextInt(files.size()));
  }

  private String directory() {
    return directories.get(random.nextInt(directories.size()));
  }

  private String any() {
    return random.nextInt(4) == 0 ? directory() : file();
  }

  private long offset() {
    final long base =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> random.nextInt(16) * (long) BLOCK_BYTES;
          case 2 -> random.nextInt(3) * chunkBytes;
          default -> random.nextLong(maxFileBytes);
        };
    final long jitter = random.nextBoolean() ? 0 : random.nextInt(2 * BLOCK_BYTES) - BLOCK_BYTES;
    return Math.min(maxFileBytes, Math.max(0, base + jitter));
  }

  private int length() {
    return switch (random.nextInt(4)) {
      case 0 -> 1 + random.nextInt(64);
      case 1 -> BLOCK_BYTES * (1 + random.nextInt(4));
      case 2 -> 1 + random.nextInt(200_000);
      default -> 1 + random.nextInt(3 * BLOCK_BYTES);
    };
  }
}
