package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.fsync;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.read;
import static org.distrifs.systemtests.conformance.Calls.stat;
import static org.distrifs.systemtests.conformance.Calls.statfs;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;

import java.util.HashSet;
import java.util.Set;
import org.distrifs.systemtests.conformance.Calls.Time;
import org.junit.jupiter.api.Test;

/** stat(2), lstat(2), fstat(2), statfs(2). */
abstract class StatCases extends Cases {
  private static final int BLOCK_BYTES = 512;

  StatCases(Target target) {
    super(target);
  }

  @Test
  void tellsTheSameByEachWay() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      type.make(type.name(), 0644);
      Calls.symlink(type.name(), type + ".link");
      same("by a symlink", lstat(type.name()), stat(type + ".link"));
      int path = open(type.name(), Calls.O_PATH);
      same("by a descriptor", lstat(type.name()), fstat(path));
      close(path);
      holds("by lstat of the link", lstat(type + ".link").type() == FileType.SYMLINK.bits());
    }
    Calls.symlink("none", "s");
    expect(ENOENT, () -> stat("s"));
  }

  @Test
  void givesEachFileANumberOfItsOwn() throws Exception {
    Set<Long> inodes = new HashSet<>();
    for (FileType type : FileType.values()) {
      for (int count = 0; count < 5; count++) {
        type.make(type.name() + count, 0644);
        inodes.add(lstat(type.name() + count).inode());
      }
    }
    same("inodes", 5 * FileType.values().length, inodes.size());
  }

  /** Even if the written bytes are not sent yet. */
  @Test
  void tellsOfEachChangeOfAFileThatIsBeingWritten() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    Cases.Call[] changes = {
      () -> Calls.chmod("f", 0600),
      () -> Calls.fchmod(file, 0644),
      () -> Calls.chown("f", 1, 2),
      () -> Calls.link("f", "g"),
      () -> Calls.rename("g", "h"),
      () -> Calls.unlink("h"),
      () -> XattrCalls.setxattr("f", "user.name", "value"),
    };
    for (Cases.Call change : changes) {
      write(file, "x");
      marks("c", "f", change);
    }
    close(file);
  }

  @Test
  void tellsTheSameTimesWhenAFileThatWasWrittenIsClosed() throws Exception {
    for (int count = 0; count < 5; count++) {
      int file = open("f" + count, O_CREAT | O_RDWR, 0644);
      write(file, "x");
      Stat told = fstat(file);
      fsync(file);
      same("after fsync", told.mtime(), fstat(file).mtime());
      write(file, "x");
      told = fstat(file);
      close(file);
      same("after close", told.mtime(), lstat("f" + count).mtime());
    }
  }

  @Test
  void tellsThatADirectoryThatIsNoMoreIsEmpty() throws Exception {
    mkdir("d", 0755);
    int directory = open("d", O_RDONLY);
    Calls.rmdir("d");
    same("links", 0, fstat(directory).nlink());
    same("size", 0L, fstat(directory).size());
    close(directory);
  }

  @Test
  void countsTheBlocksThatAreWritten() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    same("blocks of an empty file", 0L, fstat(file).blocks());
    pwrite(file, "x".repeat(8192), 0);
    fsync(file);
    long written = fstat(file).blocks();
    holds("blocks of two pages: " + written, written >= 16);
    close(file);
    write("full", "x".repeat(100_000));
    int full = open("full", O_RDONLY);
    fsync(full);
    holds(
        "blocks of a full file: " + fstat(full).blocks(),
        fstat(full).blocks() * BLOCK_BYTES >= 100_000);
    close(full);
    for (FileType type :
        new FileType[] {
          FileType.FIFO, FileType.SOCKET, FileType.CHARACTER_DEVICE, FileType.BLOCK_DEVICE
        }) {
      type.make(type.name(), 0644);
      same("blocks", 0L, lstat(type.name()).blocks());
      same("size", 0L, lstat(type.name()).size());
    }
  }

  @Test
  void countsNoBlocksOfAHole() throws Exception {
    int file = open("f", O_CREAT | O_RDWR, 0644);
    ftruncate(file, 1 << 20);
    same("blocks", 0L, fstat(file).blocks());
    pwrite(file, "x", 1 << 30);
    fsync(file);
    holds("blocks: " + fstat(file).blocks(), fstat(file).blocks() <= 1024);
    close(file);
  }

  @Test
  void countsTheDirectoriesInADirectory() throws Exception {
    mkdir("d", 0755);
    for (int count = 0; count < 5; count++) {
      mkdir("d/" + count, 0755);
      write("d/f" + count, "");
      links(3 + count, "d");
    }
  }

  @Test
  void aReadMarksTheFileUnlessItWasReadSinceItsLastChange() throws Exception {
    write("f", "text");
    int file = open("f", O_RDONLY);
    Calls.utimens("f", new Time(1, 0), new Time(2, 0));
    marks("a", "f", () -> read(file, 2));
    marks("", "f", () -> read(file, 2));
    tick();
    write("f", "more");
    marks("a", "f", () -> Calls.pread(file, 4, 0));
    close(file);
  }

  @Test
  void aReadOfADirectoryMarksItUnlessItWasReadSinceItsLastChange() throws Exception {
    mkdir("d", 0755);
    write("d/f", "");
    Calls.utimens("d", new Time(1, 0), new Time(2, 0));
    marks("a", "d", () -> Calls.list("d"));
    marks("", "d", () -> Calls.list("d"));
  }

  @Test
  void lookingMarksNothing() throws Exception {
    mkdir("d", 0755);
    write("d/f", "text");
    marks(
        "",
        "d",
        () ->
            marks(
                "",
                "d/f",
                () -> {
                  stat("d/f");
                  Calls.access("d/f", Calls.R_OK);
                  close(open("d/f", O_RDWR));
                  close(open("d", O_RDONLY));
                  statfs("d/f");
                }));
  }

  @Test
  void statfsTellsSizesThatFitTogether() throws Exception {
    write("f", "text");
    for (String path : new String[] {".", "f"}) {
      StatFs tells = statfs(path);
      same("longest name", 255L, tells.nameLength());
      same("unit of blocks", tells.blockSize(), tells.fragmentSize());
      holds("blocks: " + tells, tells.blocks() > 0 && tells.free() <= tells.blocks());
      holds("available: " + tells, tells.available() > 0 && tells.available() <= tells.free());
      holds("files: " + tells, tells.files() > 0 && tells.filesFree() < tells.files());
    }
  }

  @Test
  void statfsCountsFiles() throws Exception {
    long before = statfs(".").filesFree();
    for (int count = 0; count < 5; count++) {
      write("f" + count, "");
    }
    same("files made", 5L, before - statfs(".").filesFree());
  }
}
