package org.distrifs.runtime.disk;

/**
 * Bytes of a file.
 *
 * @param position offset in the file in bytes, 0 or more
 * @param length bytes, 1 or more
 */
public record FileRange(long position, long length) {}
