package org.distrifs.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.range.BlockRanges;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random reads, writes, truncations, zeroings, extensions, searches for data and holes, flushes and
 * reopenings on a few files, compared with byte arrays; at the end a second client reads what the
 * first left behind.
 */
class RandomFileOperationsTest {
  private static final int FILES = 3;

  /** Bounds for a packet that is lost several times in a row. */
  private static final ClientSettings SETTINGS = FakeCluster.settings(500, 5_000);

  private static final int MAX_SIZE = 5 * FakeCluster.CHUNK_BYTES;
  private static final int OPERATIONS = 3_000;

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void close() throws Exception {
    cluster.close();
  }

  /** The expected contents of a file. */
  private static final class Model {
    private byte[] bytes = new byte[0];

    void write(int offset, byte[] data) {
      if (bytes.length < offset + data.length) {
        bytes = Arrays.copyOf(bytes, offset + data.length);
      }
      System.arraycopy(data, 0, bytes, offset, data.length);
    }

    void truncate(int size) {
      bytes = Arrays.copyOf(bytes, size);
    }

    void extend(int size) {
      truncate(Math.max(size, bytes.length));
    }

    void zero(int offset, int length) {
      if (offset < bytes.length) {
        Arrays.fill(bytes, offset, Math.min(bytes.length, offset + length), (byte) 0);
      }
    }

    boolean isZero(long from, long to) {
      for (int at = (int) from; at < Math.min(to, bytes.length); at++) {
        if (bytes[at] != 0) {
          return false;
        }
      }
      return true;
    }

    byte[] read(int offset, int length) {
      int end = Math.min(bytes.length, offset + length);
      return offset >= end ? new byte[0] : Arrays.copyOfRange(bytes, offset, end);
    }
  }

  @Test
  void filesHoldWhatWasWrittenWhenNothingFails() throws IOException {
    runRandomOperations(Seeds.fromPropertyOrFresh());
  }

  @Test
  void filesHoldWhatWasWrittenThoughRequestsAndAnswersAreLost() throws IOException {
    long seed = Seeds.fromPropertyOrFresh();
    injectFaults(seed);
    runRandomOperations(seed);
  }

  private void injectFaults(long seed) {
    Random random = new Random(seed ^ 0xfa17);
    cluster.datanodes().setFaults(request -> fate(random, request));
    Random master = new Random(seed ^ 0x3a57e4);
    AtomicInteger countdown = new AtomicInteger();
    cluster
        .master()
        .breakStreams(
            operation -> countdown.incrementAndGet() > 30 && master.nextInt(40) == 0,
            operation -> countdown.get() > 30 && master.nextInt(40) == 0);
  }

  private static Fate fate(Random random, DataRequest request) {
    int die = random.nextInt(400);
    if (request instanceof DataRequest.Read) {
      return switch (die) {
        case 0 -> Fate.LOSE_ANSWER;
        case 1 -> Fate.CORRUPT_ANSWER;
        case 2 -> Fate.REFUSE_CORRUPT_REPLICA;
        case 3 -> Fate.REFUSE_NO_LEASE;
        case 4 -> Fate.CHANGE_CHAIN;
        case 5 -> Fate.RESTART_NODE;
        default -> Fate.SERVE;
      };
    }
    return switch (die) {
      case 0, 1, 2 -> Fate.LOSE_ANSWER;
      case 3, 4, 5 -> Fate.LOSE_REQUEST;
      case 6, 7 -> Fate.REFUSE_OVERLOADED;
      case 8 -> Fate.REFUSE_NO_LEASE;
      case 9 -> Fate.REFUSE_CORRUPT_REQUEST;
      case 10 -> Fate.CHANGE_CHAIN;
      case 11 -> Fate.RESTART_NODE;
      default -> Fate.SERVE;
    };
  }

  private void runRandomOperations(long seed) throws IOException {
    Random random = new Random(seed);
    List<Model> models = new ArrayList<>();
    DistriFsClient client = cluster.client(SETTINGS);
    List<OpenFile> files = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      models.add(new Model());
      files.add(create(client, "file-" + i));
    }
    for (int step = 0; step < OPERATIONS; step++) {
      int i = random.nextInt(FILES);
      files.set(i, step(client, files.get(i), models.get(i), random, seed, step));
    }
    for (OpenFile file : files) {
      file.close();
    }
    client.close();
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    cluster.master().breakStreams(operation -> false, operation -> false);
    try (DistriFsClient second = cluster.client(SETTINGS)) {
      for (int i = 0; i < FILES; i++) {
        long inode = second.metadata().lookup(1, ByteString.copyFromUtf8("file-" + i)).getInode();
        try (OpenFile file = second.open(inode)) {
          compare(file, models.get(i), 0, MAX_SIZE, "seed " + seed + ", second client, file " + i);
        }
      }
    }
    assertThat(cluster.datanodes().violations()).as("seed %d", seed).isEmpty();
  }

  private static OpenFile create(DistriFsClient client, String name) throws IOException {
    return client.createAndOpen(
        1, ByteString.copyFromUtf8(name), 0x8000 | 0644, true, Caller.getDefaultInstance());
  }

  private OpenFile step(
      DistriFsClient client, OpenFile file, Model model, Random random, long seed, int step)
      throws IOException {
    String where = "seed " + seed + ", step " + step + ", inode " + file.inode();
    switch (random.nextInt(29)) {
      case 0, 1, 2, 3, 4, 5, 6 -> {
        byte[] data = bytes(random, 1 + random.nextInt(random.nextBoolean() ? 50_000 : 300));
        int offset = random.nextInt(MAX_SIZE - data.length);
        file.write(offset, direct(data));
        model.write(offset, data);
      }
      case 7, 8 -> {
        byte[] data = bytes(random, 1 + random.nextInt(9_000));
        if (model.bytes.length + data.length < MAX_SIZE) {
          assertThat(file.append(direct(data))).as(where).isEqualTo(model.bytes.length);
          model.write(model.bytes.length, data);
        }
      }
      case 9 -> {
        int size = random.nextInt(MAX_SIZE);
        file.truncate(size);
        model.truncate(size);
      }
      case 10 -> file.flush();
      case 11 -> file.sync();
      case 12 -> {
        long inode = file.inode();
        file.close();
        return client.open(inode);
      }
      case 13 -> assertThat(file.attributes().getSize()).as(where).isEqualTo(model.bytes.length);
      case 14 -> {
        for (int at = 0; at < model.bytes.length; at += 10_000) {
          compare(file, model, at, 10_000, where);
        }
      }
      case 15, 16 -> {
        int offset = random.nextInt(MAX_SIZE);
        int length = random.nextInt(random.nextBoolean() ? MAX_SIZE : 5_000);
        file.zero(offset, length);
        model.zero(offset, length);
      }
      case 17 -> {
        int size = random.nextInt(MAX_SIZE);
        file.extend(size);
        model.extend(size);
      }
      case 18, 19 -> {
        int offset = random.nextInt(MAX_SIZE);
        int length = 1 + random.nextInt(random.nextBoolean() ? MAX_SIZE : 20_000);
        file.punch(offset, length);
        model.zero(offset, length);
      }
      case 20 -> file.allocate(random.nextInt(MAX_SIZE), 1 + random.nextInt(50_000));
      case 21, 22 -> seek(file, model, random.nextInt(MAX_SIZE), where);
      default -> compare(file, model, random.nextInt(MAX_SIZE), 1 + random.nextInt(60_000), where);
    }
    return file;
  }

  private static void compare(OpenFile file, Model model, int offset, int length, String where)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    int read = file.read(offset, target);
    target.flip();
    byte[] found = new byte[target.remaining()];
    target.get(found);
    byte[] expected = model.read(offset, length);
    int mismatch = Arrays.mismatch(found, expected);
    assertThat(mismatch)
        .as("%s: read of %d at %d first differs at", where, length, offset)
        .isEqualTo(-1);
    assertThat(read).isEqualTo(expected.length);
  }

  private static void seek(OpenFile file, Model model, long offset, String where)
      throws IOException {
    long data = file.nextData(offset, MAX_SIZE);
    assertThat(data).as(where).isBetween(offset, (long) MAX_SIZE);
    assertThat(model.isZero(offset, data))
        .as("%s: a hole from %d to %d", where, offset, data)
        .isTrue();
    long hole = file.nextHole(data, MAX_SIZE);
    if (data < MAX_SIZE) {
      assertThat(hole).as(where).isGreaterThan(data);
    }
    long blockEnd = hole - hole % BlockRanges.BLOCK_BYTES + BlockRanges.BLOCK_BYTES;
    boolean found = hole < MAX_SIZE;
    assertThat(!found || model.isZero(hole, blockEnd)).as("%s: a hole at %d", where, hole).isTrue();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
