/**
 * The life of a mount: checks before it, what a killed process left behind, the end by signal or by
 * {@code fusermount -u}. Nothing here looks into the mounted folder: a process that waits for its
 * own mount waits for ever.
 */
package org.distrifs.fuse.mount;
