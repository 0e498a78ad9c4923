package org.distrifs.client.lock;

/** A handle of a file, as locks know it; told apart by identity. */
public interface LockingHandle {

  /**
   * Whether reads through it are being served. A kernel that reads ahead tells of the end of an
   * open file only after these. Must not block.
   */
  boolean isReading();
}
