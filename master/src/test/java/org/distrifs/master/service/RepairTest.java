package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.Test;

/** Chunks get their full number of replicas back, with datanodes that the test plays. */
class RepairTest extends ClusterSteps {

  @Test
  void aReplicaThatIsLostIsMadeUpForOnAnotherNode() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.register(master.registration(4));
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3, 4);
    passWithBeats(25_000, 1, 3, 4);
    assertThat(locate().getVersion()).isEqualTo(chunk.getVersion());
    passWithBeats(10_000, 1, 3, 4);
    awaitWritable();
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 3, 4);
    assertThat(nodesOf(locate()).get(2)).isEqualTo(4);
    assertThat(replica(4, chunk.getChunkId()).length).isEqualTo(LENGTH);
    assertThat(replica(4, chunk.getChunkId()).version).isEqualTo(locate().getVersion());
    assertThat(master.status().getChunksShort()).isZero();
    assertThat(master.status().getRepair().getCopiesDone()).isEqualTo(1);
  }

  @Test
  void aChunkThatWasAllocatedShortIsFilledUpWhenThereAreMoreNodes() {
    master.pass(10_000);
    master.nodesJoin(2);
    writtenFile();
    master.register(master.registration(3));
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS + 3000, 1, 2, 3);
    awaitWritable();
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void nothingIsCopiedSoonAfterTheMastersStart() {
    master.pass(10_000);
    master.nodesJoin(2);
    writtenFile();
    master.register(master.registration(3));
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS - 12_000, 1, 2, 3);
    assertThat(master.datanodes.requests()).noneMatch(DataRequest.Copy.class::isInstance);
  }

  @Test
  void withoutAnotherNodeAChunkIsBetterOffWithoutWhatItLost() {
    master.nodesJoin(3);
    writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3);
    passWithBeats(35_000, 1, 2);
    awaitWritable();
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 2);
    assertThat(master.datanodes.requests()).noneMatch(DataRequest.Copy.class::isInstance);
    assertThat(master.status().getChunksShort()).isEqualTo(1);
  }

  @Test
  void whoComesBackWithAnOldReplicaGetsTheRestOfItAndJoinsAgain() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.datanodes.setGone(MiniMaster.BASE_PORT + 2, true);
    report(chunk, 2, Status.TIMED_OUT);
    awaitWritable();
    master.datanodes.setGone(MiniMaster.BASE_PORT + 2, false);
    master.nodeRestarts(2);
    master.nodesJoin(3);
    master.report(2, master.incarnation(2), reported(chunk, 1).build());
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS + 3000, 1, 2, 3);
    awaitWritable();
    assertThat(nodesOf(locate()).get(2)).isEqualTo(2);
    assertThat(replica(2, chunk.getChunkId()).version).isEqualTo(locate().getVersion());
  }
}
