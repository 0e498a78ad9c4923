package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;

/** Takes directory entries until it is full. */
@FunctionalInterface
public interface DirectoryEntrySink {
  /**
   * @param mode {@code st_mode}; only the file type bits matter
   * @param nextOffset where a later read of the directory goes on behind this entry; above 0
   * @return false when the entry did not fit any more: it will be offered again
   */
  boolean offer(ByteString name, long inode, int mode, long nextOffset);
}
