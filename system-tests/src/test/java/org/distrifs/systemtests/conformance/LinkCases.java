package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.AT_FDCWD;
import static org.distrifs.systemtests.conformance.Calls.AT_SYMLINK_FOLLOW;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.lchown;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.linkat;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.EXDEV;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** link(2), linkat(2). */
abstract class LinkCases extends Cases {
  LinkCases(Target target) {
    super(target);
  }

  @Test
  void namesShareOneInode() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            links(1, path);
            expect(OK, () -> link(path, path + "2"));
            expect(OK, () -> link(path + "2", path + "3"));
            links(3, path);
            same("all attributes", lstat(path), lstat(path + "2"));
            same("all attributes", lstat(path), lstat(path + "3"));
            lchown(path + "2", 12, 34);
            owned(path, 12, 34);
            owned(path + "3", 12, 34);
            if (type != FileType.SYMLINK) {
              chmod(path + "3", 0201);
              sameMode(type.bits() | 0201, lstat(path).mode());
            }
            unlink(path);
            expect(ENOENT, () -> lstat(path));
            links(2, path + "2");
            unlink(path + "2");
            links(1, path + "3");
            unlink(path + "3");
            expect(ENOENT, () -> lstat(path + "3"));
          });
    }
  }

  @Test
  void bytesWrittenByOneNameAreReadByTheOther() throws Exception {
    write("f", "first");
    link("f", "g");
    same("content", "first", content("g"));
    write("g", "second");
    same("content", "second", content("f"));
    same("size", 6L, lstat("f").size());
  }

  @Test
  void marksTheChangeTimeOfTheFileAndBothTimesOfTheDirectory() throws Exception {
    mkdir("d", 0755);
    for (FileType type : FileType.LINKABLE) {
      String path = type.name();
      type.make(path, 0644);
      marks("mc", "d", () -> marks("c", path, () -> link(path, "d/" + path)));
    }
  }

  @Test
  void marksNothingWhenItFails() throws Exception {
    mkdir("d", 0755);
    for (FileType type : FileType.LINKABLE) {
      String path = type.name();
      type.make(path, 0644);
      lchown(path, Identity.STRANGER.uid(), 0); // Others might be kept from it by the machine.
      marks(
          "",
          "d",
          () -> marks("", path, () -> expect(EACCES, Identity.STRANGER, () -> link(path, "d/x"))));
      links(1, path);
    }
  }

  @Test
  void doesNotCoverWhatIsThere() throws Exception {
    write("f", "");
    for (FileType type : FileType.values()) {
      type.make(type.name(), 0644);
      expect(EEXIST, () -> link("f", type.name()));
    }
    links(1, "f");
    expect(EEXIST, () -> link("f", "f"));
    expect(EEXIST, () -> link("f", "."));
    expect(EEXIST, () -> link("f", ".."));
  }

  @Test
  void isNotForDirectories() throws Exception {
    mkdir("d", 0755);
    expect(EPERM, () -> link("d", "e"));
    expect(EPERM, () -> link(".", "e"));
    expect(EPERM, Identity.STRANGER, () -> link("d", "d/e"));
    links(2, "d");
  }

  @Test
  void followsASymlinkOnlyWhenTold() throws Exception {
    write("f", "");
    symlink("f", "s");
    link("s", "same");
    same("inode", lstat("s").inode(), lstat("same").inode());
    linkat(AT_FDCWD, "s", "followed", AT_SYMLINK_FOLLOW);
    same("inode", lstat("f").inode(), lstat("followed").inode());
    links(2, "f");
    links(2, "s");
  }

  @Test
  void doesNotLeaveTheFileSystem() throws Exception {
    write("f", "");
    expect(EXDEV, () -> link("f", "/link-of-a-conformance-test"));
    expect(EXDEV, () -> link("/proc/version", "version"));
  }

  @Test
  void aRemovedFileGetsNoNewName() throws Exception {
    write("f", "");
    int file = open("f", O_RDONLY);
    unlink("f");
    expect(ENOENT, () -> linkat(AT_FDCWD, "/proc/self/fd/" + file, "again", AT_SYMLINK_FOLLOW));
    close(file);
  }

  @Test
  void worksByADescriptor() throws Exception {
    write("f", "");
    int file = open("f", O_RDONLY);
    linkat(AT_FDCWD, "/proc/self/fd/" + file, "g", AT_SYMLINK_FOLLOW);
    same("inode", lstat("f").inode(), lstat("g").inode());
    links(2, "f");
    close(file);
  }
}
