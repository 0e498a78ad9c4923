package org.distrifs.fuse.driver.jnrfuse;

import jnr.ffi.LibraryLoader;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Finds libfuse 2 on this machine. */
final class LibFuseLibrary {

  /** By its name with version: the one without belongs to the development package. */
  private static final String NAME = "libfuse.so.2";

  private LibFuseLibrary() {}

  static LibFuse load() {
    try {
      return LibraryLoader.create(LibFuse.class).failImmediately().load(NAME);
    } catch (UnsatisfiedLinkError e) {
      throw new OperatorException(
          "Cannot mount: the library "
              + NAME
              + " is missing or does not load ("
              + e.getMessage()
              + "). Install it; on Debian and Ubuntu: apt-get install libfuse2 fuse3",
          e);
    }
  }
}
