package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When the cluster cannot store what a write accepted, fsync and close report it, and nobody reads
 * those bytes. Tried with disks that are really full, and with two of three datanodes killed.
 */
class FailedWritesTest {
  private static final int MIB = 1 << 20;
  private static final int PAGE = 4096;
  private static final int DISK_MIB = 160;
  private static final int SYNCED_MIB = 16;
  private static final int SYNCED_EACH_MIB = 8;

  /** The mount gives a write up after this time. */
  private static final String SHORT_BOUND = "client.chunkTimeoutMs = 8000";

  private static final Duration AWAY_WITHIN = Duration.ofSeconds(60);
  private static final Duration GIVEN_UP_WITHIN = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Cluster cluster;
  private Path kernelMount;
  private Path libfuseMount;

  @AfterEach
  void stop() throws Exception {
    for (int last = opened.size() - 1; last >= 0; last--) {
      opened.get(last).close();
    }
  }

  private void start() throws Exception {
    final Path conf = Files.createDirectories(folder.resolve("cluster").resolve("conf"));
    Files.writeString(conf.resolve("datanode.conf"), "datanode.reserveBytes = 32 MiB\n");
    Files.writeString(conf.resolve("mount.conf"), SHORT_BOUND + "\n");
    for (int datanode = 1; datanode <= 3; datanode++) {
      final Path data = folder.resolve("cluster").resolve("data").resolve("datanode-" + datanode);
      opened.add(SmallDisk.at(data, DISK_MIB));
    }
    cluster = Cluster.start(folder);
    opened.add(cluster);
    kernelMount = cluster.mount();
    final ExtraMount second =
        ExtraMount.of(
            cluster,
            folder.resolve("libfuse"),
            "--driver",
            "jnr-fuse",
            "--set",
            SHORT_BOUND.replace(" ", ""));
    opened.add(second);
    libfuseMount = second.point();
  }

  @Test
  void whatCouldNotBeStoredIsToldAndShownToNobody() throws Exception {
    start();
    final List<Path> files = new ArrayList<>();
    for (final String name : List.of("twice", "forked", "mapped", "synchronous", "program")) {
      for (final Path mount : List.of(kernelMount, libfuseMount)) {
        final String own = name + (mount.equals(kernelMount) ? "-kernel" : "-libfuse");
        files.add(Files.write(mount.resolve(own), filled(PAGE, 'a')));
      }
    }
    fillTheDisks();
    dieUnderOpenFiles(files);
  }

  // --- disks that are really full

  private void fillTheDisks() throws Exception {
    final Path file = kernelMount.resolve("filling");
    int accepted = 0;
    int synced = 0;
    boolean full = false;
    boolean told = false;
    final FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      while (!full && accepted < DISK_MIB) {
        try {
          final ByteBuffer block = block(accepted);
          while (block.hasRemaining()) {
            channel.write(block);
          }
          accepted++;
          if (accepted <= SYNCED_MIB && accepted % SYNCED_EACH_MIB == 0) {
            channel.force(true);
            synced = accepted;
          }
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("No space left");
          full = true;
        }
      }
      assertThat(full).as("the disks are full after " + accepted + " MiB").isTrue();
      told = fails(() -> channel.force(true));
      assertThat(fails(() -> channel.force(true))).as("the second fsync").isFalse();
      assertThat(fails(channel::close)).as("the close after the fsyncs").isFalse();
    } finally {
      fails(channel::close); // Has no effect if it is closed.
    }
    assertThat(synced).isEqualTo(SYNCED_MIB);
    final int vouchedFor = told ? synced : accepted;
    System.out.printf(
        "%d MiB accepted, fsync %s, %d MiB vouched for%n",
        accepted, told ? "failed" : "succeeded", vouchedFor);
    for (final Path mount : List.of(kernelMount, libfuseMount)) {
      try (FileChannel reading = FileChannel.open(mount.resolve("filling"))) {
        for (int index = 0; index < vouchedFor; index++) {
          final ByteBuffer seen = ByteBuffer.allocate(MIB);
          reading.read(seen, (long) index * MIB);
          assertThat(seen.flip()).as("MiB " + index + " on " + mount).isEqualTo(block(index));
        }
      }
    }
  }

  private static ByteBuffer block(int index) {
    final ByteBuffer block = ByteBuffer.allocate(MIB);
    while (block.hasRemaining()) {
      block.putInt(index + 1);
    }
    return block.flip();
  }

  // --- datanodes that die

  private void dieUnderOpenFiles(List<Path> files) throws Exception {
    final List<Callable<Void>> cases = new ArrayList<>();
    for (final Path file : files) {
      // Synced before, so that a sync during the outage has nothing to send, only a failure to
      // report.
      final FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.force(true);
      final String name = file.getFileName().toString();
      if (name.startsWith("twice")) {
        final FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE);
        cases.add(() -> lostUnderTwoHandles(file, channel, other));
      } else if (name.startsWith("forked")) {
        cases.add(() -> lostUnderTwoProcesses(file, channel));
      } else if (name.startsWith("mapped")) {
        final MappedByteBuffer pages = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE);
        cases.add(() -> lostInMappedPages(channel, pages));
      } else if (name.startsWith("synchronous")) {
        channel.close();
        final FileChannel synchronous =
            FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        synchronous.force(true);
        cases.add(() -> lostInASynchronousWrite(synchronous));
      } else {
        channel.close();
        cases.add(() -> lostByAProgram(file));
      }
    }
    cluster.kill("datanode-2");
    cluster.kill("datanode-3");
    // A write that is sent before gets stuck if its chain begins with the third: then its bytes are
    // neither lost nor shown.
    Await.until(
        "the master knows that two datanodes are away", AWAY_WITHIN, () -> nodesAlive() == 1);
    final ExecutorService threads = Executors.newFixedThreadPool(cases.size());
    try {
      final List<Future<Void>> ends = new ArrayList<>();
      for (final Callable<Void> each : cases) {
        ends.add(threads.submit(each));
      }
      for (final Future<Void> end : ends) {
        end.get(3, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private long nodesAlive() {
    return cluster.status().getNodesList().stream()
        .filter(node -> node.getState().equals("alive"))
        .count();
  }

  /** Waits for the loss by reading, since no read reports the failure. */
  private static void loseBytes(Path file, FileChannel channel) throws Exception {
    channel.write(ByteBuffer.wrap(filled(PAGE, 'b')), 0);
    Await.until(
        "nobody is shown what " + file + " lost",
        GIVEN_UP_WITHIN,
        () -> Arrays.equals(Files.readAllBytes(file), filled(PAGE, 'a')));
  }

  private static Void lostUnderTwoHandles(Path file, FileChannel one, FileChannel other)
      throws Exception {
    loseBytes(file, one);
    // This syncfs reaches only the kernel, and must not use up the report that fsync owes.
    Command.run("sync", "-f", file.toString()).expectSuccess();
    assertThat(fails(() -> one.force(true))).as("fsync of %s", file).isTrue();
    assertThat(fails(() -> one.force(true))).as("second fsync of %s", file).isFalse();
    assertThat(fails(one::close)).as("close of %s after fsync", file).isFalse();
    assertThat(fails(() -> other.force(true))).as("fsync of another handle").isTrue();
    assertThat(fails(other::close)).as("close of another handle after fsync").isFalse();
    try (FileChannel later = FileChannel.open(file, StandardOpenOption.READ)) {
      final ByteBuffer seen = ByteBuffer.allocate(PAGE);
      later.read(seen, 0);
      assertThat(seen.array()).as("%s opened later", file).isEqualTo(filled(PAGE, 'a'));
    }
    return null;
  }

  /**
   * A process that Java starts closes all inherited files before its program begins, so two
   * processes close this one.
   */
  private static Void lostUnderTwoProcesses(Path file, FileChannel channel) throws Exception {
    loseBytes(file, channel);
    Command.run("true").expectSuccess();
    assertThat(fails(channel::close)).as("close of %s, after that of a child", file).isTrue();
    return null;
  }

  private static Void lostInMappedPages(FileChannel channel, MappedByteBuffer pages)
      throws Exception {
    pages.put(0, (byte) 'b');
    assertThatThrownBy(pages::force).as("msync").isInstanceOf(Exception.class);
    assertThat(fails(channel::close)).as("close after msync").isFalse();
    return null;
  }

  private static Void lostInASynchronousWrite(FileChannel channel) throws Exception {
    assertThat(fails(() -> channel.write(ByteBuffer.wrap(filled(PAGE, 'b')), 0)))
        .as("a synchronous write")
        .isTrue();
    assertThat(fails(() -> channel.force(true))).as("fsync after it").isTrue();
    assertThat(fails(channel::close)).as("close after fsync").isFalse();
    return null;
  }

  private static Void lostByAProgram(Path file) {
    final Command.Result dd =
        Command.run("dd", "if=/dev/zero", "of=" + file, "bs=4096", "count=1", "conv=notrunc");
    assertThat(dd.exitStatus()).as(dd.output()).isNotZero();
    return null;
  }

  /** A call that may fail. */
  @FunctionalInterface
  private interface Call {
    void run() throws IOException;
  }

  private static boolean fails(Call call) {
    try {
      call.run();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static byte[] filled(int length, char with) {
    final byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}
