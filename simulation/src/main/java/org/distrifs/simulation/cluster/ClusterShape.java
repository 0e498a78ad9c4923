package org.distrifs.simulation.cluster;

/**
 * The size and settings of a simulated cluster.
 *
 * @param chunks of the one file that is written
 * @param packetBytes the largest write that clients send at once
 * @param chunkTimeoutMs after which a client gives up a chunk that takes no write
 */
public record ClusterShape(
    int datanodes,
    int clients,
    int replication,
    int minReplicas,
    int chunks,
    int chunkBytes,
    int packetBytes,
    long chunkTimeoutMs) {

  /** The host of a datanode, counted from 0. */
  public static String nodeHost(int node) {
    return "node-" + (node + 1);
  }

  /** The host of a client, counted from 0. */
  public static String clientHost(int client) {
    return "client-" + (client + 1);
  }
}
