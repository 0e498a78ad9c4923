package org.distrifs.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.distrifs.proto.control.CorruptReplica;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.RepairStatus;
import org.distrifs.proto.control.RollbackStatus;
import org.distrifs.proto.control.SessionStatus;
import org.distrifs.proto.control.StatusReply;
import org.junit.jupiter.api.Test;

class StatusTextTest {

  private static final String CHUNK = "0123abcd-0000-0000-0000-000000000007";

  @Test
  void aCorruptReplicaIsNamedByChunkNodeBlockAndPath() {
    String text =
        text(
            StatusReply.newBuilder()
                .setServing(true)
                .addNodes(NodeStatus.newBuilder().setNodeId(2).setHost("h").setPort(7402))
                .addCorruptReplicas(
                    CorruptReplica.newBuilder()
                        .setChunk(CHUNK)
                        .setNodeId(2)
                        .setBlock(301)
                        .setPath(ByteString.copyFromUtf8("/rotting"))));

    assertThat(text).contains("chunk " + CHUNK + " on datanode 2 (h:7402), block 301: /rotting");
  }

  @Test
  void aMasterThatDoesNotServeSaysWhy() {
    assertThat(text(StatusReply.newBuilder().setNotServingReason("it replays its journal")))
        .contains("NOT SERVING (it replays its journal)");
  }

  @Test
  void aClientThatIsAwayIsToldFromOneThatIsThere() {
    assertThat(
            text(
                StatusReply.newBuilder()
                    .addSessions(
                        SessionStatus.newBuilder().setClientName("mount /a").setConnected(true))
                    .addSessions(
                        SessionStatus.newBuilder().setClientName("mount /b").setSilentMs(61_000))))
        .contains("mount /a (connected)")
        .contains("mount /b (away for 1 min 1 s)");
  }

  @Test
  void repairIsToldInPlainWords() {
    assertThat(text(StatusReply.newBuilder())).contains("Repair: nothing to do");
    assertThat(
            text(
                StatusReply.newBuilder()
                    .setRepair(
                        RepairStatus.newBuilder()
                            .setChunksWaiting(12)
                            .setCopiesUnderWay(3)
                            .setCopiesFailed(1)
                            .setReplicasToDelete(4))))
        .contains("12 chunks wait for replicas, 3 are being copied")
        .contains("1 attempts failed")
        .contains("4 surplus ones are still there");
  }

  @Test
  void aRollbackAndWhatItLeftInQuarantineAreShown() {
    String text =
        text(
            StatusReply.newBuilder()
                .setRollback(
                    RollbackStatus.newBuilder()
                        .setLastTxid(70)
                        .setHighestSeenTxid(90)
                        .setNextTxid(5000)
                        .setQuarantinedReplicas(12))
                .addNodes(NodeStatus.newBuilder().setNodeId(2).setQuarantinedReplicas(12))
                .addNodes(NodeStatus.newBuilder().setNodeId(3).setReplacedBy(4)));

    assertThat(text)
        .contains("Rolled back on")
        .contains("what followed txid 70; txid 90 had been seen, the journal went on with 5000")
        .contains("12 replicas in quarantine")
        .contains("'distrifs node forget 3'");
    assertThat(text(StatusReply.newBuilder())).doesNotContain("Rolled back");
  }

  @Test
  void whatWaitsForASilentDatanodeIsNotCalledShortAndRepairSaysThatItWillBegin() {
    String text = text(StatusReply.newBuilder().setChunksWaiting(7885));

    assertThat(text)
        .contains("waiting      7885")
        .contains("short        0")
        .contains("Repair: begins when a silent datanode counts as dead");
  }

  @Test
  void whatRepairCannotMendIsNotCalledNothingToDo() {
    assertThat(text(StatusReply.newBuilder().setChunksShort(2)))
        .contains("Repair: nothing that can be done without another datanode");
  }

  private static String text(StatusReply.Builder status) {
    return new StatusText(status.build()).toString();
  }
}
