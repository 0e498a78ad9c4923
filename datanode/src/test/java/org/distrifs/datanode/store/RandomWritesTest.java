package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.expectedChecksums;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomWritesTest {
  private static final int CHUNKS = 6;
  private static final int MAX_LENGTH = 3 << 20;
  private static final int OPERATIONS = 1500;

  @TempDir Path folder;

  private final byte[][] model = new byte[CHUNKS][0];
  private final int[] version = new int[CHUNKS];
  private final long[] order = new long[CHUNKS];
  private final List<List<WriteId>> recent = new ArrayList<>();

  /** Uses more chunks than may be open, so that files are closed and opened again all the time. */
  @Test
  void anyWritesCutsSyncsAndRestartsLeaveTheBytesOfAnArray() throws Exception {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    Arrays.fill(version, 1);
    for (int i = 0; i < CHUNKS; i++) {
      recent.add(new ArrayList<>());
    }
    try (StoreFixture fixture = new StoreFixture(folder)) {
      for (int i = 0; i < OPERATIONS; i++) {
        step(fixture, random);
        if (i % 50 == 0) {
          compareAll(fixture, "seed " + seed + ", operation " + i);
        }
      }
      compareAll(fixture, "seed " + seed + ", at the end");
    }
  }

  private void step(StoreFixture fixture, Random random) throws Exception {
    int chunk = random.nextInt(CHUNKS);
    int dice = random.nextInt(100);
    boolean exists = fixture.store().find(chunk) != null;
    if (dice < 85 || !exists) {
      write(fixture, random, chunk);
    } else if (dice < 90) {
      await(fixture.store().sync(chunk));
    } else if (dice < 97) {
      cutOrExtend(fixture, random, chunk);
    } else {
      fixture.store().close();
      if (fixture.isOneFile(chunk) && random.nextInt(3) == 0) {
        fixture.splitFile(chunk);
      }
      fixture.open(StoreFixture.BOOT);
    }
  }

  private void write(StoreFixture fixture, Random random, int chunk) {
    int length =
        switch (random.nextInt(4)) {
          case 0 -> 1 + random.nextInt(200);
          case 1 -> 4096 * (1 + random.nextInt(40));
          case 2 -> 1 + random.nextInt(40_000);
          default -> 1 + random.nextInt(600_000);
        };
    int end = model[chunk].length;
    int offset =
        switch (random.nextInt(4)) {
          case 0 -> end;
          case 1 -> 4096 * random.nextInt(MAX_LENGTH / 4096);
          case 2 -> end == 0 ? 0 : random.nextInt(end);
          default -> random.nextInt(MAX_LENGTH);
        };
    byte[] bytes = new byte[length];
    if (random.nextInt(4) > 0) {
      random.nextBytes(bytes);
    }
    fixture.put(chunk, version[chunk], offset, bytes, ++order[chunk]);
    recent.get(chunk).add(new WriteId(StoreFixture.SESSION, order[chunk]));
    model[chunk] = Arrays.copyOf(model[chunk], Math.max(end, offset + length));
    System.arraycopy(bytes, 0, model[chunk], offset, length);
  }

  private void cutOrExtend(StoreFixture fixture, Random random, int chunk) {
    boolean keep = random.nextInt(4) == 0;
    int length = keep ? DataRequest.KEEP_LENGTH : random.nextInt(model[chunk].length + 20_000);
    await(fixture.store().install(chunk, ++version[chunk], List.of(1, 2), length));
    order[chunk] = 0;
    if (!keep) {
      model[chunk] = Arrays.copyOf(model[chunk], length);
    }
  }

  private void compareAll(StoreFixture fixture, String when) throws Exception {
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      ReplicaState state = fixture.store().find(chunk);
      if (state == null) {
        continue;
      }
      assertThat(state.version()).as(when).isEqualTo(version[chunk]);
      assertThat(state.lastOrder()).as(when).isEqualTo(order[chunk]);
      assertThat(state.suspect()).as(when).isFalse();
      assertThat(fixture.contents(chunk)).as(when).isEqualTo(model[chunk]);
      assertThat(fixture.checksums(chunk)).as(when).isEqualTo(expectedChecksums(model[chunk]));
      fixture.assertBytesOnDisk(chunk, model[chunk], when);
      List<WriteId> remembered = await(fixture.store().open(chunk)).recentWrites();
      List<WriteId> applied = recent.get(chunk);
      int from = Math.max(0, applied.size() - ChunkStore.MAX_RECENT_WRITES_OF_SESSION);
      assertThat(remembered).as(when).isEqualTo(applied.subList(from, applied.size()));
    }
  }
}
