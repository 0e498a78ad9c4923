package org.distrifs.fuse.operations;

import org.distrifs.client.OpenFile;

/** What a file descriptor of the kernel stands for. */
record FileHandle(OpenFile file, boolean mayWrite) {}
