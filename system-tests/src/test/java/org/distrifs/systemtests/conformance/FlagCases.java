package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.AT_FDCWD;
import static org.distrifs.systemtests.conformance.Calls.O_APPEND;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_TMPFILE;
import static org.distrifs.systemtests.conformance.Calls.O_TRUNC;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.RENAME_EXCHANGE;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fallocate;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.inodeFlags;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Calls.setInodeFlags;
import static org.distrifs.systemtests.conformance.Calls.truncate;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTTY;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.time.Instant;
import org.distrifs.systemtests.conformance.Calls.Time;
import org.junit.jupiter.api.Test;

/** The inode flags of ioctl_iflags(2), and what they forbid, root too. */
abstract class FlagCases extends Cases {
  private static final int IMMUTABLE = 0x10;
  private static final int APPEND_ONLY = 0x20;
  private static final int NO_DUMP = 0x40;
  private static final int NO_ACCESS_TIME = 0x80;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final long UNKNOWN_REQUEST = 0x5842;

  FlagCases(Target target) {
    super(target);
  }

  /**
   * Gives a path flags while calls are made, and takes them away again, since nobody could remove
   * it with them.
   */
  private static void flagged(String path, int flags, Call calls) throws Exception {
    setInodeFlags(path, flags);
    try {
      calls.run();
    } finally {
      setInodeFlags(path, 0);
    }
  }

  @Test
  void areKeptAndShown() throws Exception {
    write("f", "x");
    mkdir("d", 0755);
    for (String path : new String[] {"f", "d"}) {
      same("flags of " + path, 0, inodeFlags(path));
      for (int flags : new int[] {IMMUTABLE, APPEND_ONLY, NO_DUMP, NO_ACCESS_TIME | NO_DUMP}) {
        flagged(path, flags, () -> same("flags of " + path, flags, inodeFlags(path)));
      }
      same("flags of " + path, 0, inodeFlags(path));
      marks("c", path, () -> setInodeFlags(path, NO_DUMP));
    }
  }

  @Test
  void areInheritedWhereTheyForbidNothing() throws Exception {
    mkdir("d", 0755);
    flagged(
        "d",
        NO_DUMP | NO_ACCESS_TIME,
        () -> {
          write("d/f", "x");
          mkdir("d/d", 0755);
        });
    same("flags of a file", NO_DUMP | NO_ACCESS_TIME, inodeFlags("d/f"));
    same("flags of a directory", NO_DUMP | NO_ACCESS_TIME, inodeFlags("d/d"));
    flagged("d", APPEND_ONLY, () -> write("d/g", "x"));
    same("flags of what an append-only one gained", 0, inodeFlags("d/g"));
  }

  @Test
  void areForTheOwnerToSetAndThoseThatForbidForRoot() throws Exception {
    Calls.chmod(".", 0777);
    as(Identity.OWNER, () -> write("f", "x"));
    expect(OK, Identity.OWNER, () -> setInodeFlags("f", NO_DUMP));
    expect(EPERM, Identity.STRANGER, () -> setInodeFlags("f", 0));
    expect(EPERM, Identity.OWNER, () -> setInodeFlags("f", IMMUTABLE));
    expect(EPERM, Identity.OWNER, () -> setInodeFlags("f", APPEND_ONLY));
    same("flags", NO_DUMP, inodeFlags("f"));
  }

  @Test
  void ofAnUnknownKindAreRefused() throws Exception {
    write("f", "x");
    int file = open("f", O_RDONLY);
    expect(ENOTTY, () -> Calls.ioctl(file, UNKNOWN_REQUEST, 0));
    close(file);
  }

  @Test
  void anImmutableFileIsOpenedForReadingOnly() throws Exception {
    write("f", "text");
    flagged(
        "f",
        IMMUTABLE,
        () -> {
          same("content", "text", content("f"));
          expect(EPERM, () -> close(open("f", O_WRONLY)));
          expect(EPERM, () -> close(open("f", O_RDWR)));
          expect(EPERM, () -> close(open("f", O_WRONLY | O_APPEND)));
          expect(EPERM, () -> close(open("f", O_RDONLY | O_TRUNC)));
          expect(EPERM, () -> close(open("f", O_WRONLY | O_CREAT, 0644)));
          same("content", "text", content("f"));
        });
    expect(OK, () -> write("f", "other"));
  }

  @Test
  void anImmutableFileKeepsItsAttributesAndNames() throws Exception {
    write("f", "text");
    write("g", "");
    XattrCalls.setxattr("f", "user.a", "value");
    flagged(
        "f",
        IMMUTABLE,
        () ->
            marks(
                "",
                "f",
                () -> {
                  expect(EPERM, () -> Calls.chmod("f", 0600));
                  expect(EPERM, () -> Calls.chown("f", 1, 1));
                  expect(EPERM, () -> truncate("f", 1));
                  expect(EPERM, () -> truncate("f", 100));
                  expect(EPERM, () -> Calls.utimens("f", new Time(1, 0), new Time(2, 0)));
                  expect(EPERM, () -> Calls.utimensNull("f"));
                  expect(EPERM, () -> XattrCalls.setxattr("f", "user.b", "value"));
                  expect(EPERM, () -> XattrCalls.removexattr("f", "user.a"));
                  expect(EPERM, () -> Calls.link("f", "h"));
                  expect(EPERM, () -> unlink("f"));
                  expect(EPERM, () -> rename("f", "h"));
                  expect(EPERM, () -> rename("g", "f"));
                }));
    same("content", "text", content("f"));
    same("of the other", "", content("g"));
    expect(OK, () -> unlink("f"));
  }

  @Test
  void anImmutableFileIsNotExchanged() throws Exception {
    write("f", "text");
    write("g", "");
    flagged("f", IMMUTABLE, () -> expect(EPERM, () -> rename("g", "f", RENAME_EXCHANGE)));
    same("content", "text", content("f"));
  }

  @Test
  void anImmutableFileIsNotWrittenByWhoHasItOpen() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    write(file, "text");
    flagged(
        "f",
        IMMUTABLE,
        () -> {
          expect(EPERM, () -> pwrite(file, "more", 0));
          expect(EPERM, () -> ftruncate(file, 0));
          expect(EPERM, () -> fallocate(file, 0, 0, 100));
          expect(EPERM, () -> Calls.fchmod(file, 0600));
        });
    same("content", "text", content("f"));
    expect(OK, () -> pwrite(file, "TEXT", 0));
    close(file);
    same("content", "TEXT", content("f"));
  }

  @Test
  void anImmutableDirectoryKeepsItsNames() throws Exception {
    mkdir("d", 0755);
    write("d/f", "text");
    mkdir("d/d", 0755);
    write("g", "");
    flagged(
        "d",
        IMMUTABLE,
        () -> {
          expect(EPERM, () -> close(open("d/new", O_CREAT | O_WRONLY, 0644)));
          expect(EPERM, () -> mkdir("d/new", 0755));
          expect(EPERM, () -> Calls.symlink("x", "d/new"));
          expect(EPERM, () -> Calls.mkfifo("d/new", 0644));
          expect(EPERM, () -> Calls.link("g", "d/new"));
          expect(EPERM, () -> rename("g", "d/new"));
          expect(EPERM, () -> rename("d/f", "new"));
          expect(EPERM, () -> unlink("d/f"));
          expect(EPERM, () -> rmdir("d/d"));
          expect(EPERM, () -> Calls.chmod("d", 0700));
          expect(EEXIST, () -> mkdir("d/f", 0755));
          expect(ENOENT, () -> unlink("d/none"));
          expect(OK, () -> write("d/f", "other"));
        });
    same("content", "other", content("d/f"));
  }

  @Test
  void anImmutableDirectoryHasNoTemporaryFiles() throws Exception {
    mkdir("d", 0755);
    flagged("d", IMMUTABLE, () -> expect(EPERM, () -> open("d", O_TMPFILE | O_RDWR, 0644)));
  }

  @Test
  void anAppendOnlyFileOnlyGrows() throws Exception {
    write("f", "text");
    write("g", "");
    flagged(
        "f",
        APPEND_ONLY,
        () -> {
          expect(EPERM, () -> close(open("f", O_WRONLY)));
          expect(EPERM, () -> close(open("f", O_RDWR)));
          expect(EPERM, () -> close(open("f", O_WRONLY | O_APPEND | O_TRUNC)));
          int file = open("f", O_RDWR | O_APPEND);
          expect(OK, () -> write(file, "more"));
          expect(EPERM, () -> ftruncate(file, 0));
          expect(OK, () -> fallocate(file, KEEP_SIZE, 0, 1 << 20));
          expect(EPERM, () -> fallocate(file, PUNCH_HOLE | KEEP_SIZE, 0, 2));
          close(file);
          expect(EPERM, () -> truncate("f", 0));
          expect(EPERM, () -> Calls.chmod("f", 0600));
          expect(EPERM, () -> Calls.utimens("f", new Time(1, 0), new Time(2, 0)));
          expect(OK, () -> Calls.utimensNull("f"));
          expect(EPERM, () -> XattrCalls.setxattr("f", "user.a", "value"));
          expect(EPERM, () -> Calls.link("f", "h"));
          expect(EPERM, () -> rename("f", "h"));
          expect(EPERM, () -> rename("g", "f"));
          expect(EPERM, () -> unlink("f"));
        });
    same("content", "textmore", content("f"));
  }

  @Test
  void anAppendOnlyDirectoryOnlyGains() throws Exception {
    mkdir("d", 0755);
    write("d/f", "text");
    write("g", "");
    flagged(
        "d",
        APPEND_ONLY,
        () -> {
          expect(OK, () -> write("d/new", "x"));
          expect(OK, () -> mkdir("d/d", 0755));
          expect(OK, () -> rename("g", "d/g"));
          expect(EPERM, () -> rename("d/g", "d/h"));
          expect(EPERM, () -> rename("d/f", "f"));
          expect(EPERM, () -> unlink("d/f"));
          expect(EPERM, () -> rmdir("d/d"));
          expect(OK, () -> write("d/f", "other"));
        });
    same("content", "other", content("d/f"));
  }

  @Test
  void withoutAccessTimesReadsSetNone() throws Exception {
    write("f", "text");
    flagged("f", NO_ACCESS_TIME, () -> marks("", "f", () -> same("content", "text", content("f"))));
  }

  /** The birth time is no flag; it is tested here because it is kept along with them. */
  @Test
  void theBirthTimeIsThatOfTheCreation() throws Exception {
    Calls.mknod("f", FileType.REGULAR.bits() | 0644, 0);
    Instant made = Calls.birthTime(AT_FDCWD, "f");
    same("of a new file", Calls.lstat("f").ctime(), made);
    tick();
    write("f", "other");
    Calls.chmod("f", 0600);
    Calls.link("f", "g");
    rename("f", "h");
    same("after changes", made, Calls.birthTime(AT_FDCWD, "h"));
    same("by another name", made, Calls.birthTime(AT_FDCWD, "g"));
    Calls.utimens("h", new Time(1, 0), new Time(2, 0));
    same("with other times", made, Calls.birthTime(AT_FDCWD, "h"));
    mkdir("d", 0755);
    same("of a directory", Calls.lstat("d").ctime(), Calls.birthTime(AT_FDCWD, "d"));
  }
}
