package org.distrifs.runtime.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskFileTest {

  private final LocalDisk disk = new LocalDisk();
  @TempDir Path folder;

  private DiskFile open() throws IOException {
    return disk.open(folder.resolve("file"), OpenMode.CREATE_OR_OPEN);
  }

  @Test
  void writesAllAcrossTheLimitOfOneCallAndReadsItBack() throws IOException {
    byte[] bytes = new byte[3 * LocalDiskFile.MAX_CALL_BYTES + 17];
    new Random(Seeds.fromPropertyOrFresh()).nextBytes(bytes);
    try (DiskFile file = open()) {
      ByteBuffer source = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      file.write(source, 5);
      file.sync();
      assertThat(source.hasRemaining()).isFalse();
      assertThat(file.sizeBytes()).isEqualTo(bytes.length + 5L);

      ByteBuffer target = ByteBuffer.allocate(bytes.length);
      assertThat(file.read(target, 5)).isEqualTo(bytes.length);
      assertThat(target.array()).isEqualTo(bytes);
    }
  }

  @Test
  void writesOnlyWhatLiesBetweenPositionAndLimit() throws IOException {
    try (DiskFile file = open()) {
      ByteBuffer source = ByteBuffer.wrap("..data..".getBytes(US_ASCII));
      file.write(source.position(2).limit(6), 0);
      assertThat(source.position()).isEqualTo(6);
      assertThat(source.limit()).isEqualTo(6);
    }
    assertThat(folder.resolve("file")).hasContent("data");
  }

  @Test
  void punchedBytesAreZerosAndTakeNoSpace() throws Exception {
    int length = 1 << 20;
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 1);
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.sync();
      long before = blocks();
      file.punch(100_000, 500_000);
      file.sync();
      Arrays.fill(bytes, 100_000, 600_000, (byte) 0);
      assertThat(Files.readAllBytes(folder.resolve("file"))).isEqualTo(bytes);
      assertThat(before - blocks()).isGreaterThan(480_000 / 512);
    }
  }

  @Test
  void withoutPunchingOnlyWhatIsNoHoleIsOverwritten() throws Exception {
    try (LocalDiskFile file = (LocalDiskFile) open()) {
      byte[] bytes = new byte[10_000];
      Arrays.fill(bytes, (byte) 1);
      file.write(ByteBuffer.wrap(bytes), 0);
      file.write(ByteBuffer.wrap(bytes), 1L << 31);
      file.sync();
      long before = blocks();
      file.overwriteWithZeros(3000, (1L << 31) - 3000);
      file.sync();
      assertThat(blocks()).as("the hole takes no space").isLessThanOrEqualTo(before + 128);
      ByteBuffer read = ByteBuffer.allocate(10_000);
      file.read(read, 0);
      Arrays.fill(bytes, 3000, bytes.length, (byte) 0);
      assertThat(read.array()).isEqualTo(bytes);
      file.read(read.clear(), 1L << 31);
      assertThat(read.array()).containsOnly(1);
    }
  }

  private long blocks() throws Exception {
    Process stat =
        new ProcessBuilder("stat", "-c", "%b", folder.resolve("file").toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  @Test
  void ofAFileThatHasAnotherNameByNowTheBytesAreZerosAllTheSame() throws IOException {
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
      disk.rename(folder.resolve("file"), folder.resolve("renamed"));
      file.punch(1, 2);
    }
    assertThat(Files.readAllBytes(folder.resolve("renamed"))).containsExactly(1, 0, 0, 4);
  }

  @Test
  void readsFewerBytesOnlyAtTheEnd() throws IOException {
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(new byte[10]), 0);
      ByteBuffer target = ByteBuffer.allocate(8);
      assertThat(file.read(target, 0)).isEqualTo(8);
      assertThat(file.read(target.clear(), 7)).isEqualTo(3);
      assertThat(target.position()).isEqualTo(3);
      assertThat(target.limit()).isEqualTo(8);
      assertThat(file.read(target.clear(), 10)).isZero();
      assertThat(file.read(target.clear(), 1000)).isZero();
    }
  }

  @Test
  void aGapBeforeAWriteReadsAsZeros() throws IOException {
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(new byte[] {1}), 1 << 20);
      ByteBuffer target = ByteBuffer.allocate(1 << 20);
      Arrays.fill(target.array(), (byte) 7);
      assertThat(file.read(target, 0)).isEqualTo(1 << 20);
      assertThat(target.array()).containsOnly(0);
    }
  }

  @Test
  void truncationCutsAndExtendsWithZeros() throws IOException {
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
      file.truncate(2);
      assertThat(file.sizeBytes()).isEqualTo(2);
      file.truncate(4);
      assertThat(file.sizeBytes()).isEqualTo(4);
      file.truncate(4);
      ByteBuffer target = ByteBuffer.allocate(4);
      file.read(target, 0);
      assertThat(target.array()).containsExactly(1, 2, 0, 0);
      assertThatThrownBy(() -> file.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void givesItsChannelForTransfer() throws IOException {
    try (DiskFile file = open()) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
      assertThat(file.isTransferable()).isTrue();
      Path copy = folder.resolve("copy");
      try (DiskFile target = disk.open(copy, OpenMode.CREATE_NEW)) {
        assertThat(file.transferable().transferTo(1, 2, target.transferable())).isEqualTo(2);
      }
      assertThat(Files.readAllBytes(copy)).containsExactly(2, 3);
    }
  }

  @Test
  void aFullDiskIsToldApartAndNamesTheFile() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    try (DiskFile file = disk.open(full, OpenMode.READ_WRITE)) {
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(10), 0))
          .isInstanceOf(DiskFullException.class)
          .hasMessageContaining("/dev/full: cannot write 10 bytes at 0");
    }
  }

  @Test
  void aFailedReadNamesTheFileAndTheRange() throws IOException {
    try (DiskFile file = disk.open(folder, OpenMode.READ)) {
      assertThatThrownBy(() -> file.read(ByteBuffer.allocate(10), 20))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining(folder + ": cannot read 10 bytes at 20");
    }
  }

  @Test
  void refusesEverythingOnceClosed() throws IOException {
    DiskFile file = open();
    file.close();
    file.close();
    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(file::sync).isInstanceOf(ClosedChannelException.class);
  }
}
