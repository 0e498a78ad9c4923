package org.distrifs.systemtests.conformance;

import java.util.concurrent.atomic.AtomicInteger;

/** The file systems on which the cases are run. */
enum Target {
  /** ext4 in a loop device, which proves the cases. */
  EXT4,
  /** A cluster, mounted by the kernel's own protocol. */
  KERNEL,
  /** A cluster, mounted through libfuse 2. */
  JNR_FUSE;

  /** 2^32 blocks of 4 KiB, less one. */
  private static final long EXT4_LARGEST_BYTES = (1L << 44) - 4096;

  private final AtomicInteger assertions = new AtomicInteger();
  private TestedFileSystem fileSystem;

  /** The file system on which the cases are run. */
  TestedFileSystem fileSystem() {
    return fileSystem;
  }

  void isAt(TestedFileSystem where) {
    fileSystem = where;
  }

  /** The size of a file at most. */
  long largestFileBytes() {
    return this == EXT4 ? EXT4_LARGEST_BYTES : Long.MAX_VALUE;
  }

  void count(int more) {
    assertions.addAndGet(more);
  }

  /** How many assertions were made so far. */
  int assertions() {
    return assertions.get();
  }
}
