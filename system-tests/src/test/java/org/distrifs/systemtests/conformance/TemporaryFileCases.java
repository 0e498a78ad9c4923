package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.AT_FDCWD;
import static org.distrifs.systemtests.conformance.Calls.AT_SYMLINK_FOLLOW;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_TMPFILE;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.linkat;
import static org.distrifs.systemtests.conformance.Calls.list;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.util.List;
import org.junit.jupiter.api.Test;

/** open(2) with O_TMPFILE. */
abstract class TemporaryFileCases extends Cases {
  TemporaryFileCases(Target target) {
    super(target);
  }

  @Test
  void hasNoNameUntilItIsGivenOne() throws Exception {
    mkdir("d", 0755);
    int file = open("d", O_TMPFILE | O_RDWR, 0640);
    write(file, "text");
    same("links", 0, fstat(file).nlink());
    sameMode(FileType.REGULAR.bits() | 0640, fstat(file).mode());
    same("names", List.of(), list("d"));
    same("content", "text", pread(file, 10, 0));
    expect(OK, () -> linkat(AT_FDCWD, "/proc/self/fd/" + file, "d/named", AT_SYMLINK_FOLLOW));
    links(1, "d/named");
    same("content", "text", content("d/named"));
    close(file);
    same("content", "text", content("d/named"));
  }

  @Test
  void madeExclusivelyGetsNoName() throws Exception {
    int file = open(".", O_TMPFILE | O_EXCL | O_RDWR, 0600);
    expect(ENOENT, () -> linkat(AT_FDCWD, "/proc/self/fd/" + file, "named", AT_SYMLINK_FOLLOW));
    close(file);
  }

  @Test
  void needsADirectoryThatMayBeWrittenAndAModeThatWrites() throws Exception {
    mkdir("d", 0755);
    FileType.REGULAR.make("f", 0666);
    expect(EINVAL, () -> open("d", O_TMPFILE | O_RDONLY, 0600));
    expect(ENOTDIR, () -> open("f", O_TMPFILE | O_RDWR, 0600));
    expect(ENOENT, () -> open("none", O_TMPFILE | O_RDWR, 0600));
    expect(EACCES, Identity.STRANGER, () -> open("d", O_TMPFILE | O_RDWR, 0600));
    expect(OK, () -> close(open("d", O_TMPFILE | O_WRONLY, 0600)));
  }
}
