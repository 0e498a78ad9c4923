package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Test;

/**
 * Every operation that the master acknowledged survives any crash. The master refuses a damaged
 * journal.
 */
class MasterCrashTest {
  private static final int CREATES = 2000;
  private static final int CREATES_BEFORE_THE_KILL = 700;

  @RunningCluster private Cluster cluster;

  @Test
  void everyCreateThatReturnedSurvivesAKilledMasterAndTheMountGoesOn() throws Exception {
    final Path files = Files.createDirectory(cluster.mount().resolve("files"));
    final ConcurrentLinkedQueue<String> returned = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Void> creating =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < CREATES; i++) {
                create(files.resolve("f" + i));
                returned.add("f" + i);
              }
            });

    Await.until(
        "some creates have returned",
        Duration.ofMinutes(2),
        () -> returned.size() >= CREATES_BEFORE_THE_KILL || creating.isDone());
    assertThat(returned.size()).as("the kill comes in the middle").isLessThan(CREATES);
    cluster.kill("master");
    cluster.local("start", "master").expectSuccess();

    // The program on the mount only had to wait.
    creating.get(3, TimeUnit.MINUTES);
    final List<String> names = new ArrayList<>();
    try (Stream<Path> listed = Files.list(files)) {
      listed.forEach(file -> names.add(file.getFileName().toString()));
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(returned);
    assertThat(names).hasSize(CREATES);
  }

  @Test
  void aJournalCutInItsLastRecordLosesNothingThatWasAnswered() throws Exception {
    Command.shell("mkdir \"$1\"/kept; echo text > \"$1\"/kept/file", cluster.mount())
        .expectSuccess();
    cluster.kill("master");
    // A torn record, as when the machine dies during a write: its header announces more bytes.
    try (RandomAccessFile log = new RandomAccessFile(journal().toFile(), "rw")) {
      log.seek(log.length());
      log.write(new byte[] {3, 0, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7});
    }

    cluster.local("start", "master").expectSuccess();

    assertThat(Command.shell("cat \"$1\"/kept/file", cluster.mount()).expectSuccess().output())
        .isEqualTo("text\n");
  }

  @Test
  void aByteFlippedInTheMiddleOfTheJournalStopsTheMasterWithFileAndOffset() throws Exception {
    Command.shell("for i in $(seq 50); do echo $i > \"$1\"/f$i; done", cluster.mount())
        .expectSuccess();
    cluster.local("stop", "mount");
    cluster.local("stop", "master").expectSuccess();
    final Path journal = journal();
    try (RandomAccessFile log = new RandomAccessFile(journal.toFile(), "rw")) {
      final long middle = log.length() / 2;
      log.seek(middle);
      final int old = log.read();
      log.seek(middle);
      log.write(old ^ 0x10);
    }

    final Command.Result start = cluster.local("start", "master");

    assertThat(start.exitStatus()).isNotZero();
    assertThat(start.output())
        .contains(journal.getFileName().toString())
        .containsPattern("(offset|byte) \\d+")
        .doesNotContain("\tat ");
  }

  private Path journal() throws Exception {
    try (Stream<Path> files = Files.walk(cluster.data("master"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("master.log."))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
