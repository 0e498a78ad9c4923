package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.Shell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The journal of a master is restored from a copy that was made while it ran. The master refuses to
 * serve, and goes on when the operator accepts the loss. What happens to the replicas is tested by
 * {@code RollbackServiceTest} of the master, in seconds.
 */
@Tag("full")
class RollbackTest {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int UUID_LENGTH = 36;
  private static final int FILES = 5;

  @TempDir Path folder;
  private Cluster cluster;
  private Shell shell;

  @BeforeEach
  void start() throws Exception {
    Cluster.configureMaster(folder, "repair.startAfterMs = 1s\nnode.blockReportIntervalMs = 1s");
    cluster = Cluster.start(folder);
    shell = new Shell();
  }

  @AfterEach
  void stop() {
    if (shell != null) {
      shell.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void aMasterGoesOnFromAnOlderCopyOnlyWhenToldAndGivesNoNumberOutTwice() throws Exception {
    write("before", FILES);
    final Path copy = copyJournalUnderLoad();
    final Set<UUID> chunksBefore = chunks();
    write("after", FILES);
    final List<Long> lostInodes = inodes("after");
    final Set<UUID> lostChunks = chunks();
    lostChunks.removeAll(chunksBefore);
    assertThat(lostChunks).hasSize(FILES);
    final Set<UUID> chunksSeen = chunks();
    final long seenTxid = cluster.status().getDurableTxid();
    shell.run("exec 3>>" + Shell.quoted(cluster.mount().resolve("before/f1")));
    final List<Long> pids = pids();

    cluster.kill("master");
    restore(copy);
    refusesAndNamesTheWayOut();
    cluster.local("stop", "master");
    // At the first start it has written to its journal. It must refuse at the second one as well.
    refusesAndNamesTheWayOut();
    cluster.local("stop", "master");
    assertThat(pids()).as("no datanode and no mount has ended").isEqualTo(pids);

    cluster.local("start", "master", "--accept-rollback").expectSuccess();
    Await.until("the mount answers again", BOUND, () -> isRead("before"));
    assertThat(Files.exists(cluster.mount().resolve("after"))).isFalse();
    final StatusReply status = cluster.status();
    assertThat(status.getRollback().getHighestSeenTxid()).isGreaterThanOrEqualTo(seenTxid);
    assertThat(status.getRollback().getLastTxid()).isLessThan(seenTxid);
    assertThat(status.getDurableTxid()).isGreaterThan(status.getRollback().getHighestSeenTxid());
    assertThat(
            shell.run(
                "if echo more | dd conv=fsync >&3 2>/dev/null; then echo ok; else echo eio; fi"))
        .as("a handle from before the rollback")
        .isEqualTo("eio");

    write("new", FILES);
    assertThat(isRead("new")).isTrue();
    final long highestLostInode = lostInodes.stream().mapToLong(id -> id).max().orElseThrow();
    assertThat(inodes("new")).allMatch(inode -> inode > highestLostInode);
    final long highestSeenChunk =
        chunksSeen.stream().mapToLong(ChunkName::chunkId).max().orElseThrow();
    final Set<UUID> newChunks = chunks();
    newChunks.removeAll(chunksSeen);
    assertThat(newChunks).hasSize(FILES);
    assertThat(newChunks).allMatch(chunk -> ChunkName.chunkId(chunk) > highestSeenChunk);

    Await.until(
        "the lost replicas are in quarantine", BOUND, () -> quarantined().containsAll(lostChunks));
    final String listed = listedInQuarantine();
    assertThat(lostChunks).allMatch(chunk -> listed.contains(chunk.toString()));
    assertThat(cluster.distrifs("status").expectSuccess().output()).contains("Rolled back");

    cluster.local("stop", "master").expectSuccess();
    cluster.local("start", "master").expectSuccess();
    Await.until("all is read without the flag", BOUND, () -> isRead("before") && isRead("new"));
    assertThat(cluster.status().getServing()).isTrue();
  }

  /** Copies the segments of the journal as an operator would, while files are created. */
  private Path copyJournalUnderLoad() throws IOException {
    final Path copy = Files.createDirectories(folder.resolve("copy"));
    Command.shell(
            "mkdir \"$1\"/load; (for i in $(seq 60); do echo $i > \"$1\"/load/$i; done) & sleep 0.3;"
                + " cp -p \"$2\"/master.log.* \"$3\"; wait",
            cluster.mount(),
            cluster.data("master"),
            copy)
        .expectSuccess();
    return copy;
  }

  private void restore(Path copy) {
    Command.shell(
            "rm \"$1\"/master.log.*; cp -p \"$2\"/master.log.* \"$1\"",
            cluster.data("master"),
            copy)
        .expectSuccess();
  }

  private void refusesAndNamesTheWayOut() throws Exception {
    final long before = Files.size(cluster.log("master"));
    // It may refuse while this command waits, or just after it, depending on who asks it first.
    cluster.local("start", "master", "--wait", "20");
    Await.until(
        "the master says how to go on",
        BOUND,
        () ->
            Files.readString(cluster.log("master"))
                .substring((int) before)
                .contains("--accept-rollback"));
  }

  private void write(String name, int count) {
    Command.shell(
            "mkdir \"$1\"/$2; for i in $(seq $3); do head -c 20000 /dev/zero | tr '\\0' \"$i\" > \"$1\"/$2/f$i; done; sync -f \"$1\"",
            cluster.mount(),
            name,
            count)
        .expectSuccess();
  }

  private boolean isRead(String name) {
    return Command.shell(
                "for i in $(seq $3); do head -c 20000 /dev/zero | tr '\\0' \"$i\" | cmp - \"$1\"/$2/f$i; done",
                cluster.mount(),
                name,
                FILES)
            .exitStatus()
        == 0;
  }

  private List<Long> inodes(String name) {
    return Command.shell("stat -c %i \"$1\"/$2/*", cluster.mount(), name)
        .expectSuccess()
        .output()
        .lines()
        .map(Long::parseLong)
        .toList();
  }

  /** The chunks of which the first datanode has a replica. With three datanodes it has all. */
  private Set<UUID> chunks() throws IOException {
    return named(cluster.data("datanode-1").resolve("chunks"));
  }

  private Set<UUID> quarantined() throws IOException {
    return named(cluster.data("datanode-1").resolve("quarantine"));
  }

  private static Set<UUID> named(Path below) throws IOException {
    if (!Files.exists(below)) {
      return new HashSet<>();
    }
    try (Stream<Path> files = Files.walk(below)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.length() >= UUID_LENGTH)
          .map(name -> UUID.fromString(name.substring(0, UUID_LENGTH)))
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  private List<Long> pids() throws IOException {
    final List<Long> pids = new ArrayList<>();
    for (final String role : List.of("datanode-1", "datanode-2", "datanode-3", "mount")) {
      final long pid = cluster.pid(role);
      pids.add(Files.exists(Path.of("/proc", Long.toString(pid))) ? pid : 0);
    }
    return pids;
  }

  private String listedInQuarantine() {
    return Cluster.distrifs(
            BOUND, List.of("quarantine", "list", "--data", cluster.data("datanode-1").toString()))
        .expectSuccess()
        .output();
  }
}
