package org.distrifs.client.metadata;

import java.io.IOException;
import java.util.Optional;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;

/** What open files add to the master's attributes, and have to do before some are set. */
public interface OpenFileChanges {

  /** The attributes with the size and times of writes that are not committed yet. */
  Attributes withUncommitted(Attributes attributes);

  /**
   * Lets an open file carry out a change of its size or times, in order with its writes.
   *
   * @return empty when the inode is not open: the caller asks the master itself
   */
  Optional<Attributes> setThroughOpenFile(SetAttributes change, Caller caller) throws IOException;

  /** Whether {@link #setThroughOpenFile} has a file to go through. */
  boolean isOpen(long inode);

  /** Sends and commits what an open file holds; does nothing when the inode is not open. */
  void flush(long inode) throws IOException;
}
