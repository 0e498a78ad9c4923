package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.SEEK_DATA;
import static org.distrifs.systemtests.conformance.Calls.SEEK_HOLE;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.fallocate;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.fsync;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.lseek;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Errno.EBADF;
import static org.distrifs.systemtests.conformance.Errno.EFBIG;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENXIO;
import static org.distrifs.systemtests.conformance.Errno.EOPNOTSUPP;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** fallocate(2), and lseek(2) with SEEK_DATA and SEEK_HOLE. */
abstract class AllocationCases extends Cases {
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;
  private static final int PAGE = 4096;
  private static final long BLOCKS_OF_PAGE = PAGE / 512;

  AllocationCases(Target target) {
    super(target);
  }

  private static int fileOfPages(int pages) {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    pwrite(file, "x".repeat(pages * PAGE), 0);
    fsync(file);
    return file;
  }

  @Test
  void makesAFileLonger() throws Exception {
    int file = fileOfPages(1);
    marks("mc", "f", () -> expect(OK, () -> fallocate(file, 0, 0, 10 * PAGE)));
    same("size", 10L * PAGE, fstat(file).size());
    holds("blocks: " + fstat(file).blocks(), fstat(file).blocks() >= 10 * PAGE / 512);
    same("content", "xx\0\0", pread(file, 4, PAGE - 2));
    expect(OK, () -> fallocate(file, 0, 0, PAGE));
    same("size", 10L * PAGE, fstat(file).size());
    same("content", "xx", pread(file, 2, 0));
    close(file);
  }

  @Test
  void keepsTheSizeWhenTold() throws Exception {
    int file = fileOfPages(1);
    expect(OK, () -> fallocate(file, KEEP_SIZE, 0, 100 * PAGE));
    same("size", (long) PAGE, fstat(file).size());
    same("content", "xx", pread(file, 10, PAGE - 2));
    ftruncate(file, 2 * PAGE);
    same("content", "xx\0\0", pread(file, 4, PAGE - 2));
    close(file);
  }

  @Test
  void punchesHoles() throws Exception {
    int file = fileOfPages(10);
    marks(
        "mc",
        "f",
        () -> expect(OK, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 2 * PAGE, 3 * PAGE)));
    same("size", 10L * PAGE, fstat(file).size());
    same("before the hole", "xx\0\0", pread(file, 4, 2 * PAGE - 2));
    same("in the hole", "\0".repeat(3 * PAGE), pread(file, 3 * PAGE, 2 * PAGE));
    same("behind the hole", "\0\0xx", pread(file, 4, 5 * PAGE - 2));
    expect(OK, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 7 * PAGE + 100, 50));
    same("a part of a page", "x" + "\0".repeat(50) + "x", pread(file, 52, 7 * PAGE + 99));
    expect(OK, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 9 * PAGE, 100 * PAGE));
    same("size", 10L * PAGE, fstat(file).size());
    same("to the end", "x\0", pread(file, 2, 9 * PAGE - 1));
    expect(EOPNOTSUPP, () -> fallocate(file, PUNCH_HOLE, 0, PAGE));
    close(file);
  }

  @Test
  void zeroesRanges() throws Exception {
    int file = fileOfPages(4);
    expect(OK, () -> fallocate(file, ZERO_RANGE, PAGE + 10, PAGE));
    same("zeroed", "x" + "\0".repeat(PAGE) + "x", pread(file, PAGE + 2, PAGE + 9));
    expect(OK, () -> fallocate(file, ZERO_RANGE | KEEP_SIZE, 3 * PAGE, 10 * PAGE));
    same("size", 4L * PAGE, fstat(file).size());
    same("zeroed to the end", "x\0", pread(file, 2, 3 * PAGE - 1));
    expect(OK, () -> fallocate(file, ZERO_RANGE, 3 * PAGE, 10 * PAGE));
    same("size", 13L * PAGE, fstat(file).size());
    same("content", "\0\0", pread(file, 2, 12 * PAGE));
    close(file);
  }

  @Test
  void showsInTheBlocksOfTheFile() throws Exception {
    int file = fileOfPages(64);
    long full = fstat(file).blocks();
    holds("blocks: " + full, full >= 64 * BLOCKS_OF_PAGE);
    expect(OK, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 16 * PAGE - 1, 16 * PAGE + 2));
    same("after punching", full - 16 * BLOCKS_OF_PAGE, fstat(file).blocks());
    expect(OK, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 16 * PAGE, 16 * PAGE));
    same("after punching again", full - 16 * BLOCKS_OF_PAGE, fstat(file).blocks());
    pwrite(file, "y", 20 * PAGE + 5);
    fsync(file);
    same("after a write", full - 15 * BLOCKS_OF_PAGE, fstat(file).blocks());
    expect(OK, () -> fallocate(file, KEEP_SIZE, 16 * PAGE, 16 * PAGE));
    // A local file system may need a block of its own for so many ranges.
    long filled = fstat(file).blocks();
    holds("after filling the hole: " + filled, filled >= full && filled <= full + BLOCKS_OF_PAGE);
    same("what was written", "\0y\0", pread(file, 3, 20 * PAGE + 4));
    close(file);
  }

  @Test
  void behindTheEndIsAllocatedUntilTheSizeIsSet() throws Exception {
    int file = fileOfPages(4);
    long full = fstat(file).blocks();
    expect(OK, () -> fallocate(file, KEEP_SIZE, 4 * PAGE, 60 * PAGE));
    same("after allocating", full + 60 * BLOCKS_OF_PAGE, fstat(file).blocks());
    pwrite(file, "z".repeat(PAGE), 4 * PAGE);
    fsync(file);
    same("after a write there", full + 60 * BLOCKS_OF_PAGE, fstat(file).blocks());
    ftruncate(file, 5 * PAGE);
    same("after setting the size", full + BLOCKS_OF_PAGE, fstat(file).blocks());
    ftruncate(file, 0);
    same("without bytes", 0L, fstat(file).blocks());
    close(file);
  }

  @Test
  void ofZerosKeepsTheBlocks() throws Exception {
    int file = fileOfPages(4);
    long full = fstat(file).blocks();
    expect(OK, () -> fallocate(file, ZERO_RANGE, 0, 8 * PAGE));
    same("blocks", full + 4 * BLOCKS_OF_PAGE, fstat(file).blocks());
    close(file);
  }

  @Test
  void refusesWhatIsWrong() throws Exception {
    int file = fileOfPages(1);
    marks(
        "",
        "f",
        () -> {
          expect(EINVAL, () -> fallocate(file, 0, 0, 0));
          expect(EINVAL, () -> fallocate(file, 0, -1, 10));
          expect(EINVAL, () -> fallocate(file, 0, 0, -1));
          expect(EFBIG, () -> fallocate(file, 0, Long.MAX_VALUE, 10));
          expect(EOPNOTSUPP, () -> fallocate(file, 1 << 10, 0, 10));
        });
    close(file);
    int reader = open("f", O_RDONLY);
    expect(EBADF, () -> fallocate(reader, 0, 0, PAGE));
    close(reader);
    mkdir("d", 0755);
    int directory = open("d", O_RDONLY);
    expect(EBADF, () -> fallocate(directory, 0, 0, PAGE));
    close(directory);
  }

  @Test
  void seekFindsDataAndHoles() throws Exception {
    long far = 64L << 20;
    int file = open("f", O_CREAT | O_RDWR, 0644);
    expect(ENXIO, () -> lseek(file, 0, SEEK_DATA));
    expect(ENXIO, () -> lseek(file, 0, SEEK_HOLE));
    pwrite(file, "x".repeat(PAGE), far);
    fsync(file);
    long end = far + PAGE;
    same("first data", far, lseek(file, 0, SEEK_DATA));
    same("data within data", far + 5, lseek(file, far + 5, SEEK_DATA));
    same("first hole", 0L, lseek(file, 0, SEEK_HOLE));
    same("a hole within a hole", 5L, lseek(file, 5, SEEK_HOLE));
    same("hole at the end", end, lseek(file, far, SEEK_HOLE));
    expect(ENXIO, () -> lseek(file, end, SEEK_DATA));
    expect(ENXIO, () -> lseek(file, end, SEEK_HOLE));
    expect(ENXIO, () -> lseek(file, end + 1, SEEK_DATA));
    ftruncate(file, 2 * far);
    same("hole behind the data", end, lseek(file, far, SEEK_HOLE));
    expect(ENXIO, () -> lseek(file, end, SEEK_DATA));
    same("hole", 2 * far - 1, lseek(file, 2 * far - 1, SEEK_HOLE));
    close(file);
  }

  @Test
  void seekFindsAPunchedHole() throws Exception {
    int file = fileOfPages(64);
    fallocate(file, PUNCH_HOLE | KEEP_SIZE, 16 * PAGE, 16 * PAGE);
    same("hole", 16L * PAGE, lseek(file, 0, SEEK_HOLE));
    same("data behind it", 32L * PAGE, lseek(file, 16 * PAGE, SEEK_DATA));
    same("hole at the end", 64L * PAGE, lseek(file, 32 * PAGE, SEEK_HOLE));
    close(file);
  }

  @Test
  void seekTakesWhatIsAllocatedAndNotWrittenForAHole() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    fallocate(file, 0, 0, 20 * PAGE);
    expect(ENXIO, () -> lseek(file, 0, SEEK_DATA));
    same("hole", 0L, lseek(file, 0, SEEK_HOLE));
    pwrite(file, "x".repeat(PAGE), 10 * PAGE);
    hasDataInPageTen(file);
    fsync(file);
    hasDataInPageTen(file);
    close(file);
    int again = open("f", O_RDWR);
    hasDataInPageTen(again);
    same("blocks", 20 * BLOCKS_OF_PAGE, fstat(again).blocks());
    fallocate(again, 0, 5 * PAGE, 30 * PAGE);
    hasDataInPageTen(again);
    pwrite(again, "x", 34 * PAGE + 10);
    fsync(again);
    same("data at the end", 34L * PAGE, lseek(again, 11 * PAGE, SEEK_DATA));
    same("content", "x\0", pread(again, 2, 11 * PAGE - 1));
    close(again);
  }

  private void hasDataInPageTen(int file) throws Exception {
    same("first data", 10L * PAGE, lseek(file, 0, SEEK_DATA));
    same("data within data", 10L * PAGE + 7, lseek(file, 10 * PAGE + 7, SEEK_DATA));
    same("hole before it", 0L, lseek(file, 0, SEEK_HOLE));
    same("hole behind it", 11L * PAGE, lseek(file, 10 * PAGE, SEEK_HOLE));
    expect(ENXIO, () -> lseek(file, 11 * PAGE, SEEK_DATA));
  }

  @Test
  void seekTakesAZeroedRangeForAHole() throws Exception {
    int file = fileOfPages(8);
    fallocate(file, ZERO_RANGE, 2 * PAGE, 3 * PAGE);
    fsync(file);
    same("hole", 2L * PAGE, lseek(file, 0, SEEK_HOLE));
    same("data behind it", 5L * PAGE, lseek(file, 2 * PAGE, SEEK_DATA));
    close(file);
  }
}
