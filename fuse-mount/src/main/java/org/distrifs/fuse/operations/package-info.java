/**
 * The operation core: POSIX calls by inode and handle, over the client. It knows no FUSE library
 * and no native memory; the drivers translate what their kernel interface says into calls here.
 *
 * <p>Permissions are not checked here: a mount runs with {@code default_permissions}, so the kernel
 * has checked them, with the caller's supplementary groups, before it asks. Set-id bits are cleared
 * by the kernel, too, on write and on change of owner, with an explicit change of the mode; but for
 * truncation by an open and for writes that pass its pages by, it leaves that to us.
 *
 * <p>The kernel leaves access times to us: {@link org.distrifs.fuse.operations.AccessTimes}.
 */
package org.distrifs.fuse.operations;
