package org.distrifs.master.placement;

/**
 * A datanode that is alive, as placement sees it.
 *
 * @param rack label; nodes without one share the empty rack
 * @param availableBytes that it can still take
 * @param load requests in flight and chunks placed lately: any measure by which nodes compare
 */
public record PlacementNode(int nodeId, String rack, long availableBytes, long load) {}
