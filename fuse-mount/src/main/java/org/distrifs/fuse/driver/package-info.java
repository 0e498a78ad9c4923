/**
 * What is between the operation core and the kernel: the seam that a driver fills. A driver owns
 * the native side; it knows nothing of masters, chunks or settings.
 */
package org.distrifs.fuse.driver;
