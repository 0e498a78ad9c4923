/**
 * Mounts by the kernel's own FUSE protocol on {@code /dev/fuse}, by inode, without libfuse. The
 * layouts are those of the kernel's {@code include/uapi/linux/fuse.h}, the same on every 64-bit
 * architecture, in the machine's byte order; {@code native-notes} says how they were verified.
 */
package org.distrifs.fuse.driver.kernel;
