package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.exists;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.mknod;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Calls.umask;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What mkdir(2), mkfifo(3), mknod(2), symlink(2) and open(2) with O_CREAT have in common. */
abstract class NewFileCases extends Cases {
  /** The types of files that an ordinary user may make. */
  private static final List<FileType> OF_USERS =
      List.of(
          FileType.REGULAR, FileType.DIRECTORY, FileType.FIFO, FileType.SOCKET, FileType.SYMLINK);

  NewFileCases(Target target) {
    super(target);
  }

  @Test
  void hasTheTypeAndTheModeAskedFor() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      for (int mode : new int[] {0, 0151, 0345, 0644, 0755, 0777}) {
        about(
            type,
            () -> {
              String path = type + "." + mode;
              expect(OK, () -> type.make(path, mode));
              sameMode(type.bits() | mode, lstat(path).mode());
            });
      }
    }
  }

  @Test
  void hasTheModeAskedForLessTheUmask() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      for (int mask : new int[] {022, 070, 0501, 0777}) {
        about(
            type,
            () -> {
              String path = type + "." + mask;
              umask(mask);
              type.make(path, 0777);
              umask(0);
              sameMode(type.bits() | (0777 & ~mask), lstat(path).mode());
            });
      }
    }
    umask(0777);
    FileType.SYMLINK.make("s", 0);
    umask(0);
    sameMode(FileType.SYMLINK.bits() | 0777, lstat("s").mode());
  }

  @Test
  void belongsToItsMaker() throws Exception {
    chmod(".", 0777);
    for (FileType type : OF_USERS) {
      for (Identity maker : Identity.values()) {
        about(
            type,
            () -> {
              String path = type + "." + maker;
              expect(OK, maker, () -> type.make(path, 0644));
              owned(path, maker.uid(), maker.gid());
            });
      }
    }
  }

  @Test
  void inASetGroupIdDirectoryBelongsToTheGroupOfThat() throws Exception {
    mkdir("d", 0);
    chown("d", Identity.STRANGER.uid(), Identity.TEAM);
    chmod("d", 02777);
    for (FileType type : OF_USERS) {
      for (Identity maker : Identity.values()) {
        about(
            type,
            () -> {
              String path = "d/" + type + "." + maker;
              as(maker, () -> type.make(path, 0751));
              owned(path, maker.uid(), Identity.TEAM);
              int inherited = type == FileType.DIRECTORY ? 02751 : 0751;
              sameMode(type == FileType.SYMLINK ? 0777 : inherited, lstat(path).permissions());
            });
      }
    }
  }

  /** Otherwise a user could make a program that runs with the rights of a group he is not in. */
  @Test
  void inASetGroupIdDirectoryOfAnotherGroupIsNotSetGroupId() throws Exception {
    mkdir("d", 0);
    chown("d", 0, Identity.STRANGER.gid());
    chmod("d", 02777);
    as(Identity.OWNER, () -> FileType.REGULAR.make("d/f", 02755));
    sameMode(0755, lstat("d/f").permissions());
    as(Identity.OWNER, () -> FileType.REGULAR.make("d/locking", 02745));
    sameMode(02745, lstat("d/locking").permissions());
    as(Identity.STRANGER, () -> FileType.REGULAR.make("d/g", 02755));
    sameMode(02755, lstat("d/g").permissions());
  }

  @Test
  void hasTheSetIdAndStickyBitsAskedFor() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 07755);
            // mkdir(2) leaves the set-id bits to chmod(2).
            int expected = type == FileType.DIRECTORY ? 01755 : 07755;
            sameMode(expected, lstat(path).permissions());
          });
    }
  }

  @Test
  void hasTheTimesOfItsMakingAndMarksItsDirectory() throws Exception {
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            mkdir("d", 0755);
            Stat before = lstat("d");
            marks("mc", "d", () -> type.make("d/x", 0644));
            Stat made = lstat("d/x");
            same("mtime", made.ctime(), made.mtime());
            same("atime", made.ctime(), made.atime());
            same("mtime of the directory", made.mtime(), lstat("d").mtime());
            holds("later than its directory was", made.ctime().isAfter(before.ctime()));
            links(type == FileType.DIRECTORY ? 3 : 2, "d");
            links(type == FileType.DIRECTORY ? 2 : 1, "d/x");
            same("size", type == FileType.SYMLINK ? 7L : sizeOfNew(type), made.size());
            marks("mc", "d", () -> type.remove("d/x"));
            links(2, "d");
            rmdir("d");
          });
    }
  }

  private static long sizeOfNew(FileType type) {
    return type == FileType.DIRECTORY ? 4096 : 0;
  }

  @Test
  void doesNotCoverWhatIsThere() throws Exception {
    for (FileType there : FileType.values()) {
      there.make(there.name(), 0644);
      for (FileType type : FileType.values()) {
        about(
            type + " over " + there,
            () ->
                marks("", there.name(), () -> expect(EEXIST, () -> type.make(there.name(), 0644))));
      }
    }
  }

  @Test
  void needsWritePermissionOnItsDirectory() throws Exception {
    for (int mode : new int[] {0555, 0666, 0444}) {
      String directory = "d" + mode;
      mkdir(directory, mode);
      for (FileType type : OF_USERS) {
        about(
            type + " in mode " + Integer.toOctalString(mode),
            () ->
                marks(
                    "",
                    directory,
                    () ->
                        expect(
                            EACCES, Identity.STRANGER, () -> type.make(directory + "/x", 0644))));
      }
    }
  }

  @Test
  void devicesAreForRoot() throws Exception {
    chmod(".", 0777);
    for (FileType type : List.of(FileType.CHARACTER_DEVICE, FileType.BLOCK_DEVICE)) {
      for (Identity maker : List.of(Identity.OWNER, Identity.MEMBER, Identity.STRANGER)) {
        about(type, () -> expect(EPERM, maker, () -> type.make("x", 0644)));
      }
      holds("made a device", !exists("x"));
    }
  }

  @Test
  void devicesKeepTheirNumbers() throws Exception {
    for (FileType type : List.of(FileType.CHARACTER_DEVICE, FileType.BLOCK_DEVICE)) {
      for (int[] number : new int[][] {{1, 2}, {0, 0}, {255, 255}, {4095, 255}}) {
        String path = type + "." + number[0];
        mknod(path, type.bits() | 0600, number[0] << 8 | number[1]);
        same("major", number[0], lstat(path).rdevMajor());
        same("minor", number[1], lstat(path).rdevMinor());
      }
    }
  }

  @Test
  void devicesAreOpenedAsTheKernelKnowsThem() throws Exception {
    mknod("null", FileType.CHARACTER_DEVICE.bits() | 0622, 1 << 8 | 3);
    int device = open("null", Calls.O_RDWR);
    same("written", 4, Calls.write(device, "text"));
    same("read", "", Calls.read(device, 4));
    same("size", 0L, Calls.fstat(device).size());
    expect(EACCES, Identity.STRANGER, () -> open("null", Calls.O_RDONLY));
    expect(OK, Identity.STRANGER, () -> open("null", Calls.O_WRONLY));
    for (FileType type : List.of(FileType.CHARACTER_DEVICE, FileType.BLOCK_DEVICE)) {
      mknod(type.name(), type.bits() | 0600, 4095 << 8 | 255);
      expect(Errno.ENXIO, () -> open(type.name(), Calls.O_RDONLY));
    }
  }

  @Test
  void mknodMakesARegularFileWhenNoTypeIsGiven() throws Exception {
    mknod("f", 0640, 0);
    sameMode(FileType.REGULAR.bits() | 0640, lstat("f").mode());
    mknod("g", FileType.REGULAR.bits() | 0604, 0);
    sameMode(FileType.REGULAR.bits() | 0604, lstat("g").mode());
    expect(EPERM, () -> mknod("d", FileType.DIRECTORY.bits() | 0755, 0));
    expect(Errno.EINVAL, () -> mknod("s", FileType.SYMLINK.bits() | 0755, 0));
  }

  @Test
  void cannotBeMadeInARemovedDirectory() throws Exception {
    mkdir("d", 0777);
    Calls.chdir("d");
    rmdir("../d");
    for (FileType type : FileType.values()) {
      about(type, () -> expect(ENOENT, () -> type.make("x", 0644)));
    }
    expect(ENOENT, () -> open("x", O_CREAT | O_EXCL, 0644));
  }
}
