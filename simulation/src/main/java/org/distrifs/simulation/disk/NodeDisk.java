package org.distrifs.simulation.disk;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * What remains of a datanode when its process dies: the page cache and the disk of its machine, and
 * its identity.
 */
public final class NodeDisk {

  /** Replicas by chunk, in the order of the chunks. */
  final Map<Long, StoredReplica> replicas = new TreeMap<>();

  private final int chunkBytes;
  private final long secret;
  private final SeededChoices choices;
  private UUID bootId;
  private long clusterId;
  private int nodeId;
  private JournalPosition heard = JournalPosition.NONE;
  private boolean used;
  private boolean lostPower;
  private LongConsumer deletions = chunkId -> {};

  public NodeDisk(int chunkBytes, SeededChoices choices) {
    this.chunkBytes = chunkBytes;
    this.choices = choices;
    this.secret = choices.nextLong();
    this.bootId = new UUID(choices.nextLong(), choices.nextLong());
  }

  /** The machine loses power. Of what was not synced, each page may or may not be on the disk. */
  public void losePower() {
    lostPower = true;
    bootId = new UUID(choices.nextLong(), choices.nextLong());
    replicas.values().removeIf(replica -> !replica.survivesPowerLoss(choices));
  }

  /** Whether its machine ever went down. */
  public boolean hasLostPower() {
    return lostPower;
  }

  /** Calls a watcher before each deletion of a replica. */
  public void watchDeletions(LongConsumer watcher) {
    deletions = watcher;
  }

  void discard(long chunkId) {
    deletions.accept(chunkId);
    replicas.remove(chunkId);
  }

  int chunkBytes() {
    return chunkBytes;
  }

  SeededChoices choices() {
    return choices;
  }

  /** A replica as it is in the page cache; null if there is none. */
  public StoredReplica replica(long chunkId) {
    return replicas.get(chunkId);
  }

  public UUID bootId() {
    return bootId;
  }

  public long secret() {
    return secret;
  }

  public long clusterId() {
    return clusterId;
  }

  public int nodeId() {
    return nodeId;
  }

  /** Stores cluster id and node id. */
  public void adopt(long cluster, int node) {
    clusterId = cluster;
    nodeId = node;
  }

  public JournalPosition heardDurable() {
    return heard;
  }

  public void hearDurable(JournalPosition told) {
    heard = heard.max(told);
  }

  /**
   * Whether an earlier process used this disk. Then the start is unclean, since simulated processes
   * never stop in order.
   */
  public boolean beginUse() {
    boolean before = used;
    used = true;
    return before;
  }
}
