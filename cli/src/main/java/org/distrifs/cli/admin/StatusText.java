package org.distrifs.cli.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.distrifs.cli.output.HumanBytes;
import org.distrifs.proto.control.CorruptReplica;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.RepairStatus;
import org.distrifs.proto.control.RollbackStatus;
import org.distrifs.proto.control.SessionStatus;
import org.distrifs.proto.control.StatusReply;

/** Formats the status of a cluster as lines for people. */
final class StatusText {

  private static final String NODE_FORMAT = "  %-4s %-8s %-22s %-10s %9s %9s %9s %8s  %s%n";

  private final StatusReply status;
  private final Map<Integer, String> addresses = new HashMap<>();
  private final StringBuilder text = new StringBuilder();

  StatusText(StatusReply status) {
    this.status = status;
    for (NodeStatus node : status.getNodesList()) {
      addresses.put(node.getNodeId(), node.getHost() + ":" + node.getPort());
    }
    cluster();
    rollback();
    repair();
    nodes();
    corruptReplicas();
    sessions();
  }

  private void cluster() {
    line(
        "Cluster %016x: %s, master up for %s, term %d",
        status.getClusterId(),
        status.getServing() ? "serving" : "NOT SERVING (" + status.getNotServingReason() + ")",
        duration(Duration.ofMillis(status.getUptimeMs())),
        status.getTerm());
    line(
        "  inodes       %d, of which %d are directories",
        status.getInodes(), status.getDirectories());
    line(
        "  chunks       %d of up to %s, %d replicas each (writes need %d)",
        status.getChunks(),
        HumanBytes.of(status.getChunkSizeBytes()),
        status.getReplication(),
        status.getMinReplicas());
    chunks();
    line("  changing     %d", status.getChangesUnderWay());
    line("  of deleted   %d kept for now", status.getChunksOfDeletedFiles());
  }

  /**
   * Prints how many chunks are not full. Each chunk counts in one line at most. An operator must
   * act on {@code short} and {@code lost} only.
   */
  private void chunks() {
    line(
        "  unknown      %d not reported yet by the datanodes that have them",
        status.getChunksUnknown());
    line(
        "  waiting      %d for a datanode that is silent, or for repair to begin",
        status.getChunksWaiting());
    line(
        "  repairing    %d short of good replicas, with repair under way or due",
        status.getChunksRepairing());
    line(
        "  short        %d short of good replicas, with no datanode to take another",
        status.getChunksShort());
    line(
        "  lost         %d with no good replica on any datanode that is not dead",
        status.getChunksLost());
    line("  unavailable  %d of all these cannot be read now", status.getChunksUnavailable());
  }

  private void rollback() {
    if (status.hasRollback()) {
      RollbackStatus rollback = status.getRollback();
      line("%nRolled back on %s", Instant.ofEpochMilli(rollback.getAcceptedTimeMs()));
      line(
          "  lost         what followed txid %d; txid %d had been seen, the journal went on with %d",
          rollback.getLastTxid(), rollback.getHighestSeenTxid(), rollback.getNextTxid());
      line("  quarantined  %d replicas on the datanodes", rollback.getQuarantinedReplicas());
    }
  }

  private void repair() {
    RepairStatus repair = status.getRepair();
    line("%nRepair: %s", repairState(repair));
    line(
        "  copied       %d replicas (%s), %d attempts failed",
        repair.getCopiesDone(), HumanBytes.of(repair.getBytesCopied()), repair.getCopiesFailed());
    line("  chains       %d changed", repair.getChainsCommitted());
    line(
        "  deleted      %d replicas, %d surplus ones are still there",
        repair.getReplicasDeleted(), repair.getReplicasToDelete());
    line("  without name %d files, which somebody may have open", repair.getOrphans());
  }

  private String repairState(RepairStatus repair) {
    if (repair.getChunksWaiting() > 0
        || repair.getCopiesUnderWay() > 0
        || status.getChunksRepairing() > 0) {
      return "%d chunks wait for replicas, %d are being copied"
          .formatted(repair.getChunksWaiting(), repair.getCopiesUnderWay());
    }
    if (status.getChunksShort() + status.getChunksLost() > 0) {
      return "nothing that can be done without another datanode";
    }
    return status.getChunksWaiting() > 0
        ? "begins when a silent datanode counts as dead"
        : "nothing to do";
  }

  private void nodes() {
    line("%nDatanodes: %d", status.getNodesCount());
    if (status.getNodesCount() > 0) {
      text.append(
          NODE_FORMAT.formatted(
              "ID",
              "STATE",
              "ADDRESS",
              "RACK",
              "AVAILABLE",
              "TOTAL",
              "REPLICAS",
              "SUSPECT",
              "ROOM"));
    }
    for (NodeStatus node : status.getNodesList()) {
      text.append(
          NODE_FORMAT.formatted(
              node.getNodeId(),
              node.getState(),
              addresses.get(node.getNodeId()),
              node.getRack().isEmpty() ? "-" : node.getRack(),
              HumanBytes.of(node.getAvailableBytes()),
              HumanBytes.of(node.getTotalBytes()),
              node.getReplicas(),
              node.getSuspectReplicas(),
              node.getRoom().isEmpty() ? "-" : node.getRoom()));
      if (node.getReplacedBy() != 0) {
        line(
            "       node %d has its address now: 'distrifs node forget %d' when it is not needed",
            node.getReplacedBy(), node.getNodeId());
      }
      if (node.getQuarantinedReplicas() > 0) {
        line("       %d replicas in quarantine", node.getQuarantinedReplicas());
      }
    }
  }

  private void corruptReplicas() {
    line("%nCorrupt replicas: %d", status.getCorruptReplicasCount());
    for (CorruptReplica replica : status.getCorruptReplicasList()) {
      line(
          "  chunk %s on datanode %d (%s), block %d: %s",
          replica.getChunk(),
          replica.getNodeId(),
          addresses.getOrDefault(replica.getNodeId(), "gone"),
          replica.getBlock(),
          replica.getPath().isEmpty()
              ? "inode " + Long.toUnsignedString(replica.getInode())
              : replica.getPath().toStringUtf8());
    }
    if (status.getCorruptReplicasTotal() > status.getCorruptReplicasCount()) {
      line("  found since the master's start: %d", status.getCorruptReplicasTotal());
    }
  }

  private void sessions() {
    line("%nClients: %d", status.getSessionsCount());
    for (SessionStatus session : status.getSessionsList()) {
      line(
          "  %s (%s)",
          session.getClientName(),
          session.getConnected()
              ? "connected"
              : "away for " + duration(Duration.ofMillis(session.getSilentMs())));
    }
  }

  private void line(String format, Object... values) {
    text.append((format + "%n").formatted(values));
  }

  /** The two largest units: "3 d 4 h", "12 s". */
  private static String duration(Duration duration) {
    if (duration.toDays() > 0) {
      return duration.toDays() + " d " + duration.toHoursPart() + " h";
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
    if (duration.toMinutes() > 0) {
      return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
    return duration.toSeconds() + " s";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
