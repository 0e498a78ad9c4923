package org.distrifs.master.chunk;

/**
 * A truncation that is journalled and whose boundary chunk is not cut yet. Nothing extends the file
 * until a ChangeCommit with this inode and epoch.
 *
 * @param lengthBytes length at which the chunk ends afterwards, 1 to the chunk size less 1
 */
public record PendingCut(long inode, long truncateEpoch, long chunkId, int lengthBytes) {}
