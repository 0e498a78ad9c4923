/**
 * The driver over libfuse 2, whose calls name files by path. Struct layouts come from jnr-fuse; the
 * callbacks and the loop are our own, since names must reach us as bytes and no Java array may lie
 * between the kernel's buffer and the client (see {@code native-notes}).
 *
 * <p>libfuse numbers its nodes by name: a node is one name, not one inode. {@link
 * org.distrifs.fuse.driver.jnrfuse.KernelCache} and {@link
 * org.distrifs.fuse.driver.jnrfuse.HiddenFiles} mend what follows from that.
 */
package org.distrifs.fuse.driver.jnrfuse;
