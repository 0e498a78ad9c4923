package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** unlink(2), and files that are open when their last name goes. */
abstract class UnlinkCases extends Cases {
  UnlinkCases(Target target) {
    super(target);
  }

  @Test
  void removesAnythingButDirectories() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      type.make("x", 0644);
      expect(OK, () -> unlink("x"));
      expect(ENOENT, () -> lstat("x"));
      expect(ENOENT, () -> unlink("x"));
    }
    mkdir("d", 0755);
    expect(EISDIR, () -> unlink("d"));
    write("f", "");
    symlink("f", "s");
    unlink("s");
    expect(OK, () -> lstat("f"));
  }

  @Test
  void marksTheDirectoryAndWhatHasOtherNamesLeft() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      mkdir(type.name(), 0755);
      String path = type + "/x";
      type.make(path, 0644);
      link(path, path + ".other");
      marks("mc", type.name(), () -> marks("c", path + ".other", () -> unlink(path)));
      links(1, path + ".other");
      marks("mc", type.name(), () -> unlink(path + ".other"));
    }
  }

  @Test
  void needsWritePermissionOnTheDirectoryAndNoneOnTheFile() throws Exception {
    mkdir("d", 0777);
    for (FileType type : FileType.LINKABLE) {
      type.make("d/x", 0);
      chmod("d", 0555);
      marks(
          "",
          "d",
          () -> marks("", "d/x", () -> expect(EACCES, Identity.STRANGER, () -> unlink("d/x"))));
      chmod("d", 0777);
      expect(OK, Identity.STRANGER, () -> unlink("d/x"));
    }
  }

  @Test
  void leavesAnOpenFileToItsDescriptors() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0600);
    write(file, "text");
    unlink("f");
    same("links", 0, fstat(file).nlink());
    same("size", 4L, fstat(file).size());
    same("content", "text", pread(file, 10, 0));
    expect(OK, () -> pwrite(file, " and more", 4));
    same("content", "text and more", pread(file, 100, 0));
    same("size", 13L, fstat(file).size());
    expect(OK, () -> Calls.fchmod(file, 0640));
    sameMode(0640, fstat(file).permissions());
    expect(OK, () -> Calls.fchown(file, 7, 8));
    same("owner", 7, fstat(file).uid());
    expect(OK, () -> Calls.futimens(file, new Calls.Time(1, 2), new Calls.Time(3, 4)));
    same("mtime", new Calls.Time(3, 4).instant(), fstat(file).mtime());
    expect(OK, () -> Calls.ftruncate(file, 6));
    same("content", "text a", pread(file, 100, 0));
    expect(OK, () -> Calls.fsync(file));
    write("f", "another");
    same("content of its successor", "another", content("f"));
    same("content", "text a", pread(file, 100, 0));
    close(file);
    same("content of its successor", "another", content("f"));
  }

  @Test
  void leavesAnOpenFileThatIsRenamedOver() throws Exception {
    write("f", "old");
    int file = open("f", O_RDWR);
    write("g", "new");
    rename("g", "f");
    same("links", 0, fstat(file).nlink());
    same("content", "old", pread(file, 10, 0));
    pwrite(file, "er", 3);
    same("content", "older", pread(file, 10, 0));
    same("content of its successor", "new", content("f"));
    close(file);
  }

  @Test
  void ofOneNameOfAnOpenFileChangesItsLinkCount() throws Exception {
    write("f", "text");
    link("f", "g");
    int file = open("f", O_RDONLY);
    same("links", 2, fstat(file).nlink());
    unlink("f");
    same("links", 1, fstat(file).nlink());
    links(1, "g");
    unlink("g");
    same("links", 0, fstat(file).nlink());
    same("content", "text", pread(file, 10, 0));
    close(file);
  }
}
