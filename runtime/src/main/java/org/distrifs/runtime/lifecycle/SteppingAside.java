package org.distrifs.runtime.lifecycle;

/**
 * Threads that serve sockets and may leave that for a while, to do what blocks. Others take over if
 * it lasts.
 */
@FunctionalInterface
public interface SteppingAside {

  /** Threads of which none can. */
  SteppingAside NEVER = work -> false;

  /**
   * Has the calling thread run something when it has handled what it was given.
   *
   * @param work may block; what fails in it ends the process
   * @return false, and nothing is done, if the calling thread cannot
   */
  boolean stepAside(Runnable work);
}
