package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaName;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** What happens to replicas when a master goes on from an older copy of its journal. */
class RollbackServiceTest extends ClusterSteps {
  private static final int FIRST_VERSION_AFTER = 1 << 20;
  private static final int NODES = 5;
  private static final int NEWER = LENGTH + 500;

  private final List<NodeCommand> commands = new ArrayList<>();

  @Test
  void aReplicaWhoseCommitWasLostIsAheadUntilAChangeMakesAllEqualToIt() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    int copied = log.entries().size();
    master.datanodes.setGone(MiniMaster.BASE_PORT + 3, true);
    report(chunk, 3, Status.TIMED_OUT);
    awaitWritable();
    ChunkLocation later = locate();
    assertThat(nodesOf(later)).containsExactlyInAnyOrder(1, 2);
    replica(1, chunk.getChunkId()).length = NEWER;
    replica(2, chunk.getChunkId()).length = NEWER;
    master.datanodes.setGone(MiniMaster.BASE_PORT + 3, false);
    goOnFrom(copied, 3);

    for (int node = 1; node <= 2; node++) {
      reportHeld(node, reported(chunk, later.getVersion()).setLength(NEWER).build());
    }
    reportHeld(3, reported(chunk, chunk.getVersion()).build());
    assertThat(master.status().getChunksWaiting()).as("not full, though reported").isEqualTo(1);
    passCollecting(MiniMaster.REPAIR_START_AFTER_MS + 5000, 3);
    awaitWritable();

    ChunkLocation mended = locate();
    assertThat(mended.getVersion()).isGreaterThan(FIRST_VERSION_AFTER);
    assertThat(nodesOf(mended)).containsExactlyInAnyOrder(1, 2, 3);
    for (int node = 1; node <= 3; node++) {
      assertThat(replica(node, chunk.getChunkId()).version).isEqualTo(mended.getVersion());
      assertThat(replica(node, chunk.getChunkId()).length).isEqualTo(NEWER);
    }
    assertThat(commands).noneMatch(NodeCommand::hasDeleteReplicas);
    assertThat(commands).noneMatch(NodeCommand::hasQuarantineReplicas);
    assertThat(master.status().getChunksWaiting()).isZero();
  }

  @Test
  void aChunkThatOnlyLostEntriesKnewGoesIntoQuarantineAndNeverIntoTheTrash() throws Exception {
    master.nodesJoin(3);
    writtenFile();
    int copied = log.entries().size();
    ChunkLocation lost = writtenFile();
    goOnFrom(copied, 3);

    reportHeld(2, reported(lost, 1).build());
    passCollecting(MiniMaster.REPAIR_START_AFTER_MS + 5000, 3);
    assertThat(commands).noneMatch(NodeCommand::hasDeleteReplicas);
    assertThat(commands.stream().filter(NodeCommand::hasQuarantineReplicas))
        .singleElement()
        .satisfies(
            command ->
                assertThat(command.getQuarantineReplicas().getReplicasList())
                    .containsExactly(
                        ReplicaName.newBuilder()
                            .setChunkId(lost.getChunkId())
                            .setVersion(1)
                            .build()));
    client = new TestClient(master.channel(), 44);
    client.open();
    assertThat(createFile().getChunks(0).getChunkId()).isGreaterThan(lost.getChunkId());
  }

  @Test
  void aChainThatMovedAfterTheCopyIsAdopted() throws Exception {
    master.nodesJoin(NODES);
    ChunkLocation chunk = writtenFile();
    int copied = log.entries().size();
    createFile();
    goOnFrom(copied, NODES);
    reportMovedTo(others(chunk), chunk);
    passCollecting(MiniMaster.REPAIR_START_AFTER_MS + 10_000, NODES);
    awaitWritable();

    assertThat(log.entries()).anyMatch(JournalEntry::hasChainAdopted);
    assertThat(nodesOf(locate())).hasSize(3).containsAll(others(chunk));
    assertThat(locate().getVersion()).isGreaterThan(FIRST_VERSION_AFTER);
    assertThat(commands).noneMatch(NodeCommand::hasDeleteReplicas);
    assertThat(commands).noneMatch(NodeCommand::hasQuarantineReplicas);
  }

  @Test
  void withoutARollbackNothingIsAdopted() throws Exception {
    master.nodesJoin(NODES);
    ChunkLocation chunk = writtenFile();
    master.restart();
    client = new TestClient(master.channel(), 43);
    client.open();
    master.nodesRestart(NODES);
    reportMovedTo(others(chunk), chunk);
    passCollecting(MiniMaster.REPAIR_START_AFTER_MS + 5000, NODES);
    assertThat(log.entries()).noneMatch(JournalEntry::hasChainAdopted);
    assertThat(nodesOf(locate())).isEqualTo(nodesOf(chunk));
    assertThat(commands).noneMatch(NodeCommand::hasDeleteReplicas);
  }

  // --- steps

  private static List<Integer> others(ChunkLocation chunk) {
    List<Integer> others = new ArrayList<>(List.of(1, 2, 3, 4, 5));
    others.removeAll(nodesOf(chunk));
    return others;
  }

  /** Has only these nodes report the chunk, in a version that the master does not know. */
  private void reportMovedTo(List<Integer> holders, ChunkLocation chunk) throws Exception {
    for (int node = 1; node <= NODES; node++) {
      if (holders.contains(node)) {
        replica(node, chunk.getChunkId()).version = 7;
        replica(node, chunk.getChunkId()).length = LENGTH;
        reportHeld(node, reported(chunk, 7).build());
      } else {
        reportHeld(node);
      }
    }
  }

  /**
   * Starts a master with only the first entries of its journal, while the datanodes have heard of
   * all.
   */
  private void goOnFrom(int entries, int nodes) throws IOException {
    int seen = log.entries().size();
    log.forgetLast(seen - entries);
    master.restartAcceptingRollback();
    for (int node = 1; node <= nodes; node++) {
      RegisterRequest.Builder request = returning(node, seen);
      assertThatThrownBy(() -> master.register(request))
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining("--accept-rollback");
    }
    master.pass(4000);
    assertThat(master.status().getServing()).isTrue();
    assertThat(master.status().getRollback().getHighestSeenTxid()).isEqualTo(seen);
    for (int node = 1; node <= nodes; node++) {
      master.register(returning(node, seen));
    }
    client = new TestClient(master.channel(), 43);
    client.open();
  }

  private RegisterRequest.Builder returning(int node, long seenTxid) {
    return master
        .registration(node)
        .setNodeId(node)
        .setClusterId(MemoryLog.CLUSTER)
        .setHighestDurableTxid(seenTxid)
        .setHighestDurableTerm(1);
  }

  private void reportHeld(int node, ReplicaReport... replicas) throws Exception {
    master.report(node, master.incarnation(node), replicas);
  }

  private void passCollecting(long ms, int nodes) {
    for (long passed = 0; passed < ms; passed += 1000) {
      master.pass(1000);
      for (int node = 1; node <= nodes; node++) {
        commands.addAll(master.beat(node).getCommandsList());
      }
      client.keepAlive(0);
    }
  }
}
