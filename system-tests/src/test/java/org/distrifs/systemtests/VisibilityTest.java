package org.distrifs.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.systemtests.visibility.ExpectedObservation.atOnce;
import static org.distrifs.systemtests.visibility.ExpectedObservation.never;
import static org.distrifs.systemtests.visibility.Observer.NOTHING;
import static org.distrifs.systemtests.visibility.Observer.list;
import static org.distrifs.systemtests.visibility.Observer.lock;
import static org.distrifs.systemtests.visibility.Observer.name;
import static org.distrifs.systemtests.visibility.Observer.open;
import static org.distrifs.systemtests.visibility.Observer.readOpened;
import static org.distrifs.systemtests.visibility.Observer.readOpenedAfterOpen;
import static org.distrifs.systemtests.visibility.Observer.readlink;
import static org.distrifs.systemtests.visibility.Observer.sizeOfOpened;
import static org.distrifs.systemtests.visibility.Observer.stat;
import static org.distrifs.systemtests.visibility.Observer.xattr;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.distrifs.systemtests.visibility.ExpectedObservation;
import org.distrifs.systemtests.visibility.ExpectedObservation.Change;
import org.distrifs.systemtests.visibility.Observer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * When one mount sees a change by the other, although it looked at the same thing immediately
 * before. The rows are those of the table in docs/visibility.md.
 */
class VisibilityTest {
  /** mount.attributeTimeoutMs and mount.entryTimeoutMs, plus the delay of a busy machine. */
  private static final Duration TIMEOUT = Duration.ofMillis(1_000 + 1_000);

  private static final long BOUND_S = 60;
  private static final int AT_THE_SAME_TIME = 6;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @RunningMount private static ExtraMount secondMount;

  private static ExecutorService provers;

  @BeforeAll
  static void start() throws Exception {
    provers = Executors.newFixedThreadPool(AT_THE_SAME_TIME);
  }

  @AfterAll
  static void stop() {
    if (provers != null) {
      provers.shutdownNow();
    }
  }

  @TestFactory
  Stream<DynamicTest> content() {
    return prove(
        row(
            "write, close",
            here -> Files.writeString(here.resolve("f"), "newer"),
            atOnce("open, read", open("f"), "old", "newer"),
            soon("stat", stat("f", "size"), "3", "5"),
            soon("read what is open", readOpened("f"), "old", "newer"),
            soon("fstat what is open", sizeOfOpened("f"), "3", "5")),
        row(
            "write, fsync",
            here -> writeAndSync(here.resolve("f"), "newer"),
            atOnce("open, read", open("f"), "old", "newer"),
            soon("stat", stat("f", "size"), "3", "5"),
            soon("read what is open", readOpened("f"), "old", "newer"),
            soon("fstat what is open", sizeOfOpened("f"), "3", "5")),
        row(
            "write over, close",
            here -> writeAndSync(here.resolve("f"), "new"),
            atOnce("open, read", open("f"), "old", "new"),
            atOnce("read what is open, after an open", readOpenedAfterOpen("f"), "old", "new")),
        row(
            "truncate, shorter",
            here -> setLength(here.resolve("f"), 1),
            atOnce("open, read", open("f"), "old", "o"),
            soon("stat", stat("f", "size"), "3", "1"),
            soon("read what is open", readOpened("f"), "old", "o"),
            soon("fstat what is open", sizeOfOpened("f"), "3", "1")),
        row(
            "truncate, longer",
            here -> setLength(here.resolve("f"), 5),
            atOnce("open, read", open("f"), "old", "old\0\0"),
            soon("stat", stat("f", "size"), "3", "5"),
            soon("read what is open", readOpened("f"), "old", "old\0\0"),
            soon("fstat what is open", sizeOfOpened("f"), "3", "5")));
  }

  @TestFactory
  Stream<DynamicTest> names() {
    return prove(
        row(
            "rename",
            here -> Files.move(here.resolve("f"), here.resolve("g")),
            atOnce("open the old name", open("f"), "old", NOTHING),
            atOnce("open the new name", open("g"), NOTHING, "old"),
            soon("stat the old name", name("f"), "something", NOTHING),
            atOnce("stat the new name", name("g"), NOTHING, "something"),
            atOnce("list", list(), "empty f link", "empty g link"),
            never("read what is open", readOpened("f"), "old")),
        row(
            "rename over",
            here ->
                Files.move(
                    Files.writeString(here.resolve("t"), "newer"), here.resolve("f"), ATOMIC_MOVE),
            atOnce("open, read", open("f"), "old", "newer"),
            soon("stat", stat("f", "size"), "3", "5"),
            never("read what is open", readOpened("f"), "old")),
        row(
            "rename over a file of two names",
            here -> {
              Files.createLink(here.resolve("kept"), here.resolve("f"));
              Files.move(
                  Files.writeString(here.resolve("t"), "newer"), here.resolve("f"), ATOMIC_MOVE);
            },
            atOnce("open, read", open("f"), "old", "newer")),
        row(
            "unlink",
            here -> Files.delete(here.resolve("f")),
            atOnce("open", open("f"), "old", NOTHING),
            soon("stat", name("f"), "something", NOTHING),
            atOnce("list", list(), "empty f link", "empty link"),
            never("read what is open", readOpened("f"), "old")),
        row(
            "mkdir",
            here -> Files.createDirectory(here.resolve("d")),
            atOnce("stat", name("d"), NOTHING, "something"),
            atOnce("list", list(), "empty f link", "d empty f link")),
        row(
            "rmdir",
            here -> Files.delete(here.resolve("empty")),
            soon("stat", name("empty"), "something", NOTHING),
            atOnce("list", list(), "empty f link", "f link")),
        row(
            "link",
            here -> Files.createLink(here.resolve("g"), here.resolve("f")),
            atOnce("open the new name", open("g"), NOTHING, "old"),
            atOnce("stat the new name", name("g"), NOTHING, "something"),
            soon("stat the old name", stat("f", "nlink"), "1", "2")),
        row(
            "symlink",
            here -> Files.createSymbolicLink(here.resolve("s"), Path.of("f")),
            atOnce("readlink", readlink("s"), NOTHING, "f"),
            atOnce("open, read", open("s"), NOTHING, "old")),
        row(
            "rename a symlink over another",
            here ->
                Files.move(
                    Files.createSymbolicLink(here.resolve("t"), Path.of("elsewhere")),
                    here.resolve("link"),
                    ATOMIC_MOVE),
            atOnce("readlink", readlink("link"), "f", "elsewhere")));
  }

  @TestFactory
  Stream<DynamicTest> attributes() {
    return prove(
        row(
            "chmod",
            here ->
                Files.setPosixFilePermissions(
                    here.resolve("f"), PosixFilePermissions.fromString("r--------")),
            soon("stat", stat("f", "mode"), "" + 0100644, "" + 0100400)),
        row(
            "chown",
            here -> Files.setAttribute(here.resolve("f"), "unix:uid", 1234),
            soon("stat", stat("f", "uid"), "0", "1234")),
        row(
            "utimes",
            here -> Files.setLastModifiedTime(here.resolve("f"), FileTime.fromMillis(5_000)),
            soon(
                "stat",
                stat("f", "lastModifiedTime"),
                "1970-01-01T00:00:01Z",
                "1970-01-01T00:00:05Z")),
        row(
            "setxattr",
            here ->
                Files.getFileAttributeView(here.resolve("f"), UserDefinedFileAttributeView.class)
                    .write("a", ByteBuffer.wrap("value".getBytes(UTF_8))),
            atOnce("listxattr, getxattr", xattr("f", "a"), NOTHING, "value")));
  }

  /**
   * A program that gets a lock sees what was written under it, in a file that it has open already.
   */
  @Test
  void lockAndUnlock() throws Exception {
    final Path here = prepared();
    final Path there = secondMount.point().resolve(here.getFileName());
    try (Observer lock = lock("f");
        FileChannel holder = opened(here.resolve("f"));
        FileChannel waiter = opened(there.resolve("f"))) {
      assertThat(lock.at(there)).isEqualTo("free");
      try (FileLock held = holder.lock()) {
        assertThat(held.isValid()).isTrue();
        assertThat(lock.at(there)).as("at once").isEqualTo("held");
        assertThat(read(waiter)).isEqualTo("old");
        holder.write(ByteBuffer.wrap("newer".getBytes(UTF_8)), 0);
      }
      try (FileLock got = waiter.tryLock()) {
        assertThat(got).as("free at once").isNotNull();
        assertThat(read(waiter)).isEqualTo("newer");
        assertThat(waiter.size()).isEqualTo(5);
      }
    }
  }

  /**
   * A mount gets the attributes of a folder with each answer about an entry in it. When the kernel
   * asks for the folder, the mount may pass on attributes that are half the timeout old; the kernel
   * keeps them for the other half.
   */
  @Test
  void whatTheMountHeardEarlierMakesNothingShownOlderThanTheTimeout() throws Exception {
    final long timeoutMs = 4_000;
    final long heardAfterMs = 200;
    final Path here = prepared();
    try (ExtraMount mount =
        ExtraMount.of(
            cluster,
            folder.resolve("slow"),
            "--entry-timeout",
            "60s",
            "--attr-timeout",
            timeoutMs + "ms",
            "--set",
            "client.attributeTimeoutMs=" + timeoutMs)) {
      final Path there = mount.point().resolve(here.getFileName());
      final String before = stat("empty", "ctime").at(there);
      final long heardNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(heardAfterMs);
      while (System.nanoTime() - heardNs < 0) {
        assertThat(name("empty/absent").at(there)).isEqualTo(NOTHING);
      }
      Files.createFile(here.resolve("empty").resolve("new"));
      Await.until(
          "the folder's new time is seen",
          Duration.ofMillis(timeoutMs + 1_000),
          () -> !stat("empty", "ctime").at(there).equals(before));
    }
  }

  private static ExpectedObservation soon(
      String name, Observer observer, String before, String after) {
    return ExpectedObservation.within(TIMEOUT, name, observer, before, after);
  }

  /** A change by one mount, and what the other one must see of it. */
  private record Row(String name, Change change, List<ExpectedObservation> sights) {}

  private static Row row(String name, Change change, ExpectedObservation... sights) {
    return new Row(name, change, List.of(sights));
  }

  /**
   * One test for each observation, each in its own folder. Several run at the same time, since most
   * of it is waiting.
   */
  private static Stream<DynamicTest> prove(Row... rows) {
    final List<DynamicTest> tests = new ArrayList<>();
    for (Row row : rows) {
      for (ExpectedObservation sight : row.sights()) {
        final Future<?> proof =
            provers.submit(
                () -> {
                  final Path here = prepared();
                  final Path there = secondMount.point().resolve(here.getFileName());
                  sight.prove(row.change(), here, there);
                  return null;
                });
        tests.add(
            DynamicTest.dynamicTest(
                row.name() + ": " + sight.name(), () -> proof.get(BOUND_S, TimeUnit.SECONDS)));
      }
    }
    return tests.stream();
  }

  /** A folder with a file, a symbolic link and an empty folder. */
  private static Path prepared() throws Exception {
    final Path here = Files.createTempDirectory(cluster.mount(), "row");
    final Path file = Files.writeString(here.resolve("f"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    Files.createSymbolicLink(here.resolve("link"), Path.of("f"));
    Files.createDirectory(here.resolve("empty"));
    return here;
  }

  private static FileChannel opened(Path file) throws Exception {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static String read(FileChannel file) throws Exception {
    final ByteBuffer content = ByteBuffer.allocate(1 << 12);
    file.read(content, 0);
    return UTF_8.decode(content.flip()).toString();
  }

  private static void writeAndSync(Path file, String text) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      channel.force(true);
    }
  }

  private static void setLength(Path path, long size) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
  }
}
