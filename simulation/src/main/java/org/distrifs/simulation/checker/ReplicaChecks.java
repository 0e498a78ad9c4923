package org.distrifs.simulation.checker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.state.MasterState;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.disk.StoredReplica;

/**
 * Checks the disks of committed members. At every acknowledgement and every commit they must hold
 * all that is acknowledged; when the cluster is at rest they must hold the same bytes.
 */
public final class ReplicaChecks {

  private final MasterState truth;
  private final IntFunction<NodeDisk> diskOf;
  private final History history;
  private final Consumer<String> violated;
  private long inode;

  /**
   * @param truth the state that the durable journal gives
   * @param diskOf finds the disk of a node by its id
   */
  public ReplicaChecks(
      MasterState truth, IntFunction<NodeDisk> diskOf, History history, Consumer<String> violated) {
    this.truth = truth;
    this.diskOf = diskOf;
    this.history = history;
    this.violated = violated;
  }

  /** Sets the file whose chunks are checked. */
  public void watch(long watchedInode) {
    inode = watchedInode;
  }

  /** The chunk at an index of the file, as the journal has it. */
  public Optional<ChunkInfo> chunk(int index) {
    return truth.chunksOf(inode, index, 1).stream()
        .filter(each -> each.index() == index)
        .findFirst();
  }

  /** Checks the committed members of the chunk at an index. */
  public void checkMembers(int index, String when) {
    chunk(index).ifPresent(chunk -> checkMembers(chunk, when));
  }

  /** Checks the committed members of a chunk, if it belongs to the file. */
  public void checkCommitted(long chunkId) {
    truth
        .chunk(chunkId)
        .filter(chunk -> !chunk.isDetached() && chunk.inode() == inode)
        .ifPresent(
            chunk -> checkMembers(chunk, "when version " + chunk.version() + " was committed"));
  }

  private void checkMembers(ChunkInfo chunk, String when) {
    for (int node : chunk.members()) {
      NodeDisk disk = diskOf.apply(node);
      StoredReplica replica = disk.replica(chunk.id());
      String what = "chunk " + chunk.index() + " on node " + node + " " + when;
      if (replica == null) {
        if (!disk.hasLostPower()) {
          violated.accept(what + ": there is no replica");
        }
      } else if (!replica.isDoubtful(disk)) {
        history.checkReplica(
            what,
            (int) chunk.index(),
            ByteBuffer.wrap(replica.bytes()),
            cell -> replica.matches(cell * Cells.CELL_BYTES));
      }
    }
  }

  /**
   * Checks that a replica may be deleted: it belongs to no member, and every committed member has a
   * good replica.
   */
  public void checkDeletion(int nodeId, long chunkId) {
    Optional<ChunkInfo> chunk = truth.chunk(chunkId).filter(found -> !found.isDetached());
    if (chunk.isEmpty()) {
      return;
    }
    String what = "the replica of chunk " + chunk.get().index() + " on node " + nodeId;
    StoredReplica deleted = diskOf.apply(nodeId).replica(chunkId);
    boolean isMember = chunk.get().members().contains(nodeId);
    if (isMember && deleted.version() == chunk.get().version()) {
      violated.accept(what + " is deleted, and it is a member");
    }
    for (int member : chunk.get().members()) {
      StoredReplica replica = diskOf.apply(member).replica(chunkId);
      boolean isGood =
          replica != null
              && Integer.compareUnsigned(replica.version(), chunk.get().version()) >= 0
              && !replica.isDoubtful(diskOf.apply(member));
      if (!isGood && !(isMember && member == nodeId)) {
        violated.accept(what + " is deleted, though node " + member + " has no good one");
      }
    }
  }

  /** The reasons why the cluster is not at rest and whole; empty if it is. */
  public List<String> unrest(int chunks, int replication, List<NodeDisk> disks) {
    List<String> found = new ArrayList<>();
    for (NodeDisk disk : disks) {
      for (int index = 0; index < chunks; index++) {
        chunk(index)
            .filter(chunk -> !chunk.members().contains(disk.nodeId()))
            .filter(chunk -> disk.replica(chunk.id()) != null)
            .ifPresent(chunk -> found.add("node " + disk.nodeId() + " keeps " + chunk));
      }
    }
    for (int index = 0; index < chunks; index++) {
      Optional<ChunkInfo> chunk = chunk(index);
      if (chunk.isEmpty()) {
        found.add("chunk " + index + " is not in the journal");
      } else {
        unrestOf(chunk.get(), replication, found);
      }
    }
    return found;
  }

  private void unrestOf(ChunkInfo chunk, int replication, List<String> found) {
    String what = "chunk " + chunk.index() + " " + chunk.members();
    if (chunk.members().size() != replication) {
      found.add(what + " has not " + replication + " members");
    }
    if (chunk.isChanging()) {
      found.add(what + " is changing");
    }
    byte[] first = null;
    for (int node : chunk.members()) {
      StoredReplica replica = diskOf.apply(node).replica(chunk.id());
      if (replica == null || replica.version() != chunk.version()) {
        found.add(
            what
                + " node "
                + node
                + " has "
                + (replica == null ? "no replica" : "version " + replica.version())
                + ", not "
                + chunk.version());
        continue;
      }
      byte[] bytes = Arrays.copyOf(replica.bytes(), replica.lengthBytes());
      if (first != null && !Arrays.equals(first, bytes)) {
        found.add(
            what + " node " + node + " differs from the head at " + Arrays.mismatch(first, bytes));
      }
      first = first == null ? bytes : first;
    }
  }
}
