package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.BAD_ADDRESS;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EBUSY;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.EFAULT;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.ELOOP;
import static org.distrifs.systemtests.conformance.Errno.ENAMETOOLONG;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;
import static org.distrifs.systemtests.conformance.Errno.ENOTEMPTY;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * path_resolution(7): everything that can be wrong with a path, tried with every call that takes
 * one.
 */
abstract class PathCases extends Cases {
  private static final int NAME_MAX = 255;
  private static final int PATH_MAX = 4096;

  PathCases(Target target) {
    super(target);
  }

  /** A call with one path, and suitable other arguments. */
  @FunctionalInterface
  private interface OfPath {
    void run(String path) throws Exception;
  }

  /** Calls on an existing file. */
  private static final Map<String, OfPath> EXISTING = new LinkedHashMap<>();

  /** Calls that make a new name. */
  private static final Map<String, OfPath> MAKING = new LinkedHashMap<>();

  static {
    EXISTING.put("access", path -> Calls.access(path, 0));
    EXISTING.put("chdir", Calls::chdir);
    EXISTING.put("chmod", path -> chmod(path, 0755));
    EXISTING.put("chown", path -> chown(path, 0, 0));
    EXISTING.put("lchown", path -> Calls.lchown(path, 0, 0));
    EXISTING.put("link from", path -> Calls.link(path, "made"));
    EXISTING.put("lstat", Calls::lstat);
    EXISTING.put("open", path -> Calls.close(Calls.open(path, O_RDONLY)));
    EXISTING.put("readlink", Calls::readlink);
    EXISTING.put("rename from", path -> rename(path, "made"));
    EXISTING.put("rmdir", Calls::rmdir);
    EXISTING.put("stat", Calls::stat);
    EXISTING.put("statfs", Calls::statfs);
    EXISTING.put("truncate", path -> Calls.truncate(path, 0));
    EXISTING.put("unlink", Calls::unlink);
    EXISTING.put("utimensat", Calls::utimensNull);
    MAKING.put("link to", path -> Calls.link("f", path));
    MAKING.put("mkdir", path -> mkdir(path, 0755));
    MAKING.put("mkfifo", path -> Calls.mkfifo(path, 0644));
    MAKING.put("mknod", path -> Calls.mknod(path, FileType.SOCKET.bits() | 0644, 0));
    MAKING.put("open to create", path -> Calls.close(Calls.open(path, O_CREAT | O_EXCL, 0644)));
    MAKING.put("rename to", path -> rename("f", path));
    MAKING.put("symlink", path -> symlink("f", path));
  }

  private void everyCall(Errno errno, String path) throws Exception {
    everyCall(errno, Identity.ROOT, path);
  }

  private void everyCall(Errno errno, Identity caller, String path) throws Exception {
    for (Map<String, OfPath> calls : List.of(EXISTING, MAKING)) {
      for (Map.Entry<String, OfPath> call : calls.entrySet()) {
        about(call.getKey(), () -> expect(errno, caller, () -> call.getValue().run(path)));
      }
    }
  }

  @Test
  void aFileIsNoDirectory() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      if (type != FileType.SYMLINK) {
        type.make(type.name(), 0644);
      }
    }
    write("f", "");
    symlink("f", "link");
    for (String path : new String[] {"f/x", "f/x/y", "link/x", "FIFO/x", "SOCKET/x"}) {
      everyCall(ENOTDIR, path);
    }
    everyCall(ENOTDIR, "CHARACTER_DEVICE/x");
    everyCall(ENOTDIR, "BLOCK_DEVICE/x");
  }

  @Test
  void aPartOfThePathIsMissing() throws Exception {
    write("f", "");
    symlink("nowhere", "dangling");
    everyCall(ENOENT, "none/x");
    everyCall(ENOENT, "dangling/x");
    everyCall(ENOENT, "");
  }

  @Test
  void whatIsNotThereCannotBeFound() throws Exception {
    mkdir("d", 0755);
    for (Map.Entry<String, OfPath> call : EXISTING.entrySet()) {
      about(call.getKey(), () -> expect(ENOENT, () -> call.getValue().run("none")));
      about(call.getKey(), () -> expect(ENOENT, () -> call.getValue().run("d/none")));
    }
  }

  @Test
  void symlinksTurnInACircle() throws Exception {
    write("f", "");
    symlink("one", "other");
    symlink("other", "one");
    symlink("self", "self");
    everyCall(ELOOP, "one/x");
    everyCall(ELOOP, "self/x");
    for (String call :
        new String[] {"access", "chmod", "chown", "open", "stat", "truncate", "utimensat"}) {
      about(call, () -> expect(ELOOP, () -> EXISTING.get(call).run("one")));
    }
  }

  @Test
  void moreSymlinksThanAreFollowed() throws Exception {
    write("f", "");
    symlink("f", "0");
    for (int count = 1; count <= 40; count++) {
      symlink(Integer.toString(count - 1), Integer.toString(count));
    }
    expect(OK, () -> Calls.stat("39"));
    expect(ELOOP, () -> Calls.stat("40"));
  }

  @Test
  void aNameIsTooLong() throws Exception {
    write("f", "");
    mkdir("d", 0755);
    everyCall(ENAMETOOLONG, "x".repeat(NAME_MAX + 1));
    everyCall(ENAMETOOLONG, "d/" + "x".repeat(NAME_MAX + 1));
    everyCall(ENAMETOOLONG, "x".repeat(NAME_MAX + 1) + "/x");
    everyCall(ENAMETOOLONG, "x".repeat(1025));
  }

  @Test
  void aNameMayHave255Bytes() throws Exception {
    String longest = "n".repeat(NAME_MAX);
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            expect(OK, () -> type.make(longest, 0644));
            expect(OK, () -> rename(longest, "m".repeat(NAME_MAX)));
            expect(OK, () -> rename("m".repeat(NAME_MAX), longest));
            same("type", type.bits(), lstat(longest).type());
            expect(OK, () -> type.remove(longest));
          });
    }
  }

  @Test
  void aPathIsTooLong() throws Exception {
    write("f", "");
    everyCall(ENAMETOOLONG, "./".repeat(PATH_MAX / 2 - 1) + "xx");
    everyCall(ENAMETOOLONG, "./".repeat(PATH_MAX) + "x");
  }

  @Test
  void aPathMayHave4095Bytes() throws Exception {
    String longest = "./".repeat(PATH_MAX / 2 - 1) + "x";
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            expect(OK, () -> type.make(longest, 0644));
            same("type", type.bits(), lstat("x").type());
            expect(OK, () -> Calls.lchown(longest, 1, 1));
            expect(OK, () -> type.remove(longest));
          });
    }
  }

  @Test
  void aDirectoryOnTheWayMayNotBeSearched() throws Exception {
    mkdir("d", 0755);
    write("d/x", "");
    chmod("d/x", 0777);
    mkdir("mine", 0777);
    write("f", "");
    chown("f", Identity.STRANGER.uid(), 0);
    chmod(".", 0777);
    for (int mode : new int[] {0666, 0444, 0}) {
      chmod("d", mode);
      everyCall(EACCES, Identity.STRANGER, "d/x");
      everyCall(EACCES, Identity.STRANGER, "d/../f");
    }
    chmod("d", 0711);
    expect(OK, Identity.STRANGER, () -> lstat("d/x"));
    expect(OK, Identity.STRANGER, () -> Calls.close(Calls.open("d/x", O_RDONLY)));
  }

  @Test
  void thePathIsNotInThisProcess() throws Exception {
    write("f", "");
    everyCall(EFAULT, BAD_ADDRESS);
    expect(EFAULT, () -> symlink(BAD_ADDRESS, "s"));
    expect(EFAULT, () -> rename(BAD_ADDRESS, "s"));
  }

  @Test
  void dotAndDotDotAreNoNamesToMakeOrRemove() throws Exception {
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    write("f", "");
    for (Map.Entry<String, OfPath> call : MAKING.entrySet()) {
      if (!call.getKey().startsWith("rename")) {
        about(call.getKey(), () -> expect(EEXIST, () -> call.getValue().run("d/.")));
        about(call.getKey(), () -> expect(EEXIST, () -> call.getValue().run("d/..")));
      }
    }
    expect(EINVAL, () -> rmdir("d/."));
    expect(ENOTEMPTY, () -> rmdir("d/e/.."));
    expect(EISDIR, () -> unlink("d/."));
    expect(EISDIR, () -> unlink("d/.."));
    expect(EBUSY, () -> rename("d/.", "x"));
    expect(EBUSY, () -> rename("d/e/..", "x"));
    expect(EBUSY, () -> rename("d/e", "d/."));
    expect(EBUSY, () -> rename("d/e", "d/e/.."));
    expect(EBUSY, () -> rmdir(target().fileSystem().folder().toString()));
  }

  @Test
  void aSlashAtTheEndIsForDirectoriesOnly() throws Exception {
    write("f", "");
    symlink("f", "to-file");
    mkdir("d", 0755);
    symlink("d", "to-directory");
    for (Map.Entry<String, OfPath> call : EXISTING.entrySet()) {
      about(call.getKey(), () -> expect(ENOTDIR, () -> call.getValue().run("f/")));
      about(call.getKey(), () -> expect(ENOTDIR, () -> call.getValue().run("to-file/")));
    }
    same("type", FileType.DIRECTORY.bits(), lstat("to-directory/").type());
    expect(OK, () -> mkdir("new/", 0755));
    expect(OK, () -> rename("new/", "newer/"));
    expect(OK, () -> rmdir("newer/"));
    expect(ENOTDIR, () -> rmdir("to-directory/"));
    expect(ENOENT, () -> Calls.mkfifo("none/", 0644));
    expect(ENOENT, () -> symlink("f", "none/"));
    expect(ENOENT, () -> Calls.link("f", "none/"));
    expect(ENOTDIR, () -> rename("f", "none/"));
    expect(EISDIR, () -> Calls.open("none/", O_CREAT, 0644));
    expect(EISDIR, () -> Calls.open("f/", O_CREAT, 0644));
  }
}
