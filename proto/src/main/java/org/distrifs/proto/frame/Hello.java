package org.distrifs.proto.frame;

/**
 * The first frame on each connection. It says which process opened the connection.
 *
 * @param clusterId the cluster that the speaker belongs to; 0 when it does not know yet
 * @param name the speaker for logs, such as {@code mount} or {@code datanode-2}; at most 255 bytes
 *     of UTF-8
 */
public record Hello(long clusterId, String name) {}
