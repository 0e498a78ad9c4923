package org.distrifs.fuse.operations;

import java.io.IOException;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;

/**
 * What a file descriptor of the kernel stands for.
 *
 * @param flags of {@code open(2)}; see {@link OpenFlags}
 * @param opened the attributes at the open
 */
record FileHandle(OpenFile file, int flags, Attributes opened) {

  boolean mayWrite() {
    return OpenFlags.mayWrite(flags);
  }

  /** Whether its reads leave the access time as it is. */
  boolean leavesAccessTime() {
    return OpenFlags.has(flags, OpenFlags.O_NOATIME);
  }

  /** What follows a change of the file by other means than a write. */
  void changed() throws IOException {
    if (OpenFlags.has(flags, OpenFlags.O_DSYNC)) {
      file.syncWrite();
    }
  }
}
