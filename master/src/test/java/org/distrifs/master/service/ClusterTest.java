package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.Test;

/** Datanodes, placement, truncation and suspect replicas, with datanodes that the test plays. */
class ClusterTest extends ClusterSteps {

  @Test
  void aNodeGetsTheSameIdHoweverOftenItRegistersAndAfterARestart() throws IOException {
    assertThat(master.register(master.registration(1)).getNodeId()).isEqualTo(1);
    assertThat(master.register(master.registration(1)).getNodeId()).isEqualTo(1);
    assertThat(master.register(master.registration(2)).getNodeId()).isEqualTo(2);
    master.restart();
    assertThat(master.status().getNodes(0).getState()).isEqualTo("unknown");
    assertThat(master.beat(1).getCommands(0).hasRegisterAgain()).isTrue();
    assertThat(master.register(master.registration(1).setNodeId(1)).getNodeId()).isEqualTo(1);
    assertThat(master.beat(1).getCommands(0).hasReportBlocks()).isTrue();
    assertThat(master.status().getNodes(0).getState()).isEqualTo("alive");
  }

  @Test
  void aNodeThatMovedIsJournalledWithItsNewAddress() {
    master.nodesJoin(3);
    master.register(master.registration(1).setNodeId(1).setPort(9999));
    assertThat(master.status().getNodes(0).getPort()).isEqualTo(9999);
    assertThat(log.entries()).anyMatch(entry -> entry.getNodeJoin().getPort() == 9999);
  }

  @Test
  void aForeignNodeIsRefusedForGoodAndOthersAreAskedToWaitWithASentence() {
    assertRefused(
        "FAILED_PRECONDITION",
        "cluster",
        () -> master.register(master.registration(1).setClusterId(99)));
    assertRefused(
        "UNAVAILABLE", "no datanode 5", () -> master.register(master.registration(1).setNodeId(5)));
    assertRefused(
        "UNAVAILABLE",
        "version",
        () -> master.register(master.registration(1).setProtocolVersion(9)));
    master.nodesJoin(1);
    assertRefused(
        "UNAVAILABLE",
        "",
        () -> master.register(master.registration(1).setNodeId(1).setNodeSecret(777)));
  }

  private static void assertRefused(String status, String words, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(status)
        .hasMessageContaining(words);
  }

  @Test
  void aNewChunkIsOnThreeNodesThatCanBeReached() {
    master.nodesJoin(3);
    ChunkLocation chunk = createFile().getChunks(0);
    assertThat(chunk.getMembersCount()).isEqualTo(3);
    assertThat(chunk.getWritable()).isTrue();
    assertThat(chunk.getFresh()).isTrue();
    chunk
        .getMembersList()
        .forEach(
            member -> {
              assertThat(member.getAlive()).isTrue();
              assertThat(member.getPort()).isEqualTo(MiniMaster.BASE_PORT + member.getNodeId());
              assertThat(member.getIncarnation()).isEqualTo(master.incarnation(member.getNodeId()));
            });
  }

  @Test
  void withTooFewNodesAFileIsMadeAndAChunkIsToBeAskedForAgain() {
    master.nodesJoin(1);
    OperationReply file = createFile();
    assertThat(file.getErrno()).isZero();
    assertThat(file.getChunksCount()).isZero();
    CompletableFuture<OperationReply> chunk =
        client.send(0, ++number, TestClient.allocate(file.getAttributes().getInode(), 0));
    master.pass(11_000);
    assertThat(TestClient.await(chunk).getErrno()).isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void soonAfterTheStartAChunkWaitsForAllItsNodesRatherThanTakeFewer() {
    master.nodesJoin(2);
    long inode = createFile().getAttributes().getInode();
    CompletableFuture<OperationReply> chunk =
        client.send(0, ++number, TestClient.allocate(inode, 0));
    master.pass(2000);
    assertThat(chunk).isNotDone();
    master.register(master.registration(3));
    master.pass(500);
    assertThat(TestClient.await(chunk).getChunks(0).getMembersCount()).isEqualTo(3);
  }

  @Test
  void laterAChunkTakesTheMinimum() {
    master.pass(10_000);
    master.nodesJoin(2);
    assertThat(createFile().getChunks(0).getMembersCount()).isEqualTo(2);
  }

  @Test
  void fullDisksAreNoSpace() {
    for (int node = 1; node <= 3; node++) {
      master.register(master.registration(node).setAvailableBytes(0));
    }
    long inode = createFile().getAttributes().getInode();
    assertThat(call(TestClient.allocate(inode, 0)).getErrno()).isEqualTo(Errno.ENOSPC.code());
  }

  @Test
  void aChunkThatIsGivenUpWhileItIsAllocatedAgainIsMadeAnew() {
    master.nodesJoin(3);
    OperationReply file = createFile();
    inode = file.getAttributes().getInode();
    long givenUp = file.getChunks(0).getChunkId();
    log.hold();
    CompletableFuture<OperationReply> release =
        client.send(
            1,
            ++number,
            Operation.newBuilder()
                .setCommit(Commit.newBuilder().setInode(inode).addReleasedChunks(givenUp)));
    master.until(() -> log.held() == 1);
    CompletableFuture<OperationReply> again =
        client.send(2, ++number, TestClient.allocate(inode, 0));
    master.until(() -> log.held() == 2);
    log.release();
    assertThat(TestClient.await(release).getErrno()).isZero();
    OperationReply allocated = TestClient.await(again);
    assertThat(allocated.getErrno()).isZero();
    assertThat(allocated.getChunks(0).getChunkId()).isNotEqualTo(givenUp);
  }

  @Test
  void aFullNodeIsLeftOutOfNewChunksUntilItTellsOfRoom() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.register(master.registration(4));
    int full = chunk.getMembers(1).getNodeId();
    report(chunk, full, Status.NO_SPACE);
    for (int i = 0; i < 20; i++) {
      assertThat(nodesOf(createFile().getChunks(0))).hasSize(3).doesNotContain(full);
    }
    master.beat(beat -> {}, full);
    master.until(() -> nodesOf(createFile().getChunks(0)).contains(full));
  }

  @Test
  void aFullMemberIsReplacedByANodeWithRoom() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.register(master.registration(4));
    List<Integer> before = nodesOf(chunk);
    int full = before.get(0);
    assertThat(report(chunk, full, Status.NO_SPACE).getWritable()).isFalse();
    master.until(() -> locate().getVersion() > chunk.getVersion() && locate().getWritable());
    assertThat(nodesOf(locate())).containsExactly(before.get(1), before.get(2), 4);
    assertThat(replica(4, chunk.getChunkId()).version).isEqualTo(locate().getVersion());
  }

  @Test
  void aFullMemberOfAChunkThatNobodyWroteToIsReplacedUnderTheSameVersion() {
    master.nodesJoin(4);
    OperationReply file = createFile();
    inode = file.getAttributes().getInode();
    ChunkLocation chunk = file.getChunks(0);
    int full = nodesOf(chunk).get(0);
    report(chunk, full, Status.NO_SPACE);
    awaitWritable();
    assertThat(nodesOf(locate())).hasSize(3).doesNotContain(full);
    assertThat(locate().getVersion()).isEqualTo(1);
  }

  @Test
  void aWriterIsToldAtOnceThatNobodyElseHasRoom() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    OperationReply reply = call(failure(chunk, 2, Status.NO_SPACE));
    assertThat(reply.getErrno()).isEqualTo(Errno.ENOSPC.code());
    assertThat(reply.getSpaceIsScarce()).isTrue();
    assertThat(nodesOf(locate())).as("the chain stays").isEqualTo(nodesOf(chunk));
  }

  @Test
  void whileTooFewDatanodesAreAliveSpaceIsNotCalledScarce() {
    master.nodesJoin(3);
    writtenFile();
    firstMemberDies();
    // The chain without the first one: a report under its old version would look for nobody.
    awaitWritable();
    OperationReply reply = firstMemberDies();
    assertThat(reply.getChunks(0).getMembersList())
        .filteredOn(member -> member.getAlive())
        .hasSize(1);
    assertThat(reply.getSpaceIsScarce()).isFalse();
  }

  private OperationReply firstMemberDies() {
    ChunkLocation chunk = locate();
    int dead = chunk.getMembers(0).getNodeId();
    master.datanodes.setGone(MiniMaster.BASE_PORT + dead, true);
    return call(failure(chunk, dead, Status.TIMED_OUT));
  }

  @Test
  void aReportedFailureOfADeadNodeLeavesItOutOfTheChainAtOnce() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    int dead = chunk.getMembers(1).getNodeId();
    assertThat(report(chunk, dead, Status.TIMED_OUT).getWritable()).isTrue();
    master.datanodes.setGone(MiniMaster.BASE_PORT + dead, true);
    ChunkLocation after = report(chunk, dead, Status.TIMED_OUT);
    assertThat(after.getWritable()).isFalse();
    assertThat(after.getMembers(1).getAlive()).isFalse();
    assertThat(master.status().getNodes(dead - 1).getState()).isEqualTo("silent");
    awaitWritable();
    assertThat(locate().getVersion()).isGreaterThan(chunk.getVersion());
    assertThat(nodesOf(locate())).hasSize(2).doesNotContain(dead);
    assertThat(master.status().getChunksWaiting()).isEqualTo(1);
    assertThat(master.status().getChunksShort()).isZero();
  }

  /** Nobody fences it: who read there would miss what is written from the commit on. */
  @Test
  void aMemberThatReturnsInTheMiddleOfAChangeWithoutItIsNotFoundByReaders() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    int slow = MiniMaster.BASE_PORT + chunk.getMembers(0).getNodeId();
    int lost = chunk.getMembers(1).getNodeId();
    master.datanodes.setGone(MiniMaster.BASE_PORT + lost, true);
    master.datanodes.setHeld(slow, true);
    report(chunk, lost, Status.TIMED_OUT);
    master.until(
        () -> master.datanodes.requests().stream().anyMatch(DataRequest.Fence.class::isInstance));

    master.datanodes.setGone(MiniMaster.BASE_PORT + lost, false);
    master.nodeRestarts(lost);
    ChunkLocation meanwhile = locate();
    assertThat(meanwhile.getVersion()).isEqualTo(chunk.getVersion());
    assertThat(meanwhile.getMembers(1).getNodeId()).isEqualTo(lost);
    assertThat(meanwhile.getMembers(1).getIncarnation()).isZero();

    master.datanodes.setHeld(slow, false);
    master.until(() -> locate().getVersion() > chunk.getVersion());
    assertThat(nodesOf(locate())).doesNotContain(lost);
  }

  /**
   * The writer names no failed member: it only reports that it waits for a chain that is not
   * writable.
   */
  @Test
  void aWriterThatWaitsIsReasonEnoughToLeaveOutAMemberThatIsAway() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    int dead = chunk.getMembers(1).getNodeId();
    master.datanodes.setGone(MiniMaster.BASE_PORT + dead, true);
    master.pass(5000);
    assertThat(master.status().getNodes(dead - 1).getState()).isEqualTo("silent");
    assertThat(locate().getVersion()).isEqualTo(chunk.getVersion());
    assertThat(report(chunk, 0, Status.FENCED).getWritable()).isFalse();
    awaitWritable();
    assertThat(nodesOf(locate())).hasSize(2).doesNotContain(dead);
  }

  @Test
  void aMemberThatDoesNotAnswerIsLeftOutWhenItsLeaseIsOverAndNotBefore() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 2, true);
    report(chunk, 2, Status.TIMED_OUT);
    report(chunk, 2, Status.TIMED_OUT);
    passWithBeats(10_000);
    assertThat(locate().getVersion()).isEqualTo(1);
    passWithBeats(5000);
    awaitWritable();
    assertThat(nodesOf(locate())).hasSize(2).doesNotContain(2);
  }

  @Test
  void aNodeThatIsHeardButNotReachedGetsNoLeaseUntilItIsReached() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 2, true);
    report(chunk, 2, Status.TIMED_OUT);
    assertThat(master.beat(2).getLeaseRefused()).isFalse();
    passWithBeats(3600);
    assertThat(master.beat(2).getLeaseRefused()).isTrue();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 2, false);
    master.pass(900);
    assertThat(master.beat(2).getLeaseRefused()).isFalse();
    assertThat(master.status().getNodes(1).getState()).isEqualTo("alive");
  }

  @Test
  void anIncarnationThatWasCalledSilentHasToRegisterAsAnother() {
    master.nodesJoin(3);
    master.pass(12_000);
    assertThat(master.status().getNodes(1).getState()).isEqualTo("silent");
    assertThat(master.beat(2).getCommands(0).hasRegisterAgain()).isTrue();
    assertThat(master.status().getNodes(1).getState()).isEqualTo("silent");
    master.nodeRestarts(2);
    assertThat(master.beat(2).getCommands(0).hasReportBlocks()).isTrue();
    assertThat(master.status().getNodes(1).getState()).isEqualTo("alive");
  }

  @Test
  void aSilentNodeIsProbedAndFoundGoneLongBeforeItsSilenceTells() {
    master.nodesJoin(3);
    master.datanodes.setGone(MiniMaster.BASE_PORT + 2, true);
    master.pass(4000);
    assertThat(master.status().getNodes(1).getState()).isEqualTo("alive");
    master.pass(1000);
    assertThat(master.status().getNodes(1).getState()).isEqualTo("silent");
    assertThat(master.status().getNodes(0).getState()).isEqualTo("alive");
  }

  @Test
  void aTruncationIsAnsweredWhenEveryMemberHasCutTheChunk() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    OperationReply reply = call(TestClient.truncate(inode, 600));
    assertThat(reply.getErrno()).isZero();
    assertThat(reply.getAttributes().getSize()).isEqualTo(600);
    for (int node = 1; node <= 3; node++) {
      FakeDatanodes.FakeReplica replica = replica(node, chunk.getChunkId());
      assertThat(replica.length).isEqualTo(600);
      assertThat(replica.version).isEqualTo(2);
    }
    assertThat(locate().getVersion()).isEqualTo(2);
    assertThat(locate().getWritable()).isTrue();
    assertThat(log.entries()).anyMatch(entry -> entry.getChangeCommit().getInode() == inode);
  }

  @Test
  void aTruncationAtAChunkBoundaryNeedsNoCut() {
    master.nodesJoin(3);
    writtenFile();
    assertThat(call(TestClient.truncate(inode, 0)).getErrno()).isZero();
    assertThat(log.entries()).noneMatch(entry -> entry.hasChangeReserve());
  }

  @Test
  void theCutOfAnAllocatedChunkWithoutReplicasLeavesItAtItsFirstVersion() {
    master.nodesJoin(3);
    inode = createFile().getAttributes().getInode();
    call(TestClient.truncate(inode, 5000));
    assertThat(call(TestClient.truncate(inode, 100)).getErrno()).isZero();
    OperationReply again = call(TestClient.truncate(inode, 50));
    assertThat(again.getErrno()).isZero();
    assertThat(again.getAttributes().getSize()).isEqualTo(50);
    assertThat(log.entries()).noneMatch(entry -> entry.hasChangeReserve());
  }

  @Test
  void aTruncationLeavesAMemberOutThatIsAway() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.datanodes.setGone(MiniMaster.BASE_PORT + 3, true);
    passWithBeats(5000, 1, 2);
    OperationReply reply = call(TestClient.truncate(inode, 600));
    assertThat(reply.getErrno()).isZero();
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 2);
    assertThat(replica(1, chunk.getChunkId()).length).isEqualTo(600);
    assertThat(replica(3, chunk.getChunkId()).length).isEqualTo(LENGTH);
  }

  @Test
  void aTruncationIsRefusedBeforeItIsJournalledWhileTooManyMembersAreAway() {
    master.nodesJoin(3);
    writtenFile();
    master.datanodes.setGone(MiniMaster.BASE_PORT + 2, true);
    master.datanodes.setGone(MiniMaster.BASE_PORT + 3, true);
    passWithBeats(5000, 1);
    int entries = log.entries().size();
    OperationReply reply = call(TestClient.truncate(inode, 600));
    assertThat(reply.getErrno()).isEqualTo(Errno.EIO.code());
    assertThat(reply.getMessage()).contains("are away");
    assertThat(log.entries()).hasSize(entries);
  }

  @Test
  void aTruncationThatCannotBeCutIsAnsweredWithAnErrorAfterItsBound() {
    master.nodesJoin(3);
    writtenFile();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 2, true);
    master.datanodes.setMute(MiniMaster.BASE_PORT + 3, true);
    CompletableFuture<OperationReply> cut =
        client.send(0, ++number, TestClient.truncate(inode, 600));
    CompletableFuture<OperationReply> behind = client.send(1, 1, TestClient.truncate(inode, 700));
    passWithBeats(29_000);
    assertThat(cut).isNotDone();
    assertThat(behind).isNotDone();
    passWithBeats(2000);
    assertThat(TestClient.await(cut).getErrno()).isEqualTo(Errno.EIO.code());
    assertThat(TestClient.await(behind).getErrno()).isEqualTo(Errno.EIO.code());
  }

  @Test
  void aCutThatWasPendingWhenTheMasterDiedIsCarriedOutByTheNext() throws IOException {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 3, true);
    client.send(0, ++number, TestClient.truncate(inode, 600));
    master.until(() -> log.entries().stream().anyMatch(entry -> entry.hasChangeReserve()));
    long session = client.sessionId();
    // Only now: before, the change would still be completed.
    master.restart();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 3, false);
    master.nodesJoin(3);
    client = new TestClient(master.channel(), 42);
    client.open(
        org.distrifs.proto.control.OpenSession.newBuilder()
            .setProtocolVersion(1)
            .setSlots(TestClient.SLOTS),
        session);
    CompletableFuture<OperationReply> again =
        client.send(0, number, TestClient.truncate(inode, 600));
    master.until(again::isDone);
    assertThat(TestClient.await(again).getErrno()).isZero();
    for (int node = 1; node <= 3; node++) {
      assertThat(replica(node, chunk.getChunkId()).length).isEqualTo(600);
    }
    assertThat(locate().getVersion()).isGreaterThan(2);
  }

  @Test
  void mutationsBehindACutComeAfterIt() {
    master.nodesJoin(3);
    writtenFile();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 3, true);
    CompletableFuture<OperationReply> cut =
        client.send(0, ++number, TestClient.truncate(inode, 600));
    CompletableFuture<OperationReply> longer = client.send(1, 1, TestClient.truncate(inode, 5000));
    passWithBeats(2000);
    assertThat(longer).isNotDone();
    master.datanodes.setMute(MiniMaster.BASE_PORT + 3, false);
    for (int i = 0; i < 12 && !longer.isDone(); i++) {
      passWithBeats(1000);
    }
    assertThat(TestClient.await(cut).getErrno()).isZero();
    assertThat(TestClient.await(longer).getAttributes().getSize()).isEqualTo(5000);
  }

  @Test
  void suspectReplicasAreReconciledWhenTheirNodeIsBackAndServeAgain() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    replica(2, chunk.getChunkId()).suspect = true;
    replica(2, chunk.getChunkId()).length = 700;
    master.nodeRestarts(2);
    master.register(master.registration(1).setNodeId(1));
    master.register(master.registration(3).setNodeId(3));
    assertThat(locate().getWritable()).isFalse();
    master.report(
        2,
        master.incarnation(2),
        ReplicaReport.newBuilder()
            .setChunkId(chunk.getChunkId())
            .setVersion(1)
            .setLength(700)
            .setSuspect(true)
            .build());
    master.until(() -> locate().getWritable());
    assertThat(replica(2, chunk.getChunkId()).suspect).isFalse();
    assertThat(replica(2, chunk.getChunkId()).length).isEqualTo(LENGTH);
    assertThat(master.datanodes.requests())
        .anyMatch(
            request ->
                request instanceof DataRequest.Reconcile reconcile
                    && reconcile.source().nodeId() != 2);
    assertThat(locate().getVersion()).isEqualTo(2);
    assertThat(master.status().getNodes(1).getSuspectReplicas()).isZero();
  }

  @Test
  void aSuspectReplicaThatAClientMetIsReconciledWithoutWaitingForAReport() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    replica(2, chunk.getChunkId()).suspect = true;
    assertThat(report(chunk, 2, Status.SUSPECT).getWritable()).isFalse();
    master.until(() -> locate().getWritable());
    assertThat(replica(2, chunk.getChunkId()).suspect).isFalse();
  }

  @Test
  void aChunkWhoseMembersAllLostPowerSaysSoFromThenOn() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    assertThat(locate().getLossyVersion()).isZero();
    for (int node = 1; node <= 3; node++) {
      replica(node, chunk.getChunkId()).suspect = true;
      replica(node, chunk.getChunkId()).rebooted = true;
    }
    report(chunk, 2, Status.SUSPECT);
    master.until(() -> locate().getVersion() == 2 && locate().getWritable());
    assertThat(locate().getLossyVersion()).isEqualTo(2);
    master.beat(beat -> beat.addTroubled(chunk.getChunkId()), 1);
    master.until(() -> locate().getVersion() == 3 && locate().getWritable());
    assertThat(locate().getLossyVersion()).isEqualTo(2);
  }

  @Test
  void aLivingMemberThatIsNamedTwiceUnderOneVersionLeavesTheChain() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    assertThat(report(chunk, 2, Status.DOWNSTREAM_FAILED).getWritable()).isTrue();
    report(chunk, 2, Status.DOWNSTREAM_FAILED);
    master.until(() -> locate().getVersion() == 2 && locate().getWritable());
    assertThat(nodesOf(locate())).hasSize(2).doesNotContain(2);
    assertThat(master.datanodes.requests())
        .anyMatch(request -> request instanceof DataRequest.Fence fence && fence.stopReads());
  }

  @Test
  void aMemberThatNamesAChunkAsStuckGetsAChange() {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.beat(beat -> beat.addTroubled(chunk.getChunkId()), 1);
    master.until(() -> locate().getVersion() == 2 && locate().getWritable());
    assertThat(nodesOf(locate())).hasSize(3);
  }

  @Test
  void aFreshChunkThatNobodyWroteToLosesADeadMemberAndKeepsItsVersion() {
    master.nodesJoin(3);
    OperationReply file = createFile();
    inode = file.getAttributes().getInode();
    ChunkLocation chunk = file.getChunks(0);
    master.datanodes.setGone(MiniMaster.BASE_PORT + 2, true);
    report(chunk, 2, Status.TIMED_OUT);
    awaitWritable();
    assertThat(nodesOf(locate())).hasSize(2).doesNotContain(2);
    assertThat(locate().getVersion()).isEqualTo(1);
  }
}
