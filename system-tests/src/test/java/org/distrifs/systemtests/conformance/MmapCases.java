package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pread;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Mapping.MAP_PRIVATE;
import static org.distrifs.systemtests.conformance.Mapping.MAP_SHARED;
import static org.distrifs.systemtests.conformance.Mapping.PROT_READ;
import static org.distrifs.systemtests.conformance.Mapping.PROT_WRITE;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** mmap(2), msync(2). */
abstract class MmapCases extends Cases {
  private static final int PAGE = 4096;
  private static final int BOTH = PROT_READ | PROT_WRITE;

  MmapCases(Target target) {
    super(target);
  }

  private static int fileOf(String path, String text) {
    int file = open(path, O_CREAT | O_RDWR, 0644);
    write(file, text);
    return file;
  }

  @Test
  void sharedShowsWhatIsWrittenAndWritesWhatIsPut() throws Exception {
    int file = fileOf("f", "a".repeat(3 * PAGE));
    try (Mapping map = Mapping.of(file, 3 * PAGE, BOTH, MAP_SHARED)) {
      same("mapped", "aaaa", map.get(PAGE, 4));
      pwrite(file, "bbbb", PAGE);
      same("mapped after a write", "bbbb", map.get(PAGE, 4));
      map.put(2 * PAGE, "cccc");
      same("read after a put", "cccc", pread(file, 4, 2 * PAGE));
      map.sync();
      same("content after msync", "bbbbaaaa", content("f").substring(PAGE, PAGE + 8));
      map.put(0, "dddd");
    }
    same("content after munmap", "ddddaaaa", content("f").substring(0, 8));
    close(file);
    same("content after close", "ddddaaaa", content("f").substring(0, 8));
    same("size", 3L * PAGE, lstat("f").size());
  }

  @Test
  void sharedOutlivesItsDescriptorAndItsName() throws Exception {
    int file = fileOf("f", "a".repeat(PAGE));
    Calls.link("f", "g");
    try (Mapping map = Mapping.of(file, PAGE, BOTH, MAP_SHARED)) {
      close(file);
      unlink("f");
      map.put(10, "x");
      map.sync();
      same("mapped", "axa", map.get(9, 3));
    }
    same("content", "axa", content("g").substring(9, 12));
  }

  @Test
  void twoOfOneFileAreOne() throws Exception {
    int file = fileOf("f", "a".repeat(PAGE));
    int other = open("f", O_RDWR);
    try (Mapping one = Mapping.of(file, PAGE, BOTH, MAP_SHARED);
        Mapping two = Mapping.of(other, PAGE, BOTH, MAP_SHARED)) {
      one.put(5, "one");
      same("seen", "one", two.get(5, 3));
      two.put(5, "two");
      same("seen", "two", one.get(5, 3));
    }
    close(file);
    close(other);
  }

  @Test
  void privateLeavesTheFileAlone() throws Exception {
    int file = fileOf("f", "a".repeat(PAGE));
    try (Mapping map = Mapping.of(file, PAGE, BOTH, MAP_PRIVATE)) {
      map.put(0, "mine");
      same("mapped", "mine", map.get(0, 4));
      same("read", "aaaa", pread(file, 4, 0));
      map.sync();
    }
    same("content", "aaaa", content("f").substring(0, 4));
    close(file);
  }

  @Test
  void showsZerosBehindTheEndAndDoesNotWriteThem() throws Exception {
    int file = fileOf("f", "abc");
    try (Mapping map = Mapping.of(file, PAGE, BOTH, MAP_SHARED)) {
      same("behind the end", "abc\0\0", map.get(0, 5));
      map.put(3, "lost");
      map.sync();
    }
    same("content", "abc", content("f"));
    ftruncate(file, 6);
    same("content", "abc\0\0\0", content("f"));
    close(file);
  }

  @Test
  void atAnOffsetShowsWhatIsThere() throws Exception {
    int file = fileOf("f", "a".repeat(PAGE) + "b".repeat(PAGE));
    try (Mapping map = Mapping.of(file, PAGE, PROT_READ, MAP_SHARED, PAGE)) {
      same("mapped", "bb", map.get(0, 2));
    }
    expect(EINVAL, () -> Mapping.of(file, PAGE, PROT_READ, MAP_SHARED, 1));
    expect(EINVAL, () -> Mapping.of(file, 0, PROT_READ, MAP_SHARED, 0));
    close(file);
  }

  @Test
  void needsADescriptorThatMayDoAsMuch() throws Exception {
    write("f", "x".repeat(PAGE));
    mkdir("d", 0755);
    int reader = open("f", O_RDONLY);
    int writer = open("f", O_WRONLY);
    int directory = open("d", O_RDONLY);
    expect(EACCES, () -> Mapping.of(reader, PAGE, BOTH, MAP_SHARED));
    expect(EACCES, () -> Mapping.of(writer, PAGE, PROT_READ, MAP_SHARED));
    expect(Errno.OK, () -> Mapping.of(reader, PAGE, BOTH, MAP_PRIVATE).close());
    expect(Errno.OK, () -> Mapping.of(reader, PAGE, PROT_READ, MAP_SHARED).close());
    holds(
        "a directory is mapped",
        outcome(() -> Mapping.of(directory, PAGE, PROT_READ, MAP_SHARED)) != Errno.OK);
    close(reader);
    close(writer);
    close(directory);
  }

  @Test
  void marksTheFileOnceItIsWrittenBack() throws Exception {
    int file = fileOf("f", "a".repeat(PAGE));
    Calls.utimens("f", new Calls.Time(1, 0), new Calls.Time(2, 0));
    tick();
    try (Mapping map = Mapping.of(file, PAGE, BOTH, MAP_SHARED)) {
      map.put(0, "x");
      map.sync();
    }
    holds("mtime stays", lstat("f").mtime().isAfter(Instant.ofEpochSecond(2)));
    close(file);
  }
}
