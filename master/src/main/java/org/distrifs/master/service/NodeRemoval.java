package org.distrifs.master.service;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Liveness;
import org.distrifs.master.liveness.ReplicaCondition;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.ForgetNodeReply;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.NodeForgotten;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a datanode out of the cluster that will not come back, unless it could still be needed.
 * Belongs to the master's loop.
 */
final class NodeRemoval {

  /** Chunks that are looked at for one refusal, so that it stays short. */
  private static final int MAX_LOOKED_AT = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(NodeRemoval.class);

  private final MasterState state;
  private final JournalPipeline journal;
  private final DatanodeRegistry registry;
  private final Housekeeping housekeeping;
  private final ServingState serving;

  NodeRemoval(
      MasterState state,
      JournalPipeline journal,
      DatanodeRegistry registry,
      Housekeeping housekeeping,
      ServingState serving) {
    this.state = state;
    this.journal = journal;
    this.registry = registry;
    this.housekeeping = housekeeping;
    this.serving = serving;
  }

  void forget(int nodeId, UnaryAnswer<ForgetNodeReply> answer) {
    Datanode node = registry.find(nodeId);
    if (!serving.isServing()) {
      answer.postpone(serving.reason());
    } else if (node == null) {
      answer.fail(
          Status.NOT_FOUND.withDescription(
              state.forgotten(nodeId).isPresent()
                  ? "datanode " + nodeId + " was forgotten before"
                  : "there is no datanode " + Integer.toUnsignedString(nodeId)));
    } else {
      List<String> reasons = reasonsToKeep(node);
      if (reasons.isEmpty()) {
        propose(node, answer);
      } else {
        answer.refuse(node + " may still be needed: " + String.join("; ", reasons));
      }
    }
  }

  private List<String> reasonsToKeep(Datanode node) {
    List<String> reasons = new ArrayList<>();
    if (node.liveness() == Liveness.ALIVE) {
      reasons.add("it is alive: stop it first");
    } else if (node.liveness() != Liveness.DEAD) {
      reasons.add(
          "it is "
              + node.liveness().word()
              + ", and may come back by itself: wait until 'distrifs status' shows it as dead");
    }
    int chains = state.chainsNaming(node.id());
    if (chains > 0) {
      reasons.add(
          "the chains of %d chunks still name it: its replicas have not been made up for on other datanodes yet"
              .formatted(chains));
      int last = chunksWithoutOther(node.id());
      if (last > 0) {
        reasons.add(
            "no other datanode that is there has a good replica of %d%s of them: without it their bytes are lost. 'distrifs fsck /' names the files; remove them if they are to be given up"
                .formatted(last, chains > MAX_LOOKED_AT ? " or more" : ""));
      }
    }
    return reasons;
  }

  /** Chunks of its chains that have no good replica elsewhere. */
  private int chunksWithoutOther(int nodeId) {
    int found = 0;
    for (ChunkInfo chunk : state.chunksAfter(0, MAX_LOOKED_AT)) {
      boolean isLast =
          !chunk.isDetached()
              && chunk.members().contains(nodeId)
              && chunk.members().stream()
                  .noneMatch(member -> registry.condition(member, chunk) == ReplicaCondition.GOOD);
      found += isLast ? 1 : 0;
    }
    return found;
  }

  private void propose(Datanode node, UnaryAnswer<ForgetNodeReply> answer) {
    journal.propose(
        JournalEntry.newBuilder().setNodeForgotten(NodeForgotten.newBuilder().setNodeId(node.id())),
        applied -> {
          if (applied instanceof Applied.Refused refused) {
            answer.refuse(refused.reason());
            return;
          }
          registry.forget(node.id());
          housekeeping.deletions().forget(node.id());
          LOG.warn("{} is forgotten: it is no part of the cluster any more", node);
          answer.reply(ForgetNodeReply.getDefaultInstance());
        });
  }
}
