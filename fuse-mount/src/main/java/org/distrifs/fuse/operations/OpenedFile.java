package org.distrifs.fuse.operations;

import org.distrifs.proto.control.Attributes;

/**
 * A file that was opened.
 *
 * @param handle the number to pass to reads and writes
 * @param attributes as the master gave them in the course of the open; its change counter tells
 *     whether pages that the kernel holds are still those of the file
 */
public record OpenedFile(long handle, Attributes attributes) {}
