/** POSIX over the client: the operation core by inode, the FUSE driver and the life of a mount. */
package org.distrifs.fuse;
