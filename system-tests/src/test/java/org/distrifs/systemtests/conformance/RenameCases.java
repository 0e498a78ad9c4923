package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.RENAME_NOREPLACE;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.exists;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;
import static org.distrifs.systemtests.conformance.Errno.ENOTEMPTY;
import static org.distrifs.systemtests.conformance.Errno.EXDEV;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** rename(2), and renameat2(2) with RENAME_NOREPLACE. */
abstract class RenameCases extends Cases {
  RenameCases(Target target) {
    super(target);
  }

  @Test
  void movesEachTypeWithAllItsAttributes() throws Exception {
    mkdir("a", 0755);
    mkdir("b", 0755);
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            type.make("a/x", 0640);
            Calls.lchown("a/x", 12, 34);
            Stat before = lstat("a/x");
            expect(OK, () -> rename("a/x", "a/y"));
            expect(ENOENT, () -> lstat("a/x"));
            same("inode", before.inode(), lstat("a/y").inode());
            expect(OK, () -> rename("a/y", "b/z"));
            expect(ENOENT, () -> lstat("a/y"));
            Stat after = lstat("b/z");
            same("inode", before.inode(), after.inode());
            sameMode(before.mode(), after.mode());
            owned("b/z", 12, 34);
            same("mtime", before.mtime(), after.mtime());
            same("links", before.nlink(), after.nlink());
            links(2, "a");
            links(type == FileType.DIRECTORY ? 3 : 2, "b");
            type.remove("b/z");
          });
    }
  }

  @Test
  void coversEachTypeOrRefuses() throws Exception {
    for (FileType from : FileType.values()) {
      for (FileType to : FileType.values()) {
        about(
            from + " over " + to,
            () -> {
              from.make("from", 0644);
              to.make("to", 0644);
              Stat before = lstat("from");
              Errno expected = covering(from, to);
              expect(expected, () -> rename("from", "to"));
              if (expected == OK) {
                same("inode", before.inode(), lstat("to").inode());
                expect(ENOENT, () -> lstat("from"));
                from.remove("to");
              } else {
                same("inode", before.inode(), lstat("from").inode());
                same("type", to.bits(), lstat("to").type());
                from.remove("from");
                to.remove("to");
              }
            });
      }
    }
  }

  private static Errno covering(FileType from, FileType to) {
    if (from == to || (from != FileType.DIRECTORY && to != FileType.DIRECTORY)) {
      return OK;
    }
    return to == FileType.DIRECTORY ? EISDIR : ENOTDIR;
  }

  @Test
  void refusesToCoverWhatIsThereWhenToldSo() throws Exception {
    for (FileType from : FileType.values()) {
      from.make("from", 0644);
      for (FileType to : FileType.values()) {
        to.make("to", 0644);
        marks("", "from", () -> expect(EEXIST, () -> rename("from", "to", RENAME_NOREPLACE)));
        to.remove("to");
      }
      expect(OK, () -> rename("from", "to", RENAME_NOREPLACE));
      same("type", from.bits(), lstat("to").type());
      from.remove("to");
    }
    expect(ENOENT, () -> rename("from", "to", RENAME_NOREPLACE));
    write("f", "");
    expect(EEXIST, () -> rename("f", "f", RENAME_NOREPLACE));
    expect(EINVAL, () -> rename("f", "g", RENAME_NOREPLACE | Calls.RENAME_EXCHANGE));
    expect(EINVAL, () -> rename("f", "g", 1 << 10));
  }

  @Test
  void refusesToCoverADirectoryThatIsNotEmpty() throws Exception {
    mkdir("from", 0755);
    mkdir("to", 0755);
    for (FileType type : FileType.values()) {
      type.make("to/x", 0644);
      marks("", "to", () -> marks("", "from", () -> expect(ENOTEMPTY, () -> rename("from", "to"))));
      type.remove("to/x");
    }
    expect(OK, () -> rename("from", "to"));
    links(2, "to");
  }

  @Test
  void refusesToMoveADirectoryBelowItself() throws Exception {
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    mkdir("d/e/f", 0755);
    expect(EINVAL, () -> rename("d", "d/x"));
    expect(EINVAL, () -> rename("d", "d/e/x"));
    expect(EINVAL, () -> rename("d", "d/e/f"));
    expect(ENOTEMPTY, () -> rename("d/e/f", "d"));
    expect(ENOTEMPTY, () -> rename("d/e/f", "d/e"));
    expect(OK, () -> rename("d/e/f", "d/f"));
  }

  @Test
  void toItsOwnOrAnotherNameOfTheSameFileDoesNothing() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      String path = type.name();
      type.make(path, 0644);
      link(path, path + "2");
      marks("", path, () -> expect(OK, () -> rename(path, path)));
      marks("", path, () -> expect(OK, () -> rename(path, path + "2")));
      links(2, path);
      links(2, path + "2");
    }
    mkdir("d", 0755);
    expect(OK, () -> rename("d", "d"));
  }

  @Test
  void marksWhatMovesAndBothDirectories() throws Exception {
    for (FileType type : FileType.values()) {
      String from = type + ".from";
      String to = type + ".to";
      mkdir(from, 0755);
      mkdir(to, 0755);
      type.make(from + "/x", 0644);
      Stat before = lstat(from + "/x");
      marks("mc", from, () -> marks("mc", to, () -> rename(from + "/x", to + "/y")));
      Stat after = lstat(to + "/y");
      same("atime", before.atime(), after.atime());
      same("mtime", before.mtime(), after.mtime());
      holds("ctime stays, expected to be set", after.ctime().isAfter(before.ctime()));
      marks("mc", to, () -> rename(to + "/y", to + "/z"));
    }
  }

  @Test
  void marksTheOtherNamesOfWhatItCovers() throws Exception {
    write("a", "a");
    write("b", "b");
    link("b", "c");
    marks("c", "c", () -> rename("a", "b"));
    links(1, "c");
    same("content", "a", content("b"));
    same("content", "b", content("c"));
  }

  @Test
  void keepsTheLinkCountsOfDirectories() throws Exception {
    mkdir("a", 0755);
    mkdir("b", 0755);
    mkdir("a/d", 0755);
    mkdir("b/d", 0755);
    links(3, "a");
    links(3, "b");
    rename("a/d", "b/e");
    links(2, "a");
    links(4, "b");
    rename("b/e", "b/d");
    links(3, "b");
    same("parent", lstat("b").inode(), lstat("b/d/..").inode());
  }

  @Test
  void needsWritePermissionOnBothDirectories() throws Exception {
    mkdir("a", 0777);
    mkdir("b", 0777);
    for (FileType type : FileType.LINKABLE) {
      type.make("a/x", 0);
      for (String locked : new String[] {"a", "b"}) {
        chmod(locked, 0555);
        about(
            type + " with a locked " + locked,
            () ->
                marks(
                    "",
                    "a/x",
                    () -> expect(EACCES, Identity.STRANGER, () -> rename("a/x", "b/x"))));
        chmod(locked, 0777);
      }
      expect(OK, Identity.STRANGER, () -> rename("a/x", "b/x"));
      type.remove("b/x");
    }
  }

  /** The move changes its entry "..". */
  @Test
  void ofADirectoryToAnotherNeedsWritePermissionOnItself() throws Exception {
    mkdir("a", 0777);
    mkdir("b", 0777);
    mkdir("a/d", 0555);
    expect(EACCES, Identity.STRANGER, () -> rename("a/d", "b/d"));
    expect(OK, Identity.STRANGER, () -> rename("a/d", "a/e"));
    chown("a/e", Identity.STRANGER.uid(), 0);
    expect(EACCES, Identity.STRANGER, () -> rename("a/e", "b/d"));
    chmod("a/e", 0755);
    expect(OK, Identity.STRANGER, () -> rename("a/e", "b/d"));
  }

  @Test
  void doesNotFollowSymlinks() throws Exception {
    mkdir("d", 0755);
    write("f", "text");
    symlink("d", "to-directory");
    symlink("f", "to-file");
    expect(OK, () -> rename("to-file", "to-directory"));
    same("target", "f", Calls.readlink("to-directory"));
    holds("the directory went", exists("d"));
    expect(OK, () -> rename("f", "to-directory"));
    same("content", "text", content("to-directory"));
  }

  @Test
  void doesNotLeaveTheFileSystem() throws Exception {
    write("f", "");
    expect(EXDEV, () -> rename("f", "/renamed-by-a-conformance-test"));
    expect(EXDEV, () -> rename("/proc/version", "version"));
  }
}
