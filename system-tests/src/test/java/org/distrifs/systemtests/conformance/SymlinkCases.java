package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.readlink;
import static org.distrifs.systemtests.conformance.Calls.stat;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENAMETOOLONG;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** symlink(2), readlink(2). */
abstract class SymlinkCases extends Cases {
  private static final int LONGEST_TARGET = 4095;

  SymlinkCases(Target target) {
    super(target);
  }

  @Test
  void keepsItsTargetByteForByte() throws Exception {
    StringBuilder bytes = new StringBuilder();
    for (char value = 1; value < 256; value++) {
      bytes.append(value);
    }
    String[] targets = {"x", ".", "..", "/", "//x//", "none/at/all", bytes.toString()};
    for (int index = 0; index < targets.length; index++) {
      String path = "s" + index;
      symlink(targets[index], path);
      same("target", targets[index], readlink(path));
      same("size", (long) targets[index].length(), lstat(path).size());
      sameMode(FileType.SYMLINK.bits() | 0777, lstat(path).mode());
      links(1, path);
    }
  }

  @Test
  void hasATargetOf4095BytesAtMost() throws Exception {
    for (int length : new int[] {59, 60, 255, 256, 1023, 1024, 4000, LONGEST_TARGET}) {
      String target = "t".repeat(length);
      String path = "s" + length;
      expect(OK, () -> symlink(target, path));
      same("target", target, readlink(path));
      same("size", (long) length, lstat(path).size());
    }
    expect(ENAMETOOLONG, () -> symlink("t".repeat(LONGEST_TARGET + 1), "longer"));
    expect(ENOENT, () -> symlink("", "empty"));
    expect(ENOENT, () -> lstat("longer"));
  }

  @Test
  void isFollowedFromItsOwnPlace() throws Exception {
    mkdir("d", 0755);
    write("d/f", "text");
    symlink("f", "d/s");
    symlink("d/s", "s");
    symlink("d", "to");
    symlink("../d/f", "d/up");
    same("inode", lstat("d/f").inode(), stat("s").inode());
    same("inode", lstat("d/f").inode(), stat("to/s").inode());
    same("inode", lstat("d/f").inode(), stat("to/up").inode());
    expect(ENOENT, () -> stat("d/none"));
  }

  @Test
  void isAllThatReadlinkReads() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      type.make(type.name(), 0644);
      expect(EINVAL, () -> readlink(type.name()));
    }
  }

  @Test
  void canBeOpenedOnlyAsAPath() throws Exception {
    symlink("none", "s");
    expect(Errno.ELOOP, () -> Calls.open("s", Calls.O_RDONLY | Calls.O_NOFOLLOW));
    int path = Calls.open("s", Calls.O_PATH | Calls.O_NOFOLLOW);
    sameMode(FileType.SYMLINK.bits() | 0777, Calls.fstat(path).mode());
    Calls.close(path);
  }
}
