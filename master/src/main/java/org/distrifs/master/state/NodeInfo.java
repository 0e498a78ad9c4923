package org.distrifs.master.state;

/**
 * A datanode that has joined the cluster, with the address it gave last.
 *
 * @param id 1 to 65535, never given to another
 * @param secret drawn by the node itself, so that a registration sent again gets the same id
 * @param port TCP port of its data server
 * @param rack label for placement, may be empty
 */
public record NodeInfo(int id, long secret, String host, int port, String rack) {}
