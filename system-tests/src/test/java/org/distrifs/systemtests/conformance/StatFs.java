package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;

/**
 * What {@code statfs(2)} tells of a file system; laid out alike on x86-64 and arm64.
 *
 * @param blockSize what {@code df} and others multiply blocks with
 */
record StatFs(
    long blockSize,
    long blocks,
    long free,
    long available,
    long files,
    long filesFree,
    long nameLength,
    long fragmentSize) {

  static final int BYTES = 120;

  static StatFs at(long address) {
    return new StatFs(
        IO.getLong(address + 8),
        IO.getLong(address + 16),
        IO.getLong(address + 24),
        IO.getLong(address + 32),
        IO.getLong(address + 40),
        IO.getLong(address + 48),
        IO.getLong(address + 64),
        IO.getLong(address + 72));
  }
}
