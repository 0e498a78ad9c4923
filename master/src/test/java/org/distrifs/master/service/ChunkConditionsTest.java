package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.Test;

/**
 * The conditions of chunks while the master does not know all replicas, with datanodes that the
 * test plays.
 */
class ChunkConditionsTest extends ClusterSteps {

  @Test
  void afterAStartChunksAreUnknownUntilTheyAreReportedAndNobodyIsWarned() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    assertConditions(0, 0, 0, 0, 0);
    master.restart();
    master.pass(3000);
    assertConditions(1, 0, 0, 0, 0);
    assertThat(master.warnings()).isEmpty();

    master.nodesRestart(3);
    assertConditions(1, 0, 0, 0, 0);
    for (int node = 1; node <= 3; node++) {
      master.report(node, master.incarnation(node), reported(chunk, 1).build());
    }
    assertConditions(0, 0, 0, 0, 0);
  }

  @Test
  void whatANodeDoesNotReportAfterAStartIsMissingAndRepaired() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.restart();
    master.nodesRestart(3);
    for (int node = 1; node <= 2; node++) {
      master.report(node, master.incarnation(node), reported(chunk, 1).build());
    }
    assertConditions(1, 0, 0, 0, 0);
    master.report(3, master.incarnation(3));
    assertConditions(0, 1, 0, 0, 0);
    client = new TestClient(master.channel(), 43);
    client.open();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS + 3000);
    assertThat(copies()).hasSize(1);
  }

  @Test
  void aFileThatIsBeingWrittenIsNeitherShortNorCopied() throws Exception {
    master.nodesJoin(3);
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    OperationReply file = createFile();
    inode = file.getAttributes().getInode();
    ChunkLocation fresh = file.getChunks(0);
    // It was allocated in advance, and two reports are made before the first byte is written.
    for (int report = 0; report < 2; report++) {
      for (int node = 1; node <= 3; node++) {
        master.report(node, master.incarnation(node));
      }
    }
    var commit = commit(LENGTH);
    commit.getCommitBuilder().addWrittenChunks(fresh.getChunkId());
    assertThat(call(commit).getErrno()).isZero();

    passWithBeats(3000);
    assertConditions(1, 0, 0, 0, 0);
    assertThat(master.status().getChunksUnavailable()).isZero();
    assertThat(copies()).isEmpty();
    nodesOf(fresh).forEach(node -> tellOf(fresh, node));
    assertConditions(0, 0, 0, 0, 0);
  }

  @Test
  void ofASilentNodeNothingIsShortUntilItIsDead() {
    master.nodesJoin(3);
    writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3);
    passWithBeats(20_000, 1, 2);
    assertConditions(0, 1, 0, 0, 0);
    assertThat(master.warnings()).isEmpty();
    passWithBeats(12_000, 1, 2);
    assertConditions(0, 0, 0, 1, 0);
    passWithBeats(25_000, 1, 2);
    assertThat(master.warnings()).singleElement().asString().contains("1 of 1 chunks have fewer");
  }

  @Test
  void aChunkWhoseNodesAreAllDeadIsLostAndUntilThenItCannotBeReadOnly() {
    master.nodesJoin(3);
    writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3);
    passWithBeatsOfNone(20_000);
    assertConditions(0, 1, 0, 0, 0);
    assertThat(master.status().getChunksUnavailable()).isEqualTo(1);
    passWithBeatsOfNone(12_000);
    assertConditions(0, 0, 0, 0, 1);
    passWithBeatsOfNone(25_000);
    assertThat(master.warnings()).singleElement().asString().contains("no good replica");
  }

  /**
   * The master was wrong about a replica. It asks the node for a report, instead of copying again
   * and again.
   */
  @Test
  void aCopyOfWhatIsThereIsNoFailureAndIsNotTriedInARow() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    master.datanodes.refuseCopiesOfCurrentReplicas();
    for (int report = 0; report < 3; report++) {
      master.report(3, master.incarnation(3));
    }
    master.takeReportsWanted();
    passWithBeats(5000);

    assertThat(copies()).hasSize(1);
    assertThat(master.status().getRepair().getCopiesFailed()).isZero();
    assertThat(master.takeReportsWanted()).contains(3);
    master.report(3, master.incarnation(3), reported(chunk, 1).build());
    passWithBeats(15_000);
    assertThat(copies()).hasSize(1);
    assertConditions(0, 0, 0, 0, 0);
  }

  private void passWithBeatsOfNone(long ms) {
    for (long passed = 0; passed < ms; passed += 1000) {
      master.pass(1000);
      client.keepAlive(0);
    }
  }

  private List<DataRequest> copies() {
    return master.datanodes.requests().stream().filter(DataRequest.Copy.class::isInstance).toList();
  }

  private void assertConditions(int unknown, int waiting, int repairing, int shortOnes, int lost) {
    StatusReply status = master.status();
    assertThat(
            List.of(
                status.getChunksUnknown(),
                status.getChunksWaiting(),
                status.getChunksRepairing(),
                status.getChunksShort(),
                status.getChunksLost()))
        .as("unknown, waiting, repairing, short, lost")
        .containsExactly(
            (long) unknown, (long) waiting, (long) repairing, (long) shortOnes, (long) lost);
  }
}
