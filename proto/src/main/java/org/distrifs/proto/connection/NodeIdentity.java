package org.distrifs.proto.connection;

/**
 * Identifies the listening process in its answer to a HELLO.
 *
 * @param clusterId 0 when not known yet
 * @param nodeId 0 when not known yet
 * @param incarnation the incarnation of the process
 */
public record NodeIdentity(long clusterId, int nodeId, long incarnation) {}
