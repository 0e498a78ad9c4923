package org.distrifs.runtime.disk;

import java.io.Closeable;
import java.io.IOException;

/**
 * Makes a whole file system durable, which costs little more than the same for one file, unless
 * others write much to it. A write that failed since this was opened, on its way from memory to the
 * disk, makes the next {@link #sync} fail. Thread-safe, but for {@link #close}.
 */
public interface FileSystemSync extends Closeable {

  /**
   * Returns when all that was written to the file system before is durable: contents and names.
   *
   * @throws IOException if anything could not be, whoever wrote it
   */
  void sync() throws IOException;
}
