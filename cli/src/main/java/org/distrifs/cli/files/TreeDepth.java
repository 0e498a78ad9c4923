package org.distrifs.cli.files;

import java.io.IOException;
import org.distrifs.cli.path.RemotePath;

/** Bounds the depth to which a command walks down a tree. A deeper one would exhaust the stack. */
final class TreeDepth {

  private static final int MAX_DEPTH = 1000;

  private TreeDepth() {}

  /** Like {@link #check(int)}. */
  static void check(RemotePath path) throws IOException {
    check(path.names().size());
  }

  /**
   * @throws IOException if the path is too deep
   */
  static void check(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException(
          "deeper than " + MAX_DEPTH + " directories, which is as far as this command goes");
    }
  }
}
