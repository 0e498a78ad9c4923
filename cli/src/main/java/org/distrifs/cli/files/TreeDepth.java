package org.distrifs.cli.files;

import java.io.IOException;
import org.distrifs.cli.path.RemotePath;

/** The bound of what walks down a tree: deeper ones would exhaust the stack. */
final class TreeDepth {

  private static final int MAX_DEPTH = 1000;

  private TreeDepth() {}

  /** As {@link #check(int)}. */
  static void check(RemotePath path) throws IOException {
    check(path.names().size());
  }

  /**
   * @throws IOException if this is deeper than the commands go
   */
  static void check(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException(
          "deeper than " + MAX_DEPTH + " directories, which is as far as this command goes");
    }
  }
}
