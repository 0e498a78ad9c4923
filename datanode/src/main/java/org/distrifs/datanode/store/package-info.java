/**
 * Replicas of chunks on local disks: bytes, their checksums, and what must survive a crash.
 *
 * <p>A replica is one file, described byte by byte in {@code docs/chunk-store.md}. Everything that
 * touches a disk runs on a few disk threads; the operations of one replica run one after the other
 * in the order of the calls, those of different replicas side by side. What is asked on every
 * request (state, checksums of open replicas) is answered from memory.
 */
package org.distrifs.datanode.store;
