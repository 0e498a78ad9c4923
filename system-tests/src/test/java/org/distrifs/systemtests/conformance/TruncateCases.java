package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.truncate;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EBADF;
import static org.distrifs.systemtests.conformance.Errno.EFBIG;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** truncate(2), ftruncate(2), and the largest files. */
abstract class TruncateCases extends Cases {
  TruncateCases(Target target) {
    super(target);
  }

  @Test
  void makesAFileShorterAndLonger() throws Exception {
    write("f", "0123456789");
    for (long size : new long[] {10, 5, 5, 0, 1, 4096, 100_000, 3, 1L << 40, 0}) {
      expect(OK, () -> truncate("f", size));
      same("size", size, lstat("f").size());
    }
    write("f", "0123456789");
    truncate("f", 4);
    truncate("f", 8);
    same("content", "0123\0\0\0\0", content("f"));
    Calls.symlink("f", "s");
    expect(OK, () -> truncate("s", 2));
    same("content", "01", content("f"));
  }

  @Test
  void worksOnADescriptor() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    write(file, "0123456789");
    for (long size : new long[] {10, 5, 5, 0, 1, 4096, 100_000, 3, 1L << 40, 0}) {
      expect(OK, () -> ftruncate(file, size));
      same("size", size, fstat(file).size());
      same("size", size, lstat("f").size());
    }
    pwrite(file, "0123456789", 0);
    ftruncate(file, 4);
    ftruncate(file, 8);
    same("content", "0123\0\0\0\0", pread(file, 100, 0));
    close(file);
  }

  @Test
  void marksBothTimes() throws Exception {
    write("f", "0123456789");
    marks("mc", "f", () -> truncate("f", 5));
    marks("mc", "f", () -> truncate("f", 50));
    marks("mc", "f", () -> truncate("f", 50));
    int file = open("f", O_RDWR);
    marks("mc", "f", () -> ftruncate(file, 5));
    marks("mc", "f", () -> ftruncate(file, 50));
    marks("mc", "f", () -> ftruncate(file, 50));
    close(file);
  }

  @Test
  void refusesWhatHasNoSize() throws Exception {
    mkdir("d", 0755);
    expect(EISDIR, () -> truncate("d", 0));
    int directory = open("d", O_RDONLY);
    expect(EINVAL, () -> ftruncate(directory, 0));
    close(directory);
    for (FileType type :
        new FileType[] {
          FileType.FIFO, FileType.SOCKET, FileType.CHARACTER_DEVICE, FileType.BLOCK_DEVICE
        }) {
      type.make(type.name(), 0644);
      expect(EINVAL, () -> truncate(type.name(), 0));
    }
  }

  @Test
  void refusesANegativeSize() throws Exception {
    write("f", "text");
    int file = open("f", O_RDWR);
    marks(
        "",
        "f",
        () -> {
          expect(EINVAL, () -> truncate("f", -1));
          expect(EINVAL, () -> truncate("f", Long.MIN_VALUE));
          expect(EINVAL, () -> ftruncate(file, -1));
        });
    same("size", 4L, lstat("f").size());
    close(file);
  }

  @Test
  void needsWritePermission() throws Exception {
    write("f", "text");
    chmod("f", 0444);
    marks("", "f", () -> expect(EACCES, Identity.STRANGER, () -> truncate("f", 0)));
    chmod("f", 0222);
    expect(OK, Identity.STRANGER, () -> truncate("f", 1));
    same("size", 1L, lstat("f").size());
    int reader = open("f", O_RDONLY);
    expect(EINVAL, () -> ftruncate(reader, 0));
    close(reader);
    expect(EBADF, () -> ftruncate(reader, 0));
  }

  @Test
  void goesToTheEndOfTheLargestFileAndNoFurther() throws Exception {
    long largest = target().largestFileBytes();
    int file = open("f", O_CREAT | O_RDWR, 0644);
    expect(OK, () -> truncate("f", largest));
    same("size", largest, lstat("f").size());
    same("at its end", "\0", pread(file, 1, largest - 1));
    ftruncate(file, 0);
    expect(OK, () -> pwrite(file, "x", largest - 2));
    same("size", largest - 1, fstat(file).size());
    same("at its end", "x", pread(file, 1, largest - 2));
    holds("few blocks: " + fstat(file).blocks(), fstat(file).blocks() < 1 << 20);
    expect(OK, () -> pwrite(file, "y", largest - 1));
    same("size", largest, fstat(file).size());
    same("at its end", "y", pread(file, 1, largest - 1));
    if (largest < Long.MAX_VALUE) {
      expect(EFBIG, () -> truncate("f", largest + 1));
      expect(EFBIG, () -> pwrite(file, "x", largest));
    } else {
      expect(EINVAL, () -> pwrite(file, "x", largest)); // Its end would be no offset.
    }
    expect(OK, () -> ftruncate(file, 0));
    close(file);
  }
}
