package org.distrifs.master.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class LockTableTest {
  private static final int BYTES = 24;
  private static final int OWNERS = 4;
  private static final int STEPS = 20_000;
  private static final LockedFile FILE = new LockedFile(7, false);

  private final LockTable table = new LockTable();

  @Test
  void whatIsLockedIsWhatAModelOfSingleBytesSays() {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    // Of each owner and byte: 0 unlocked, 1 read, 2 write.
    int[][] model = new int[OWNERS][BYTES];
    for (int step = 0; step < STEPS; step++) {
      int owner = random.nextInt(OWNERS);
      int start = random.nextInt(BYTES);
      int end = start + random.nextInt(BYTES - start);
      int type = random.nextInt(3);
      RangeLock lock = lock(owner, type == 2, start, end);
      boolean isFree = isFree(model, owner, type, start, end);
      String where = "seed " + seed + ", step " + step;
      if (type == 0) {
        assertThat(table.clear(FILE, lock)).as(where).isTrue();
      } else {
        assertThat(table.conflicts(FILE, lock).isEmpty()).as(where).isEqualTo(isFree);
        if (isFree) {
          assertThat(table.set(FILE, lock)).as(where).isTrue();
        }
      }
      if (isFree) {
        Arrays.fill(model[owner], start, end + 1, type);
      }
      assertThat(seen()).as(where).isEqualTo(ranges(model));
    }
  }

  private static boolean isFree(int[][] model, int owner, int type, int start, int end) {
    for (int other = 0; other < OWNERS; other++) {
      for (int at = start; at <= end; at++) {
        int held = model[other][at];
        if (other != owner && held != 0 && type != 0 && (held == 2 || type == 2)) {
          return false;
        }
      }
    }
    return true;
  }

  /** All locked ranges, found by conflicts with a write lock on everything. */
  private List<RangeLock> seen() {
    List<RangeLock> all =
        new ArrayList<>(table.conflicts(FILE, lock(99, true, 0, RangeLock.LAST_BYTE)));
    all.sort(
        (one, other) ->
            one.owner().equals(other.owner())
                ? Long.compare(one.start(), other.start())
                : one.owner().compareTo(other.owner()));
    return all;
  }

  /** Runs of bytes of one type. */
  private static List<RangeLock> ranges(int[][] model) {
    List<RangeLock> ranges = new ArrayList<>();
    for (int owner = 0; owner < OWNERS; owner++) {
      int start = 0;
      for (int at = 1; at <= BYTES; at++) {
        if (at == BYTES || model[owner][at] != model[owner][start]) {
          if (model[owner][start] != 0) {
            ranges.add(lock(owner, model[owner][start] == 2, start, at - 1));
          }
          start = at;
        }
      }
    }
    return ranges;
  }

  private static RangeLock lock(int owner, boolean isExclusive, long start, long end) {
    return new RangeLock(new LockOwner(owner / 2, owner), isExclusive, start, end, 1);
  }

  @Test
  void rangesReachToTheLastByte() {
    table.set(FILE, lock(1, true, 10, RangeLock.LAST_BYTE));
    table.set(FILE, lock(1, true, 5, 9));
    assertThat(seen()).containsExactly(lock(1, true, 5, RangeLock.LAST_BYTE));
    table.clear(FILE, lock(1, false, 100, RangeLock.LAST_BYTE));
    assertThat(seen()).containsExactly(lock(1, true, 5, 99));
    table.clear(FILE, lock(1, false, 0, RangeLock.LAST_BYTE));
    assertThat(seen()).isEmpty();
    assertThat(table).isEqualTo(new LockTable());
  }

  @Test
  void locksOfTheTwoKindsDoNotKnowOfEachOther() {
    table.set(FILE, lock(1, true, 0, RangeLock.LAST_BYTE));
    assertThat(table.conflicts(new LockedFile(7, true), lock(2, true, 0, RangeLock.LAST_BYTE)))
        .isEmpty();
  }

  @Test
  void aSessionTakesItsLocksAlongAndNoOthers() {
    LockOwner staying = new LockOwner(2, 1);
    for (long inode = 1; inode <= 3; inode++) {
      table.set(new LockedFile(inode, false), lock(0, false, 0, 5));
      table.set(new LockedFile(inode, false), lock(1, false, 0, 5));
      table.set(new LockedFile(inode, false), new RangeLock(staying, false, 0, 5, 1));
    }
    table.endSession(0);
    LockTable expected = new LockTable();
    for (long inode = 1; inode <= 3; inode++) {
      expected.set(new LockedFile(inode, false), new RangeLock(staying, false, 0, 5, 1));
      assertThat(table.conflicts(new LockedFile(inode, false), lock(3, true, 0, 9)))
          .containsExactly(new RangeLock(staying, false, 0, 5, 1));
    }
    assertThat(table).isEqualTo(expected).hasSameHashCodeAs(expected);
  }

  @Test
  void aFileHasALimitAndGivesRoomBack() {
    for (int at = 0; at < LockTable.MAX_PER_FILE; at++) {
      assertThat(table.set(FILE, lock(1, true, 2L * at, 2L * at))).isTrue();
    }
    assertThat(table.set(FILE, lock(2, true, 1, 1))).isFalse();
    assertThat(table.set(FILE, lock(1, true, 1, 1))).as("it merges three").isTrue();
    assertThat(table.set(FILE, lock(2, true, 3, 3))).isTrue();
    table.clear(FILE, lock(1, true, 10, 10));
    table.set(FILE, lock(1, true, 0, 100));
    table.forget(FILE.inode());
    assertThat(table).isEqualTo(new LockTable());
    assertThat(table.set(FILE, lock(2, true, 1, 1))).isTrue();
  }

  @Test
  void aSessionHasALimitOverAllFiles() {
    int files = LockTable.MAX_PER_SESSION / LockTable.MAX_PER_FILE;
    for (int file = 0; file < files; file++) {
      for (int at = 0; at < LockTable.MAX_PER_FILE; at++) {
        assertThat(table.set(new LockedFile(file, false), lock(1, true, 2L * at, 2L * at)))
            .isTrue();
      }
    }
    assertThat(table.set(new LockedFile(files, false), lock(1, true, 1, 1))).isFalse();
    assertThat(table.set(new LockedFile(files, false), lock(2, true, 1, 1))).isTrue();
  }
}
