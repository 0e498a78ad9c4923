package org.distrifs.master.state;

/**
 * How much there is, for status and metrics.
 *
 * @param inodes all inodes, with those that no name leads to any more
 * @param directories directories among them that have a name, with the root
 * @param orphans inodes without a name
 * @param chunks all chunks, with those that no file has any more
 * @param garbageChunks chunks that no name leads to: of unlinked files, cut off, or never committed
 * @param sessions open sessions
 */
public record StateCounts(
    long inodes, long directories, long orphans, long chunks, long garbageChunks, int sessions) {}
