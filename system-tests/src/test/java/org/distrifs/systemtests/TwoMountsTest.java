package org.distrifs.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** After one mount has written and closed a file, the other opens it and reads the same bytes. */
class TwoMountsTest {
  private static final int ROUNDS = 50;

  @RunningCluster private static Cluster cluster;

  private static Path second;
  @RunningMount private static ExtraMount secondMount;

  @BeforeAll
  static void start() throws Exception {
    second = secondMount.point();
  }

  @Test
  void whatOneWroteAndClosedTheOtherReadsInBothDirections() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      final Path writer = (round % 2 == 0 ? cluster.mount() : second).resolve("shared");
      final Path reader = (round % 2 == 0 ? second : cluster.mount()).resolve("shared");
      final String text = "round " + round + " " + "x".repeat(round * 1000);
      Files.writeString(writer, text);
      assertThat(Files.readString(reader)).isEqualTo(text);
    }
  }

  /**
   * While the kernel writes beyond the end that it knows, it ignores a new size from the mount. A
   * reader that opens the file meanwhile must still read it to its end.
   */
  @Test
  void whatOneMadeLongerTheOtherReadsWholeWhileItWritesToItItself() throws Exception {
    final int size = 3 << 20;
    final Path here = second.resolve("longer");
    final Path there = cluster.mount().resolve("longer");
    for (int round = 0; round < ROUNDS; round++) {
      Files.writeString(here, "short");
      try (FileChannel grows = FileChannel.open(there, StandardOpenOption.WRITE)) {
        grows.write(ByteBuffer.allocate(1), size - 1);
      }
      try (FileChannel writes =
          FileChannel.open(here, StandardOpenOption.WRITE, StandardOpenOption.SYNC)) {
        final Thread writer = new Thread(() -> write(writes, 1000, 1 << 20));
        writer.start();
        while (writer.isAlive()) {
          assertThat(Files.readAllBytes(here)).hasSize(size);
        }
        writer.join();
      }
    }
  }

  private static void write(FileChannel file, int length, long offset) {
    try {
      file.write(ByteBuffer.allocate(length), offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * For a while reads of such a file bypass the kernel's pages, but a shared mapping uses pages.
   */
  @Test
  void whatOneMadeLongerOrShorterTheOtherMapsAtOnce() throws Exception {
    final Path here = second.resolve("mapped");
    final Path there = cluster.mount().resolve("mapped");
    Files.writeString(here, "text");
    for (final int size : new int[] {10_000, 100, 5_000}) {
      Files.readAllBytes(here); // Fills the kernel's pages.
      final byte[] written = new byte[size];
      Arrays.fill(written, (byte) ('a' + size % 7));
      Files.write(there, written);
      try (FileChannel file =
          FileChannel.open(here, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertThat(file.size()).isEqualTo(size);
        final MappedByteBuffer mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, size);
        final byte[] seen = new byte[size];
        mapped.get(seen);
        assertThat(seen).isEqualTo(written);
        mapped.put(size - 1, (byte) 'Z');
        mapped.force();
      }
      written[size - 1] = 'Z';
      assertThat(Files.readAllBytes(there)).isEqualTo(written);
    }
  }

  @Test
  void aLargeFileWrittenOnOneIsTheSameOnTheOther() throws Exception {
    Command.shell("head -c 100000000 /dev/urandom > \"$1\"/large", cluster.mount()).expectSuccess();
    Command.shell("cmp \"$1\"/large \"$2\"/large", cluster.mount(), second).expectSuccess();
  }

  @Test
  void namesChangedOnOneAreSeenOnTheOtherWithinASecondOrTwo() throws Exception {
    Files.writeString(cluster.mount().resolve("before"), "text");
    assertThat(Files.readString(second.resolve("before"))).isEqualTo("text");

    Files.move(cluster.mount().resolve("before"), cluster.mount().resolve("after"));

    Await.until(
        "the other mount sees the new name",
        Duration.ofSeconds(3),
        () -> Files.exists(second.resolve("after")) && !Files.exists(second.resolve("before")));
  }

  /** For a second the kernel uses a name without asking, and opens its file by inode number. */
  @Test
  void aNameThatTheOtherHasRemovedOpensNothingThoughTheFileIsOpenThere() throws Exception {
    final Path here = cluster.mount().resolve("removed");
    final Path there = second.resolve("removed");
    Files.writeString(here, "old");
    try (InputStream open = Files.newInputStream(there)) {
      assertThat(Files.readString(here)).isEqualTo("old");
      Files.delete(there);
      assertThatThrownBy(() -> Files.readString(here)).isInstanceOf(NoSuchFileException.class);

      Files.writeString(there, "other");
      assertThat(Files.readString(here)).isEqualTo("other");
      Files.delete(there);
      Files.writeString(here, "new", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      assertThat(Files.readString(there)).isEqualTo("new");
      assertThat(new String(open.readAllBytes(), UTF_8)).isEqualTo("old");
    }
  }

  /** The names are so long that the C library reads only a few at a time. */
  @Test
  void aListingEndsThoughTheOtherChangesEachEntryThatComes() throws Exception {
    changeWhatIsListed(400, "x".repeat(200));
  }

  @Test
  @Tag("full")
  void aLongListingEndsThoughTheOtherChangesEachEntryThatComes() throws Exception {
    changeWhatIsListed(4_000, "");
  }

  /** What one mount does to an entry as soon as the other has listed it. */
  private interface Change {
    void of(Path entry) throws IOException;
  }

  private static void changeWhatIsListed(int count, String suffix) throws IOException {
    final String folder = "listed" + count;
    Files.createDirectory(second.resolve(folder));
    final Set<String> names = new HashSet<>();
    for (int index = 0; index < count; index++) {
      names.add(index + suffix);
      Files.createFile(second.resolve(folder).resolve(index + suffix));
    }
    final List<String> replaced =
        listed(
            folder,
            count,
            entry -> {
              Path temporary = entry.resolveSibling(entry.getFileName() + ".tmp");
              Files.createFile(temporary);
              Files.move(temporary, entry, StandardCopyOption.ATOMIC_MOVE);
            });
    assertThat(replaced).containsExactlyInAnyOrderElementsOf(names);
    final List<String> madeAnew =
        listed(
            folder,
            count,
            entry -> {
              Files.delete(entry);
              Files.createFile(entry);
            });
    assertThat(madeAnew).containsExactlyInAnyOrderElementsOf(names);
    final List<String> renamed =
        listed(folder, count, entry -> Files.move(entry, Path.of(entry + ".b")));
    assertThat(renamed).containsExactlyInAnyOrderElementsOf(names);
  }

  /**
   * The names that one mount lists while the other changes each of them. Gives up after twice as
   * many names as there were.
   */
  private static List<String> listed(String folder, int count, Change change) throws IOException {
    final List<String> told = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(cluster.mount().resolve(folder))) {
      for (Path entry : entries) {
        told.add(entry.getFileName().toString());
        if (told.size() > 2 * count) {
          return told;
        }
        change.of(second.resolve(folder).resolve(entry.getFileName()));
      }
    }
    return told;
  }

  @Test
  void whatOneAllocatedIsAHoleToTheOtherButForWhatWasWritten() throws Exception {
    final String seek =
        "perl -e 'open my $f, \"<\", shift; print join \" \", map { sysseek $f, 0 + $_->[0], $_->[1] }"
            + " [0, 3], [40960, 4], [45056, 4]' \"$1\"/granted";
    Command.shell(
            "fallocate -l 81920 \"$1\"/granted && head -c 4096 /dev/urandom"
                + " | dd of=\"$1\"/granted bs=4096 seek=10 conv=notrunc status=none",
            cluster.mount())
        .expectSuccess();
    assertThat(Command.shell(seek, second).expectSuccess().output()).isEqualTo("40960 45056 45056");
    assertThat(
            Command.shell("stat -c '%s %b' \"$1\"/granted", second)
                .expectSuccess()
                .output()
                .strip())
        .isEqualTo("81920 160");
  }

  /** Both mounts have allocated the chunk in advance, and must get the same one. */
  @Test
  void whatOneWroteToAChunkThatTheOtherHasReadyIsNoHole() throws Exception {
    final int before = (64 << 20) - 1000;
    final byte[] last = new byte[5000];
    Arrays.fill(last, (byte) 7);
    final Path here = cluster.mount().resolve("ready");
    try (FileChannel open =
        FileChannel.open(here, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      open.write(ByteBuffer.allocate(before));
      open.force(true);

      Files.write(second.resolve("ready"), last, StandardOpenOption.APPEND);

      try (FileChannel afresh = FileChannel.open(here)) {
        final ByteBuffer seen = ByteBuffer.allocate(last.length);
        afresh.read(seen, before);
        assertThat(seen.array()).isEqualTo(last);
      }
    }
  }
}
