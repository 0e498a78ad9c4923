/**
 * The interface between DistriFS and its disks.
 *
 * <p>The journal and the chunk store reach files only through {@link
 * org.distrifs.runtime.disk.Disk} and {@link org.distrifs.runtime.disk.DiskFile}, so that a test or
 * the simulation can give them a disk that loses unsynced writes, fails a sync, runs full, or tears
 * a write. {@link org.distrifs.runtime.disk.LocalDisk} is the real one.
 *
 * <p>Nothing is durable before it is synced: bytes by {@link
 * org.distrifs.runtime.disk.DiskFile#sync}, a new, renamed or deleted name by {@link
 * org.distrifs.runtime.disk.Disk#syncDirectory}. A sync that failed must never be tried again: the
 * kernel may have dropped the dirty pages and would report success the second time.
 *
 * <p>Threads that do file access must not be interrupted: the JDK closes a channel under a thread
 * that is interrupted in the middle of an operation on it. Stop such threads with a flag or a queue
 * element, and their executors with {@code shutdown}, not {@code shutdownNow}.
 */
package org.distrifs.runtime.disk;
