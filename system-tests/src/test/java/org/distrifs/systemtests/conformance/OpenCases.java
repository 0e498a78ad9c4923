package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.F_GETFL;
import static org.distrifs.systemtests.conformance.Calls.F_SETFL;
import static org.distrifs.systemtests.conformance.Calls.O_APPEND;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_DIRECT;
import static org.distrifs.systemtests.conformance.Calls.O_DIRECTORY;
import static org.distrifs.systemtests.conformance.Calls.O_DSYNC;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.O_NOFOLLOW;
import static org.distrifs.systemtests.conformance.Calls.O_NONBLOCK;
import static org.distrifs.systemtests.conformance.Calls.O_PATH;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_SYNC;
import static org.distrifs.systemtests.conformance.Calls.O_TRUNC;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fcntl;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.lseek;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.read;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EBADF;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.ELOOP;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;
import static org.distrifs.systemtests.conformance.Errno.ENXIO;
import static org.distrifs.systemtests.conformance.Errno.ETXTBSY;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** open(2) and its flags. */
abstract class OpenCases extends Cases {
  OpenCases(Target target) {
    super(target);
  }

  @Test
  void makesAFileOnlyWhenToldTo() throws Exception {
    expect(ENOENT, () -> open("f", O_RDONLY));
    expect(ENOENT, () -> open("f", O_RDWR | O_TRUNC));
    expect(ENOENT, () -> open("f", O_RDWR | O_APPEND));
    expect(OK, () -> close(open("f", O_RDONLY | O_CREAT, 0604)));
    sameMode(FileType.REGULAR.bits() | 0604, lstat("f").mode());
    marks("", "f", () -> expect(OK, () -> close(open("f", O_RDWR | O_CREAT, 0777))));
    sameMode(0604, lstat("f").permissions());
    marks("", ".", () -> close(open("f", O_WRONLY | O_CREAT, 0777)));
  }

  @Test
  void makesAFileExclusively() throws Exception {
    for (FileType type : FileType.values()) {
      type.make(type.name(), 0644);
      expect(EEXIST, () -> open(type.name(), O_CREAT | O_EXCL | O_RDWR, 0644));
    }
    expect(OK, () -> close(open("new", O_CREAT | O_EXCL | O_RDWR, 0644)));
    expect(EEXIST, () -> open("new", O_CREAT | O_EXCL | O_RDWR, 0644));
  }

  @Test
  void makesWhatADanglingSymlinkNamesUnlessExclusively() throws Exception {
    symlink("target", "s");
    expect(EEXIST, () -> open("s", O_CREAT | O_EXCL, 0644));
    expect(ENOENT, () -> lstat("target"));
    expect(OK, () -> close(open("s", O_CREAT, 0644)));
    same("type", FileType.REGULAR.bits(), lstat("target").type());
    same("type", FileType.SYMLINK.bits(), lstat("s").type());
  }

  @Test
  void truncatesAndMarks() throws Exception {
    write("f", "text");
    marks("mc", "f", () -> close(open("f", O_WRONLY | O_TRUNC)));
    same("size", 0L, lstat("f").size());
    marks("mc", "f", () -> close(open("f", O_WRONLY | O_TRUNC)));
    write("f", "text");
    marks("mc", "f", () -> close(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600)));
    same("size", 0L, lstat("f").size());
    same("content", "", content("f"));
    write("f", "text");
    marks("mc", "f", () -> close(open("f", O_RDONLY | O_TRUNC)));
    same("size", 0L, lstat("f").size());
  }

  @Test
  void truncatesUnderOtherDescriptors() throws Exception {
    write("f", "long text");
    int reader = open("f", O_RDONLY);
    same("before", "long", read(reader, 4));
    close(open("f", O_WRONLY | O_TRUNC));
    same("after", "", read(reader, 4));
    same("size", 0L, fstat(reader).size());
    close(reader);
  }

  @Test
  void allowsWhatItsModeSays() throws Exception {
    write("f", "text");
    int reader = open("f", O_RDONLY);
    expect(EBADF, () -> write(reader, "x"));
    expect(EINVAL, () -> Calls.ftruncate(reader, 0));
    same("read", "text", read(reader, 10));
    close(reader);
    int writer = open("f", O_WRONLY);
    expect(EBADF, () -> read(writer, 1));
    expect(OK, () -> write(writer, "T"));
    close(writer);
    same("content", "Text", content("f"));
    int path = open("f", O_PATH);
    expect(EBADF, () -> read(path, 1));
    expect(EBADF, () -> write(path, "x"));
    expect(EBADF, () -> Calls.fchmod(path, 0));
    expect(OK, () -> fstat(path));
    close(path);
    expect(EBADF, () -> close(path));
  }

  @Test
  void appendsWhereverItsOffsetIs() throws Exception {
    write("f", "one");
    int appender = open("f", O_WRONLY | O_APPEND);
    int other = open("f", O_RDWR);
    write(appender, " two");
    lseek(appender, 0, Calls.SEEK_SET);
    write(appender, " three");
    same("content", "one two three", content("f"));
    pwrite(other, "a longer text", 0);
    pwrite(other, "!", 13);
    write(appender, " end");
    same("content", "a longer text! end", content("f"));
    same("offset", 18L, lseek(appender, 0, Calls.SEEK_CUR));
    // Linux appends even with pwrite, against POSIX (pwrite(2), BUGS).
    pwrite(appender, "...", 0);
    same("content", "a longer text! end...", content("f"));
    close(appender);
    close(other);
  }

  @Test
  void appendsWhenTheFlagIsSetLater() throws Exception {
    write("f", "one");
    int file = open("f", O_RDWR);
    fcntl(file, F_SETFL, O_APPEND);
    write(file, " two");
    same("content", "one two", content("f"));
    fcntl(file, F_SETFL, 0);
    pwrite(file, "ONE", 0);
    same("content", "ONE two", content("f"));
    close(file);
  }

  @Test
  void keepsItsFlags() throws Exception {
    write("f", "");
    for (int flags : new int[] {O_RDONLY, O_WRONLY, O_RDWR | O_APPEND, O_RDWR | O_NONBLOCK}) {
      int file = open("f", flags);
      same("flags", flags, fcntl(file, F_GETFL, 0) & (O_APPEND | O_NONBLOCK | 3));
      close(file);
    }
  }

  @Test
  void writesSynchronously() throws Exception {
    for (int flag : new int[] {O_SYNC, O_DSYNC}) {
      int file = open("f", O_RDWR | O_CREAT | O_TRUNC | flag, 0644);
      expect(OK, () -> write(file, "text"));
      same("content", "text", pread(file, 10, 0));
      close(file);
    }
  }

  @Test
  void readsAndWritesDirectly() throws Exception {
    String page = "p".repeat(4096);
    int file = open("f", O_RDWR | O_CREAT, 0644);
    write(file, page + page);
    close(file);
    int direct = open("f", O_RDWR | O_DIRECT);
    expect(OK, () -> fcntl(direct, F_SETFL, O_DIRECT));
    close(direct);
  }

  @Test
  void ofADirectoryIsForReading() throws Exception {
    mkdir("d", 0755);
    expect(OK, () -> close(open("d", O_RDONLY)));
    expect(OK, () -> close(open("d", O_RDONLY | O_DIRECTORY)));
    expect(EISDIR, () -> open("d", O_WRONLY));
    expect(EISDIR, () -> open("d", O_RDWR));
    expect(EISDIR, () -> open("d", O_RDONLY | O_TRUNC));
    expect(EISDIR, () -> open("d", O_RDONLY | O_CREAT, 0644));
    int directory = open("d", O_RDONLY);
    expect(EISDIR, () -> read(directory, 1));
    expect(EBADF, () -> write(directory, "x"));
    expect(OK, () -> Calls.fsync(directory));
    close(directory);
  }

  @Test
  void asADirectoryRefusesAllElse() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      if (type != FileType.SYMLINK) {
        type.make(type.name(), 0644);
        expect(ENOTDIR, () -> open(type.name(), O_RDONLY | O_DIRECTORY | O_NONBLOCK));
      }
    }
    mkdir("d", 0755);
    symlink("d", "s");
    expect(OK, () -> close(open("s", O_RDONLY | O_DIRECTORY)));
    expect(ENOTDIR, () -> open("s", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  @Test
  void followsSymlinksUnlessToldNotTo() throws Exception {
    write("f", "text");
    symlink("f", "s");
    same("content", "text", content("s"));
    expect(ELOOP, () -> open("s", O_RDONLY | O_NOFOLLOW));
    expect(ELOOP, () -> open("s", O_RDWR | O_CREAT | O_NOFOLLOW, 0644));
    expect(OK, () -> close(open("f", O_RDONLY | O_NOFOLLOW)));
  }

  @Test
  void ofAFifoWithoutAReaderFails() throws Exception {
    Calls.mkfifo("fifo", 0644);
    expect(ENXIO, () -> open("fifo", O_WRONLY | O_NONBLOCK));
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    int writer = open("fifo", O_WRONLY | O_NONBLOCK);
    write(writer, "through the pipe");
    same("read", "through", read(reader, 7));
    same("size", 0L, lstat("fifo").size());
    expect(Errno.ESPIPE, () -> lseek(reader, 0, Calls.SEEK_SET));
    close(reader);
    close(writer);
  }

  @Test
  void ofASocketFails() throws Exception {
    FileType.SOCKET.make("socket", 0644);
    for (int flags : new int[] {O_RDONLY, O_WRONLY, O_RDWR}) {
      expect(ENXIO, () -> open("socket", flags));
    }
  }

  @Test
  void forWritingOfARunningProgramFails() throws Exception {
    Files.copy(Path.of("/bin/sleep"), absolute("program"));
    Calls.chmod("program", 0755);
    Process running = new ProcessBuilder(absolute("program").toString(), "60").start();
    try {
      expect(ETXTBSY, () -> open("program", O_WRONLY));
      expect(ETXTBSY, () -> open("program", O_RDWR));
      expect(ETXTBSY, () -> Calls.truncate("program", 0));
      expect(OK, () -> close(open("program", O_RDONLY)));
      expect(OK, () -> Calls.unlink("program"));
    } finally {
      running.destroyForcibly().waitFor();
    }
  }

  @Test
  void seeksAndReadsToTheEnd() throws Exception {
    int file = open("f", O_RDWR | O_CREAT, 0644);
    write(file, "0123456789");
    same("end", 10L, lseek(file, 0, Calls.SEEK_END));
    same("read at the end", "", read(file, 10));
    same("offset", 7L, lseek(file, -3, Calls.SEEK_END));
    same("read", "789", read(file, 10));
    same("offset", 5L, lseek(file, -5, Calls.SEEK_CUR));
    expect(EINVAL, () -> lseek(file, -1, Calls.SEEK_SET));
    expect(EINVAL, () -> lseek(file, 0, 99));
    same("beyond the end", 100L, lseek(file, 100, Calls.SEEK_SET));
    same("read beyond the end", "", read(file, 10));
    write(file, "x");
    same("size", 101L, fstat(file).size());
    same("hole", "\0".repeat(90) + "x", pread(file, 200, 10));
    expect(EINVAL, () -> pread(file, 1, -1));
    expect(EINVAL, () -> pwrite(file, "x", -1));
    close(file);
  }

  @Test
  void writingMarksTheFile() throws Exception {
    write("f", "text");
    int file = open("f", O_RDWR);
    marks("mc", "f", () -> pwrite(file, "T", 0));
    marks("mc", "f", () -> pwrite(file, "more", 4));
    marks("", "f", () -> pwrite(file, "", 0));
    marks("", "f", () -> close(file));
  }
}
