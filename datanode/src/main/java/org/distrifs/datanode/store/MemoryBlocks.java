package org.distrifs.datanode.store;

import io.netty.buffer.ByteBuf;

/**
 * Verified blocks of a replica.
 *
 * @param bytes direct; whoever receives this releases them
 * @param checksums one for each block
 */
public record MemoryBlocks(ByteBuf bytes, int[] checksums, ReplicaState state) {}
