package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_APPEND;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.copyFileRange;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EBADF;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EISDIR;
import static org.distrifs.systemtests.conformance.Errno.EOVERFLOW;

import org.junit.jupiter.api.Test;

/** copy_file_range(2). */
abstract class CopyCases extends Cases {
  CopyCases(Target target) {
    super(target);
  }

  @Test
  void copiesRanges() throws Exception {
    write("from", "0123456789");
    write("to", "abcdefghij");
    int from = open("from", O_RDONLY);
    int to = open("to", O_RDWR);
    same("copied", 4L, copyFileRange(from, 2, to, 3, 4));
    same("content", "abc2345hij", content("to"));
    same("copied to the end", 2L, copyFileRange(from, 8, to, 9, 100));
    same("content", "abc2345hi89", content("to"));
    same("copied from the end", 0L, copyFileRange(from, 10, to, 0, 5));
    same("copied beyond the end", 10L, copyFileRange(from, 0, to, 20, 10));
    same("content", "abc2345hi89\0\0\0\0\0\0\0\0\0" + "0123456789", content("to"));
    close(from);
    close(to);
  }

  @Test
  void copiesWhatWasJustWritten() throws Exception {
    int from = open("from", O_CREAT | O_RDWR, 0644);
    int to = open("to", O_CREAT | O_RDWR, 0644);
    String text = "x".repeat(100_000) + "y";
    pwrite(from, text, 0);
    same("copied", 100_001L, copyFileRange(from, 0, to, 0, 200_000));
    same("content", text, content("to"));
    close(from);
    close(to);
  }

  @Test
  void copiesWithinAFileUnlessRangesOverlap() throws Exception {
    write("f", "0123456789");
    int file = open("f", O_RDWR);
    same("copied", 3L, copyFileRange(file, 0, file, 5, 3));
    same("content", "0123401289", content("f"));
    expect(EINVAL, () -> copyFileRange(file, 0, file, 2, 5));
    close(file);
  }

  @Test
  void marksTheTarget() throws Exception {
    write("from", "0123456789");
    write("to", "");
    int from = open("from", O_RDONLY);
    int to = open("to", O_RDWR);
    marks("mc", "to", () -> copyFileRange(from, 0, to, 0, 10));
    close(from);
    close(to);
  }

  @Test
  void refusesWhatIsWrong() throws Exception {
    write("f", "text");
    mkdir("d", 0755);
    int reader = open("f", O_RDONLY);
    int writer = open("g", O_CREAT | Calls.O_WRONLY, 0644);
    int appender = open("g", O_RDWR | O_APPEND);
    int directory = open("d", O_RDONLY);
    expect(EBADF, () -> copyFileRange(writer, 0, writer, 0, 1));
    expect(EBADF, () -> copyFileRange(reader, 0, reader, 0, 1));
    expect(EBADF, () -> copyFileRange(reader, 0, appender, 0, 1));
    expect(EISDIR, () -> copyFileRange(directory, 0, writer, 0, 1));
    expect(EISDIR, () -> copyFileRange(reader, 0, directory, 0, 1));
    expect(EOVERFLOW, () -> copyFileRange(reader, -1, writer, 0, 1));
    for (int descriptor : new int[] {reader, writer, appender, directory}) {
      close(descriptor);
    }
  }
}
