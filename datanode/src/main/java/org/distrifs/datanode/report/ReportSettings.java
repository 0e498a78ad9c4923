package org.distrifs.datanode.report;

/**
 * How this node presents itself.
 *
 * @param host what others reach it at
 * @param port of the data plane
 * @param rack may be empty
 * @param bootId of the machine
 * @param wantedNodeId the id that a new node would like; 0 for any
 */
public record ReportSettings(String host, int port, String rack, String bootId, int wantedNodeId) {}
