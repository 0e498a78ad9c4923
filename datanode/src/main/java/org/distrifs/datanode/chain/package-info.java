/**
 * One member of a chunk's chain: the order of writes, duplicates, acknowledgements and fences.
 *
 * <p>A {@link org.distrifs.datanode.chain.ChainMember} is a plain object: calls and ticks in,
 * {@link org.distrifs.datanode.chain.ChainActions} out; no threads, sockets, files or clocks.
 * Whoever hosts it calls it from one thread at a time and carries the actions out in their order.
 */
package org.distrifs.datanode.chain;
