package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.distrifs.systemtests.cluster.LiveFiles;
import org.distrifs.systemtests.cluster.ReplicaFile;

/**
 * Flips bytes of replicas on disk, as ageing disks do. In a run only one replica of each chunk is
 * changed, so each block keeps a good replica.
 */
final class ByteFlips {
  private static final int FLIPS = 3;

  private final Random random;
  private final Map<String, String> nodeByChunk = new HashMap<>();

  ByteFlips(Random random) {
    this.random = random;
  }

  /**
   * Flips a byte in some replicas of a node.
   *
   * @param data the data folder of the node
   * @return how many bytes were flipped
   */
  int flipSome(String node, Path data) throws IOException {
    final List<Path> replicas = replicas(data);
    int flipped = 0;
    for (int i = 0; i < FLIPS && !replicas.isEmpty(); i++) {
      final Path replica = replicas.get(random.nextInt(replicas.size()));
      final String chunk = replica.getFileName().toString();
      if (nodeByChunk.computeIfAbsent(chunk, unused -> node).equals(node) && flip(replica)) {
        flipped++;
      }
    }
    return flipped;
  }

  private static List<Path> replicas(Path data) throws IOException {
    return LiveFiles.below(data.resolve("chunks")).stream()
        .filter(file -> !file.getFileName().toString().contains("."))
        .sorted()
        .toList();
  }

  private boolean flip(Path replica) {
    try (FileChannel file =
        FileChannel.open(replica, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      final int length = ReplicaFile.lengthBytes(file);
      if (length == 0) {
        return false;
      }
      final long at = random.nextInt(length);
      final ByteBuffer one = ByteBuffer.allocate(1);
      if (file.read(one, at) != 1) {
        return false;
      }
      one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
      file.write(one.flip(), at);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot flip a byte of " + replica, e);
    }
  }
}
