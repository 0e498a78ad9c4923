package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.DeleteReplicas;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReplicaName;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.control.Unlink;
import org.distrifs.proto.id.ReplicaDigest;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** Files, chunks and replicas that nobody needs are removed, and no others. */
class CleanupServiceTest extends ClusterSteps {
  private static final int SLOTS_AT_ONCE = 50;

  @Test
  void anUnlinkedFileGoesWhenNoSessionHoldsItAndItsReplicasAreDeleted() throws Exception {
    ChunkLocation chunk = unlinkedFileAfterTheStart();
    KeepAliveReply question = ask();
    assertThat(question.getOrphansList()).containsExactly(inode);
    client.keepAlive(question.getOrphansQuestion(), List.of());
    master.until(() -> master.status().getRepair().getOrphans() == 0);
    for (int node = 1; node <= 3; node++) {
      master.report(node, master.incarnation(node), reported(chunk, 1).build());
    }
    assertThat(commandTo(2))
        .isEqualTo(
            DeleteReplicas.newBuilder()
                .setTerm(1)
                .addReplicas(ReplicaName.newBuilder().setChunkId(chunk.getChunkId()).setVersion(1))
                .build());
    assertThat(log.entries()).noneMatch(entry -> entry.hasChunksForgotten());
    for (int round = 0; round < 60 && master.status().getChunks() > 0; round++) {
      for (int node = 1; node <= 3; node++) {
        master.report(node, master.incarnation(node));
      }
      passWithBeats(1000);
    }
    assertThat(log.entries()).anyMatch(entry -> entry.hasChunksForgotten());
    assertThat(master.status().getChunks()).isZero();
    assertThat(master.status().getRepair().getReplicasDeleted()).isEqualTo(1);
  }

  @Test
  void anOrderToDeleteAReplicaIsGivenAgainOnlyAfterAMinute() throws Exception {
    ChunkLocation chunk = unlinkedFileAfterTheStart();
    KeepAliveReply question = ask();
    client.keepAlive(question.getOrphansQuestion(), List.of());
    master.until(() -> master.status().getRepair().getOrphans() == 0);
    assertThat(ordersWhileItReports(chunk, 50_000)).isEqualTo(1);
    assertThat(ordersWhileItReports(chunk, 20_000)).as("it may have been lost").isEqualTo(1);
    assertThat(master.status().getRepair().getReplicasDeleted()).isZero();
  }

  /** How many orders a datanode gets to delete a replica that it goes on reporting. */
  private long ordersWhileItReports(ChunkLocation chunk, long ms) throws Exception {
    long orders = 0;
    for (long passed = 0; passed < ms; passed += 900) {
      master.report(2, master.incarnation(2), reported(chunk, 1).build());
      passWithBeats(900, 1, 3);
      orders += commandsTo(2).stream().filter(NodeCommand::hasDeleteReplicas).count();
    }
    return orders;
  }

  @Test
  void aThousandGoByOneQuestionInEntriesThatAreNotLarge() {
    int files = 1100;
    callAtOnce(files, TestClient::create);
    callAtOnce(files, CleanupServiceTest::unlink);
    master.nodesJoin(3);
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    KeepAliveReply question = ask();
    assertThat(question.getOrphansCount()).isEqualTo(files);
    client.keepAlive(question.getOrphansQuestion(), List.of());
    master.until(() -> master.status().getRepair().getOrphans() == 0);
    assertThat(log.entries().stream().filter(JournalEntry::hasOrphansPurged))
        .hasSize(2)
        .allMatch(entry -> entry.getOrphansPurged().getInodesCount() <= 1024);
  }

  @Test
  void aFileThatASessionHoldsOpenStays() {
    unlinkedFileAfterTheStart();
    KeepAliveReply question = ask();
    client.keepAlive(question.getOrphansQuestion(), List.of(inode));
    passWithBeats(5000);
    assertThat(master.status().getRepair().getOrphans()).isEqualTo(1);
    assertThat(log.entries()).noneMatch(entry -> entry.hasOrphansPurged());
  }

  @Test
  void aFileStaysUntilEverySessionHasAnsweredOrIsOver() {
    TestClient silent = new TestClient(master.channel(), 43);
    silent.open();
    unlinkedFileAfterTheStart();
    KeepAliveReply question = ask();
    client.keepAlive(question.getOrphansQuestion(), List.of());
    passWithBeats(3000);
    assertThat(log.entries()).noneMatch(entry -> entry.hasOrphansPurged());
    silent.close();
    silent.awaitEnd();
    passWithBeats(2000);
    assertThat(log.entries()).anyMatch(entry -> entry.hasOrphansPurged());
  }

  @Test
  void anAnswerToAnotherQuestionCountsForNothing() {
    unlinkedFileAfterTheStart();
    KeepAliveReply question = ask();
    client.keepAlive(question.getOrphansQuestion() + 1, List.of());
    passWithBeats(3000);
    assertThat(log.entries()).noneMatch(entry -> entry.hasOrphansPurged());
  }

  @Test
  void aChunkThatThisMasterNeverGaveOutIsNotDeleted() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    ReplicaReport unknown =
        ReplicaReport.newBuilder().setChunkId(chunk.getChunkId() + 1).setVersion(1).build();
    master.report(2, master.incarnation(2), reported(chunk, 1).build(), unknown);
    passWithBeats(3000, 1, 3);
    assertThat(commandsTo(2)).noneMatch(NodeCommand::hasDeleteReplicas);
  }

  @Test
  void theEndOfASessionIsToldUntilADatanodeHasAcknowledgedIt() {
    TestClient paused = new TestClient(master.channel(), 43);
    paused.open();
    master.nodesJoin(3);
    passWithBeats(62_000);
    HeartbeatReply told = master.beat(2);
    assertThat(told.getRevokedSessionsList()).containsExactly(paused.sessionId());
    assertThat(told.getRevokedThrough()).isNotZero();
    HeartbeatReply after = master.beat(beat -> beat.setRevokedThrough(told.getRevokedThrough()), 2);
    assertThat(after.getRevokedSessionsList()).isEmpty();
    assertThat(master.register(master.registration(4)).getRevokedSessionsList())
        .containsExactly(paused.sessionId());
  }

  @Test
  void aListOfReplicasIsOnlyAskedForWhenItsDigestDiffers() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    long digest = ReplicaDigest.of(chunk.getChunkId(), 1, LENGTH, false);
    assertThat(master.report(digest(digest + 1, 1)).getListWanted()).isTrue();
    master.report(2, master.incarnation(2), reported(chunk, 1).build());
    assertThat(master.report(digest(digest, 1)).getListWanted()).isFalse();
    assertThat(master.report(digest(digest, 2)).getListWanted()).isTrue();
    master.beat(beat -> beat.addChanged(reported(chunk, 1).setLength(LENGTH + 1)), 2);
    assertThat(master.report(digest(digest, 1)).getListWanted()).isTrue();
  }

  private BlockReportPart.Builder digest(long digest, long count) {
    return BlockReportPart.newBuilder()
        .setNodeId(2)
        .setIncarnation(master.incarnation(2))
        .setDigestOnly(true)
        .setDigest(digest)
        .setCount(count)
        .setLast(true);
  }

  private ChunkLocation unlinkedFileAfterTheStart() {
    master.nodesJoin(3);
    String name = "file" + number;
    ChunkLocation chunk = writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    assertThat(call(unlink(name)).getErrno()).isZero();
    master.pass(900);
    return chunk;
  }

  private static Operation.Builder unlink(String name) {
    return Operation.newBuilder()
        .setUnlink(Unlink.newBuilder().setParent(1).setName(ByteString.copyFromUtf8(name)));
  }

  /** Sends all calls at once. One after the other, each would wait for a tick of the clock. */
  private void callAtOnce(int count, Function<String, Operation.Builder> operation) {
    for (int begun = 0; begun < count; begun += SLOTS_AT_ONCE) {
      List<CompletableFuture<OperationReply>> replies = new ArrayList<>();
      for (int i = begun; i < Math.min(count, begun + SLOTS_AT_ONCE); i++) {
        int slot = i - begun + 10;
        replies.add(client.send(slot, ++number, operation.apply("one-of-many-" + i)));
      }
      replies.forEach(reply -> assertThat(TestClient.await(reply).getErrno()).isZero());
    }
  }

  private KeepAliveReply ask() {
    return client.keepAlive(0, List.of());
  }

  private DeleteReplicas commandTo(int node) {
    master.pass(900);
    return commandsTo(node).stream()
        .filter(NodeCommand::hasDeleteReplicas)
        .findFirst()
        .orElseThrow()
        .getDeleteReplicas();
  }

  private List<NodeCommand> commandsTo(int node) {
    return master.beat(node).getCommandsList();
  }
}
