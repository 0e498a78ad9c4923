package org.distrifs.runtime.disk;

import java.io.Closeable;
import java.io.IOException;

/**
 * Makes a whole file system durable. That costs little more than to sync one file, unless others
 * write much to the file system. If write-back has failed since this was opened, the next {@link
 * #sync} fails. Thread-safe, except {@link #close}.
 */
public interface FileSystemSync extends Closeable {

  /**
   * Returns when all that was written to the file system before is durable: contents and names.
   *
   * @throws IOException if anything could not be made durable, whoever wrote it
   */
  void sync() throws IOException;
}
