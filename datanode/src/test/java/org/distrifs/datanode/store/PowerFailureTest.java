package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.await;
import static org.distrifs.datanode.store.StoreFixture.buffer;
import static org.distrifs.datanode.store.StoreFixture.expectedChecksums;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Whatever a stop of the process or the machine leaves, in the middle of an operation or between
 * two: what was synced is there, and what is trusted is right.
 */
class PowerFailureTest {
  private static final int CHUNKS = 3;
  private static final int MAX_LENGTH = 300_000;
  private static final int FAILURES = 150;
  private static final int BLOCK = MetaLayout.BLOCK_BYTES;

  private Random random;
  private LossyDisk disk;
  private StoreFixture fixture;
  private String when;
  private long boots = 100;
  private boolean sameBoot;

  private final Expected[] chunks = new Expected[CHUNKS];

  /** What is known of a replica. */
  private static final class Expected {
    private final long chunkId;
    private int version = 1;
    private long order;

    /** What was acknowledged, as other members have it. */
    private byte[] bytes = new byte[0];

    /** What was made durable; null if the replica never was. */
    private byte[] synced;

    /** Blocks that were changed since. */
    private final BitSet changed = new BitSet();

    Expected(long chunkId) {
      this.chunkId = chunkId;
    }

    void synced() {
      synced = bytes.clone();
      changed.clear();
    }

    Expected copy() {
      Expected copy = new Expected(chunkId);
      copy.version = version;
      copy.order = order;
      copy.bytes = bytes;
      copy.synced = synced;
      copy.changed.or(changed);
      return copy;
    }

    /** Whether a replica with these bytes may be trusted. */
    boolean isWholly(byte[] found) {
      return changed.isEmpty() && Arrays.equals(found, synced);
    }
  }

  @Test
  void whatWasSyncedIsThereAndWhatIsTrustedIsRight() throws Exception {
    long seed = Seeds.fromPropertyOrFresh();
    random = new Random(seed);
    disk = new LossyDisk(random);
    for (int i = 0; i < CHUNKS; i++) {
      chunks[i] = new Expected(40 + i);
    }
    fixture = new StoreFixture(Path.of("/data"), disk);
    for (int failure = 0; failure < FAILURES; failure++) {
      when = "seed " + seed + ", failure " + failure;
      if (random.nextInt(3) == 0) {
        chunks[random.nextInt(CHUNKS)] = new Expected(100 + failure);
      }
      Expected[] before = runUntilStop();
      fail();
      for (int i = 0; i < CHUNKS; i++) {
        compare(before[i], chunks[i]);
      }
    }
    fixture.close();
  }

  @Test
  void aDeletedReplicaIsInItsPlaceOrInTheTrash() throws Exception {
    long seed = Seeds.fromPropertyOrFresh();
    random = new Random(seed);
    disk = new LossyDisk(random);
    fixture = new StoreFixture(Path.of("/data"), disk);
    for (int chunk = 1; chunk <= 100; chunk++) {
      byte[] bytes = StoreFixture.patterned(5000, chunk);
      fixture.put(chunk, 1, 0, bytes, 1);
      await(fixture.store().install(chunk, 2, List.of(1), DataRequest.KEEP_LENGTH));
      if (random.nextBoolean()) {
        fixture.store().close();
        fixture.splitFile(chunk);
        fixture.open(new UUID(1, boots));
      }
      int before = fixture.store().replicasInTrash();
      disk.stopAfter(random.nextInt(6));
      await(fixture.store().discard(chunk, 2, Removal.TO_TRASH));
      fail();
      when = "seed " + seed + ", chunk " + chunk;
      boolean isInPlace = fixture.store().find(chunk) != null;
      assertThat(fixture.store().replicasInTrash() - before).as(when).isEqualTo(isInPlace ? 0 : 1);
      if (isInPlace) {
        assertThat(fixture.contents(chunk)).as(when).isEqualTo(bytes);
      }
    }
    fixture.close();
  }

  /** The states before the operation that was stopped; after it they are in {@link #chunks}. */
  private Expected[] runUntilStop() throws Exception {
    if (random.nextInt(4) > 0) {
      disk.stopAfter(random.nextInt(60));
    }
    int operations = random.nextInt(30);
    for (int i = 0; i < operations; i++) {
      Expected[] before = Arrays.stream(chunks).map(Expected::copy).toArray(Expected[]::new);
      step(chunks[random.nextInt(CHUNKS)]);
      if (disk.hasStopped()) {
        return before;
      }
    }
    return Arrays.stream(chunks).map(Expected::copy).toArray(Expected[]::new);
  }

  private void step(Expected chunk) throws Exception {
    int dice = random.nextInt(100);
    if (dice < 70 || fixture.store().find(chunk.chunkId) == null) {
      write(chunk);
    } else if (dice < 85) {
      await(fixture.store().sync(chunk.chunkId));
      chunk.synced();
    } else if (dice < 92) {
      install(chunk, random.nextBoolean() ? DataRequest.KEEP_LENGTH : random.nextInt(MAX_LENGTH));
    } else if (dice < 96) {
      await(fixture.store().replaceRecentWrites(chunk.chunkId, List.of()));
    } else {
      restart();
    }
  }

  private void write(Expected chunk) {
    int offset = random.nextInt(MAX_LENGTH);
    if (random.nextInt(3) == 0) {
      offset = chunk.bytes.length;
    }
    byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 20_000 : 500)];
    random.nextBytes(bytes);
    int from = Math.min(offset, chunk.bytes.length);
    int end = offset + bytes.length;
    boolean sync = random.nextInt(4) == 0;
    DataRequest.Write write =
        StoreFixture.write(chunk.chunkId, chunk.version, offset, bytes, ++chunk.order)
            .withSync(sync);
    await(fixture.store().write(write, false, buffer(bytes)));
    chunk.bytes = Arrays.copyOf(chunk.bytes, Math.max(chunk.bytes.length, end));
    System.arraycopy(bytes, 0, chunk.bytes, offset, bytes.length);
    chunk.changed.set(from / BLOCK, (end - 1) / BLOCK + 1);
    if (sync && !disk.hasStopped()) {
      chunk.synced();
    }
  }

  private void install(Expected chunk, int length) {
    await(fixture.store().install(chunk.chunkId, ++chunk.version, List.of(1, 2), length));
    chunk.order = 0;
    if (length != DataRequest.KEEP_LENGTH) {
      chunk.bytes = Arrays.copyOf(chunk.bytes, length);
    }
    chunk.synced();
  }

  /** In order: everything is durable, and the marks that say so may not be. */
  private void restart() throws Exception {
    fixture.store().close();
    if (!disk.hasStopped()) {
      disk.doNotStop();
      for (Expected chunk : chunks) {
        boolean isThere = disk.exists(fixture.dataFile(chunk.chunkId));
        if (isThere && fixture.isOneFile(chunk.chunkId) && random.nextInt(4) == 0) {
          fixture.splitFile(chunk.chunkId);
        }
      }
    }
    for (Expected chunk : chunks) {
      if (disk.exists(fixture.dataFile(chunk.chunkId))) {
        chunk.synced();
      }
    }
    fixture.open(new UUID(1, boots));
  }

  private void fail() throws Exception {
    fixture.store().abandon();
    sameBoot = random.nextInt(3) == 0;
    if (sameBoot) {
      disk.loseProcess();
    } else {
      disk.losePower();
      boots++;
    }
    fixture.open(new UUID(1, boots));
  }

  /**
   * @param before the operation that was stopped
   * @param after it, had it ended
   */
  private void compare(Expected before, Expected after) throws Exception {
    ReplicaState state = fixture.store().find(after.chunkId);
    if (state == null) {
      assertThat(before.synced).as("lost at " + when).isNull();
      assertThat(sameBoot && before.bytes.length > 0).as("lost at " + when).isFalse();
      forget(after);
      return;
    }
    byte[] found = fixture.rawBytes(after.chunkId);
    if (!state.suspect()) {
      assertThat(before.isWholly(found) || after.isWholly(found)).as("trusted at " + when).isTrue();
      assertThat(fixture.contents(after.chunkId)).as(when).isEqualTo(found);
      after.bytes = found;
      after.version = state.version();
      after.order = state.lastOrder();
      after.synced();
      return;
    }
    assertUntouched(before, after, found);
    if (!sameBoot && random.nextBoolean()) {
      // Power failed everywhere: what the others kept is shorter than what was written here.
      after.bytes = before.synced == null ? new byte[0] : before.synced;
    }
    reconcile(after, state.version(), found);
  }

  /** Blocks that nobody changed are as they were, and match. */
  private void assertUntouched(Expected before, Expected after, byte[] found) {
    byte[] kept = sameBoot ? before.bytes : before.synced;
    if (kept == null) {
      return;
    }
    int length = Math.min(kept.length, (sameBoot ? after.bytes : after.synced).length);
    assertThat(found.length).as("length at " + when).isGreaterThanOrEqualTo(length);
    BitSet changed = new BitSet();
    changed.or(after.changed);
    if (sameBoot) {
      changed.andNot(before.changed);
      changed.or(differences(before.bytes, after.bytes));
    } else {
      changed.or(before.changed);
    }
    if (before.bytes.length != after.bytes.length) {
      // The length changes the checksum of the block in which the shorter one ends.
      changed.set(Math.min(before.bytes.length, after.bytes.length) / BLOCK);
    }
    BitSet mismatches = await(fixture.store().digest(after.chunkId, 0)).mismatches();
    for (int block = 0; block < MetaLayout.blocks(length); block++) {
      if (!changed.get(block)) {
        int from = block * BLOCK;
        int end = Math.min(from + BLOCK, length);
        assertThat(mismatches.get(block)).as("block " + block + " at " + when).isFalse();
        assertThat(Arrays.mismatch(found, from, end, kept, from, end))
            .as("block " + block + " at " + when)
            .isNegative();
      }
    }
  }

  private static BitSet differences(byte[] some, byte[] others) {
    BitSet blocks = new BitSet();
    int length = Math.min(some.length, others.length);
    for (int from = 0; from < length; from += BLOCK) {
      int end = Math.min(from + BLOCK, length);
      blocks.set(from / BLOCK, Arrays.mismatch(some, from, end, others, from, end) >= 0);
    }
    return blocks;
  }

  /** Makes the replica equal to another member, which lost nothing. */
  private void reconcile(Expected chunk, int version, byte[] found) {
    chunk.version = Math.max(chunk.version, version);
    if (random.nextInt(3) == 0) {
      await(fixture.store().join(chunk.chunkId));
    }
    await(fixture.store().resize(chunk.chunkId, chunk.bytes.length));
    BitSet mismatches =
        chunk.bytes.length == 0
            ? new BitSet()
            : await(fixture.store().digest(chunk.chunkId, 0)).mismatches();
    for (int block = 0; block < MetaLayout.blocks(chunk.bytes.length); block++) {
      int from = block * BLOCK;
      byte[] right =
          Arrays.copyOfRange(chunk.bytes, from, Math.min(from + BLOCK, chunk.bytes.length));
      boolean differs =
          from + right.length > found.length
              || Arrays.mismatch(right, 0, right.length, found, from, from + right.length) >= 0;
      if (differs || mismatches.get(block)) {
        await(
            fixture
                .store()
                .replaceBlocks(chunk.chunkId, from, expectedChecksums(right), buffer(right)));
      }
    }
    await(fixture.store().replaceRecentWrites(chunk.chunkId, List.of(new WriteId(5, 6))));
    install(chunk, DataRequest.KEEP_LENGTH);
    assertThat(fixture.contents(chunk.chunkId)).as("reconciled at " + when).isEqualTo(chunk.bytes);
  }

  private static void forget(Expected chunk) {
    chunk.bytes = new byte[0];
    chunk.synced = null;
    chunk.order = 0;
    chunk.version = 1;
    chunk.changed.clear();
  }
}
