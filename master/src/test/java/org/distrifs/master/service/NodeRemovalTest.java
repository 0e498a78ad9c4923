package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.NodeStatus;
import org.junit.jupiter.api.Test;

/** A datanode is removed from the cluster only if it cannot be needed any more. */
class NodeRemovalTest extends ClusterSteps {
  private static final long UNTIL_DEAD_MS = 32_000;

  @Test
  void aNodeThatIsThereOrMayComeBackIsKept() {
    master.nodesJoin(4);
    assertKept(9, Status.Code.NOT_FOUND, "no datanode 9");
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3, 4);
    assertKept(4, Status.Code.FAILED_PRECONDITION, "it is alive");
    passWithBeats(15_000, 1, 2, 3);
    assertKept(4, Status.Code.FAILED_PRECONDITION, "may come back");
    passWithBeats(UNTIL_DEAD_MS, 1, 2, 3);
    master.forgetNode(4);
    assertThat(nodes()).containsExactly(1, 2, 3);
  }

  @Test
  void aNodeIsKeptWhileAChainNamesIt() {
    master.nodesJoin(3);
    writtenFile();
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS);
    passWithBeats(UNTIL_DEAD_MS, 1);
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 2, 3);
    assertThatThrownBy(() -> master.forgetNode(3))
        .hasMessageContaining("the chains of 1 chunks still name it")
        .message()
        .doesNotContain("bytes are lost");
    master.pass(UNTIL_DEAD_MS);
    assertKept(3, Status.Code.FAILED_PRECONDITION, "their bytes are lost");
    assertThat(nodes()).containsExactly(1, 2, 3);
  }

  @Test
  void aNodeWhoseReplicasAreMadeUpForGoesAndItsIdIsNeverGivenOutAgain() throws Exception {
    master.nodesJoin(3);
    ChunkLocation chunk = writtenFile();
    master.register(master.registration(4));
    passWithBeats(MiniMaster.REPAIR_START_AFTER_MS, 1, 2, 3, 4);
    passWithBeats(UNTIL_DEAD_MS, 1, 2, 4);
    awaitWritable();
    assertThat(nodesOf(locate())).containsExactlyInAnyOrder(1, 2, 4);
    master.forgetNode(3);
    assertKept(3, Status.Code.NOT_FOUND, "forgotten before");

    for (int start = 0; start < 2; start++) {
      assertThat(nodes()).containsExactly(1, 2, 4);
      assertThatThrownBy(() -> master.register(master.registration(3).setNodeId(3)))
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining("was taken out of the cluster");
      master.restart();
    }
    master.register(master.registration(4).setNodeId(4));
    assertThat(master.register(master.registration(5).setWantedNodeId(3)).getNodeId()).isEqualTo(5);
    client = new TestClient(master.channel(), 43);
    client.open();
    assertThat(locate().getChunkId()).isEqualTo(chunk.getChunkId());
  }

  private void assertKept(int node, Status.Code code, String words) {
    assertThatThrownBy(() -> master.forgetNode(node))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code))
        .hasMessageContaining(words);
  }

  private List<Integer> nodes() {
    return master.status().getNodesList().stream().map(NodeStatus::getNodeId).toList();
  }
}
