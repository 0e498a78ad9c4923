package org.distrifs.datanode.store;

/**
 * A block whose bytes do not match its stored checksum.
 *
 * @param block index of the 4 KiB block in the chunk
 */
public record CorruptBlock(long chunkId, int version, int block) {}
