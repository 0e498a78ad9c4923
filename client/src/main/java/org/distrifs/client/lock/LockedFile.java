package org.distrifs.client.lock;

import java.io.IOException;
import org.distrifs.proto.control.Attributes;

/** What locks need of the file that they are on. */
public interface LockedFile {

  long inode();

  /** Sends and commits what is written; fails with {@code EIO} if the file's session is gone. */
  void flush() throws IOException;

  /** Whether the session that the file was opened under is gone, and all its locks with it. */
  boolean hasLostSession();

  /**
   * Takes over attributes that came with a granted lock. Not on a thread that brings answers.
   *
   * @return the change counter when others changed the file last
   */
  long granted(Attributes attributes);
}
