package org.distrifs.datanode.report;

/**
 * How this node presents itself.
 *
 * @param host what others reach it at
 * @param port of the data plane
 * @param rack may be empty
 * @param bootId of the machine
 */
public record ReportSettings(String host, int port, String rack, String bootId) {}
