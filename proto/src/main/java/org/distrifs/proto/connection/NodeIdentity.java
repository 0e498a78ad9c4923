package org.distrifs.proto.connection;

/**
 * Who listens, as its answer to a HELLO tells.
 *
 * @param clusterId 0 when not known yet
 * @param nodeId 0 when not known yet
 * @param incarnation the incarnation of the process
 */
public record NodeIdentity(long clusterId, int nodeId, long incarnation) {}
