package org.distrifs.fuse.operations;

import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;

/**
 * What a file descriptor of the kernel stands for.
 *
 * @param opened the attributes at the open
 */
record FileHandle(OpenFile file, boolean mayWrite, Attributes opened) {}
