package org.distrifs.fuse.operations;

import java.io.IOException;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;

/**
 * What a file descriptor of the kernel stands for.
 *
 * @param synchronous it was opened with {@code O_DSYNC} or {@code O_SYNC}
 * @param opened the attributes at the open
 */
record FileHandle(OpenFile file, boolean mayWrite, boolean synchronous, Attributes opened) {
  /** What follows a change of the file by other means than a write. */
  void changed() throws IOException {
    if (synchronous) {
      file.sync();
    }
  }
}
