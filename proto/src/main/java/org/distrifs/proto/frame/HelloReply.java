package org.distrifs.proto.frame;

/**
 * The answer to a {@link Hello}: which process listens, and whether it will answer requests of this
 * peer.
 *
 * @param status {@link Status#OK}, or why the listener closes the connection
 * @param clusterId 0 when the listener does not know it yet
 * @param nodeId 0 when the listener does not know it yet
 * @param incarnation the incarnation of the listening process
 * @param detail a sentence when the status is not OK, at most 1,000 bytes of UTF-8
 */
public record HelloReply(
    Status status, long clusterId, int nodeId, long incarnation, String detail) {}
