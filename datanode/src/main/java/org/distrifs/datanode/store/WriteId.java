package org.distrifs.datanode.store;

/**
 * What makes a client's write unique: sent again after a lost answer, it carries the same pair.
 *
 * @param sequence rises with each write of a session to one chunk
 */
public record WriteId(long sessionId, long sequence) {}
