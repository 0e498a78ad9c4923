package org.distrifs.datanode.store;

import java.util.List;

/**
 * What is known of a replica from memory.
 *
 * @param version of the chain that this replica belongs to; 0 for a copy that has joined none
 * @param nodeIds the chain's members, head first
 * @param lengthBytes bytes of the replica
 * @param lastOrder number of the last write applied in this version, 0 if none
 * @param dirty written since it was last made durable and marked so
 * @param suspect went through an unclean stop while dirty: serves nothing until it is reconciled
 * @param sameBoot of a suspect replica: the machine did not reboot since it was written
 * @param corruptBlocks indices of the blocks known not to match their checksums
 */
public record ReplicaState(
    long chunkId,
    int version,
    List<Integer> nodeIds,
    int lengthBytes,
    long lastOrder,
    boolean dirty,
    boolean suspect,
    boolean sameBoot,
    List<Integer> corruptBlocks) {

  /** The same with another version and last order. */
  public ReplicaState of(int otherVersion, long otherLastOrder) {
    return new ReplicaState(
        chunkId,
        otherVersion,
        nodeIds,
        lengthBytes,
        otherLastOrder,
        dirty,
        suspect,
        sameBoot,
        corruptBlocks);
  }
}
