package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_DIRECTORY;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.entries;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;
import static org.distrifs.systemtests.conformance.Errno.ENOTEMPTY;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** rmdir(2). */
abstract class RmdirCases extends Cases {
  RmdirCases(Target target) {
    super(target);
  }

  @Test
  void removesAnEmptyDirectoryAndMarksItsParent() throws Exception {
    mkdir("p", 0755);
    mkdir("p/d", 0755);
    links(3, "p");
    marks("mc", "p", () -> expect(OK, () -> rmdir("p/d")));
    links(2, "p");
    expect(ENOENT, () -> lstat("p/d"));
    expect(ENOENT, () -> rmdir("p/d"));
  }

  @Test
  void refusesWhatIsNotEmpty() throws Exception {
    for (FileType type : FileType.values()) {
      mkdir("d", 0755);
      type.make("d/x", 0644);
      marks("", "d", () -> expect(ENOTEMPTY, () -> rmdir("d")));
      type.remove("d/x");
      expect(OK, () -> rmdir("d"));
    }
  }

  @Test
  void refusesWhatIsNoDirectory() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      type.make(type.name(), 0644);
      expect(ENOTDIR, () -> rmdir(type.name()));
    }
    mkdir("d", 0755);
    Calls.symlink("d", "s");
    expect(ENOTDIR, () -> rmdir("s"));
  }

  @Test
  void needsWritePermissionOnTheParentAndNoneOnTheDirectory() throws Exception {
    mkdir("p", 0777);
    mkdir("p/d", 0);
    chmod("p", 0555);
    marks(
        "",
        "p",
        () -> marks("", "p/d", () -> expect(EACCES, Identity.STRANGER, () -> rmdir("p/d"))));
    chmod("p", 0777);
    expect(OK, Identity.STRANGER, () -> rmdir("p/d"));
  }

  @Test
  void leavesAnOpenDirectoryEmptyAndWithoutLinks() throws Exception {
    mkdir("d", 0755);
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    rmdir("d");
    same("links", 0, fstat(directory).nlink());
    expect(ENOENT, () -> entries(directory, 4096));
    expect(ENOENT, () -> open("/proc/self/fd/" + directory + "/x", Calls.O_CREAT, 0644));
    expect(OK, () -> Calls.fchmod(directory, 0700));
    sameMode(0700, fstat(directory).permissions());
    close(directory);
  }
}
