package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.ChunkCounts;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A chunk that is only unknown or waiting is not reported as short or lost: while files are
 * written, after a start of the master, and while a datanode is away for a moment.
 */
class FalseAlarmsTest {
  private static final int FILES = 40;
  private static final Duration BOUND = Duration.ofSeconds(90);

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    // Long enough for the killed datanode to be back before it counts as dead, on slow machines
    // too.
    Cluster.configureMaster(folder, "node.deadAfterMs = 300000");
    cluster = Cluster.start(folder);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void nobodyIsWarnedOfWhatIsNotKnownYetOrWaitedFor() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(cluster.mount().resolve("file" + i), "some bytes\n");
      if (i % 10 == 0) {
        statusWithoutAlarm();
      }
    }
    awaitAllFull();

    cluster.kill("master");
    cluster.local("start", "master").expectSuccess();
    awaitAllFull();

    // Its port refuses connections now, so the master calls it silent at once.
    cluster.kill("datanode-2");
    Await.until(
        "chunks wait for the datanode",
        BOUND,
        () -> statusWithoutAlarm().getChunksWaiting() == FILES);
    final Command.Result found = cluster.distrifs("fsck", "--json", "/");
    assertThat(found.exitStatus()).as(found.output()).isEqualTo(1);
    assertThat(found.output())
        .contains("\"state\":\"waiting\"")
        .contains("\"chunks_waiting\":" + FILES)
        .contains("\"chunks_short\":0");
    assertThat(cluster.distrifs("status").expectSuccess().output())
        .contains("Repair: begins when a silent datanode counts as dead");
    cluster.local("start", "datanode-2").expectSuccess();
    awaitAllFull();

    assertThat(Files.readString(cluster.log("master")))
        .doesNotContain("fewer good replicas")
        .doesNotContain("no good replica")
        .doesNotContain("could not be copied");
  }

  private void awaitAllFull() throws Exception {
    Await.until(
        "all chunks are reported, with all their replicas",
        BOUND,
        () -> ChunkCounts.notFull(statusWithoutAlarm()) == 0);
  }

  private StatusReply statusWithoutAlarm() {
    final StatusReply status = cluster.status();
    assertThat(ChunkCounts.toBeActedOn(status)).as("short or lost in %s", status).isZero();
    return status;
  }
}
