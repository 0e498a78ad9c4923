package org.distrifs.proto.frame;

/**
 * One member of a chain as a WRITE carries it: its id, the incarnation that the sender means, and
 * where it listens.
 *
 * @param nodeId the datanode's id, above 0
 * @param incarnation the incarnation of the process that is meant
 * @param host name or address, at most 255 bytes of UTF-8
 * @param port TCP port, 1 to 65535
 */
public record ChainHop(int nodeId, long incarnation, String host, int port) {}
