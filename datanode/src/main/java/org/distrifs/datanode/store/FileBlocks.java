package org.distrifs.datanode.store;

import org.distrifs.runtime.disk.DiskFile;

/**
 * Blocks of a replica as they lie in its file, with their stored checksums. The bytes are not
 * verified, and an overwrite may race with whoever reads them: the checksums tell.
 *
 * @param file stays open until {@code release} has run
 * @param lengthBytes from {@code position} on; 0 at or behind the replica's end
 * @param checksums one for each block
 * @param release to be run exactly once, when the bytes were read
 */
public record FileBlocks(
    DiskFile file,
    long position,
    int lengthBytes,
    int[] checksums,
    ReplicaState state,
    Runnable release) {}
