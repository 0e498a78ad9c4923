package org.distrifs.fuse.driver;

import java.io.IOException;
import org.distrifs.fuse.operations.Allocation;
import org.distrifs.fuse.operations.FuseOperations;

/** An fallocate as the kernel sees it: if it may move the end of the file, that is like a write. */
public final class Fallocation {
  private static final int NO_FLAGS = 0;

  private Fallocation() {}

  /**
   * @param inode that the handle was opened on
   */
  public static void run(
      FuseOperations operations,
      KernelCache kernelCache,
      long inode,
      long handle,
      long offset,
      long length,
      int mode)
      throws IOException {
    if ((mode & Allocation.KEEP_SIZE) != 0) {
      operations.fallocate(handle, offset, length, mode);
      return;
    }
    boolean failed = true;
    kernelCache.writing(inode, offset, length, NO_FLAGS);
    try {
      operations.fallocate(handle, offset, length, mode);
      failed = false;
    } finally {
      kernelCache.written(inode, offset, length, NO_FLAGS, failed);
    }
  }
}
