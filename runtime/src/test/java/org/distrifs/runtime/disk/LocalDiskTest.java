package org.distrifs.runtime.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest {

  private final LocalDisk disk = new LocalDisk();
  @TempDir Path folder;

  @Test
  void opensOnlyWhatExistsUnlessToldToCreate() throws IOException {
    Path file = folder.resolve("file");
    assertThatThrownBy(() -> disk.open(file, OpenMode.READ))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.open(file, OpenMode.READ_WRITE))
        .isInstanceOf(NoSuchFileException.class);

    disk.open(file, OpenMode.CREATE_NEW).close();

    assertThat(disk.exists(file)).isTrue();
    disk.open(file, OpenMode.READ).close();
    disk.open(file, OpenMode.READ_WRITE).close();
  }

  @Test
  void createsNewOnlyWhatDoesNotExist() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "kept");
    assertThatThrownBy(() -> disk.open(file, OpenMode.CREATE_NEW))
        .isInstanceOf(FileAlreadyExistsException.class);

    disk.open(file, OpenMode.CREATE_OR_OPEN).close();

    assertThat(file).hasContent("kept");
  }

  @Test
  void createsAllMissingFoldersAndAcceptsThoseThatExist() throws IOException {
    Path deep = folder.resolve("a/b/c");
    disk.createDirectories(deep);
    disk.createDirectories(deep);
    assertThat(deep).isDirectory();
  }

  @Test
  void refusesToCreateAFolderInPlaceOfAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> disk.createDirectories(file))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void listsEntriesSortedByName() throws IOException {
    for (String name : new String[] {"c", "a", "b"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(disk.list(folder))
        .containsExactly(folder.resolve("a"), folder.resolve("b"), folder.resolve("c"));
    assertThatThrownBy(() -> disk.list(folder.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void renamesOverAnExistingFile() throws IOException {
    Path from = Files.writeString(folder.resolve("from"), "new");
    Path to = Files.writeString(folder.resolve("to"), "old");

    disk.rename(from, to);
    disk.syncDirectory(folder);

    assertThat(from).doesNotExist();
    assertThat(to).hasContent("new");
  }

  @Test
  void tellsWhetherThereWasSomethingToDelete() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(disk.delete(file)).isTrue();
    assertThat(disk.delete(file)).isFalse();
    assertThat(disk.exists(file)).isFalse();
  }

  @Test
  void deletesNoFolderThatHoldsSomething() throws IOException {
    Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> disk.delete(folder)).isInstanceOf(DirectoryNotEmptyException.class);
  }

  @Test
  void tellsTheSpaceOfTheFileSystem() throws IOException {
    assertThat(disk.totalBytes(folder)).isPositive();
    assertThat(disk.usableBytes(folder)).isBetween(0L, disk.totalBytes(folder));
  }

  @Test
  void fetchesPartsOfAFileAhead() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[1 << 20]);
    try (FileChannel file = FileChannel.open(path)) {
      file.force(true);
      forget(path);
      MappedByteBuffer first = file.map(FileChannel.MapMode.READ_ONLY, 0, 64 << 10);
      MappedByteBuffer later = file.map(FileChannel.MapMode.READ_ONLY, 512 << 10, 64 << 10);
      assumeThat(first.isLoaded()).as("the file system keeps files on a disk").isFalse();
      disk.fetchAhead(path, new FileRange(0, 64 << 10), new FileRange(512 << 10, 64 << 10));
      awaitLoaded(first);
      awaitLoaded(later);
    }
  }

  @Test
  void fetchesNothingOfAFileThatIsNotThere() {
    disk.fetchAhead(folder.resolve("none"), new FileRange(0, 1));
    assertThat(folder).isEmptyDirectory();
  }

  /** Drops what the page cache has of a file, which must be clean. */
  private static void forget(Path path) {
    int posixFadvDontNeed = 4;
    LibC libc = LibC.load();
    int descriptor = libc.open(path.toString(), LibC.O_RDONLY);
    assertThat(libc.posix_fadvise(descriptor, 0, 0, posixFadvDontNeed)).isZero();
    libc.close(descriptor);
  }

  private static void awaitLoaded(MappedByteBuffer part) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!part.isLoaded()) {
      assertThat(System.nanoTime()).isLessThan(deadlineNs);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
