package org.distrifs.fuse.driver;

import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * Carries the kernel's requests to {@link org.distrifs.fuse.operations.FuseOperations}. One object
 * mounts once.
 */
public interface FuseDriver {

  /** File system type in the mount table. */
  String FILE_SYSTEM_TYPE = "fuse.distrifs";

  /**
   * Mounts, and returns once the kernel has been answered its first request: from then on callers
   * are served.
   *
   * @throws OperatorException if the native library is missing or the kernel refuses
   */
  void mount();

  /**
   * Waits, without bound, until the kernel has let go of the mount: somebody has unmounted it, or
   * its connection was aborted. No request is being served any more when it returns.
   */
  void awaitUnmounted() throws InterruptedException;

  /** As {@link #awaitUnmounted}, for at most {@code timeoutMs}; tells whether it has happened. */
  boolean awaitUnmounted(long timeoutMs) throws InterruptedException;

  /** Frees the native side. Only after the mount has ended; a second call does nothing. */
  void close();
}
