/**
 * The operation core: POSIX calls by inode and handle, over the client. It knows no FUSE library
 * and no native memory; the drivers translate what their kernel interface says into calls here.
 *
 * <p>Permissions are not checked here: a mount runs with {@code default_permissions}, so the kernel
 * has checked them, with the caller's supplementary groups, before it asks. Set-id bits are cleared
 * on write and on change of owner by the kernel, too, with an explicit change of the mode.
 */
package org.distrifs.fuse.operations;
