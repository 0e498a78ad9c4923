/**
 * Inodes and directory entries in compact tables: what a name means, what a directory lists, what
 * an inode's attributes are. It knows nothing of chunks, sessions or messages.
 */
package org.distrifs.master.namespace;
