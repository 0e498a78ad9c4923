package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.time.Instant;

/**
 * What {@code statx(2)} tells of a file; its structure is the same on every architecture.
 *
 * @param mode type and permissions
 * @param blocks of 512 bytes
 */
record Stat(
    long inode,
    int mode,
    int nlink,
    int uid,
    int gid,
    int rdevMajor,
    int rdevMinor,
    long size,
    long blocks,
    int blockSize,
    Instant atime,
    Instant mtime,
    Instant ctime) {

  static final int BYTES = 256;

  private static final int TYPE_BITS = 0170000;

  static Stat at(long address) {
    return new Stat(
        IO.getLong(address + 32),
        Short.toUnsignedInt(IO.getShort(address + 28)),
        IO.getInt(address + 16),
        IO.getInt(address + 20),
        IO.getInt(address + 24),
        IO.getInt(address + 128),
        IO.getInt(address + 132),
        IO.getLong(address + 40),
        IO.getLong(address + 48),
        IO.getInt(address + 4),
        time(address + 64),
        time(address + 112),
        time(address + 96));
  }

  /** The birth time in an answer of {@code statx}, if it has one. */
  static Instant birthTime(long address) {
    return time(address + 80);
  }

  private static Instant time(long address) {
    return Instant.ofEpochSecond(IO.getLong(address), IO.getInt(address + 8));
  }

  /** The bits of {@code S_IFMT}. */
  int type() {
    return mode & TYPE_BITS;
  }

  /** Set-id, sticky and permission bits. */
  int permissions() {
    return mode & ~TYPE_BITS;
  }
}
