package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import org.distrifs.proto.control.Attributes;

/** Takes directory entries until it is full. */
@FunctionalInterface
public interface DirectoryEntrySink {
  /**
   * @param attributes what the name leads to, as the directory was read; "." and ".." have them too
   * @param nextOffset where a later read of the directory goes on behind this entry; above 0
   * @return false when the entry did not fit any more: it will be offered again
   */
  boolean offer(ByteString name, Attributes attributes, long nextOffset);
}
