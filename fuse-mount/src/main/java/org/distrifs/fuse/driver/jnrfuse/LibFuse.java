package org.distrifs.fuse.driver.jnrfuse;

/**
 * The functions of libfuse 2.9 that the driver calls. Pointers are {@code long}s: only 64-bit
 * platforms are supported. Public because the binding is generated into another package.
 */
public interface LibFuse {
  /**
   * {@code struct fuse *fuse_setup(int argc, char *argv[], const struct fuse_operations *, size_t,
   * char **mountpoint, int *multithreaded, void *user_data)}: mounts.
   *
   * <p>Not {@code fuse_mount} and {@code fuse_new}: of the latter the library also holds a symbol
   * without a version, with other arguments, and that is what {@code dlsym} finds.
   *
   * @return {@code struct fuse *}; 0 when it failed, the reason then stands on standard error
   */
  long fuse_setup(
      int argumentCount,
      long arguments,
      long operations,
      long operationsSize,
      long mountPointPointer,
      long multithreadedPointer,
      long userData);

  long fuse_get_session(long fuse);

  /** The first channel of a session if {@code channel} is 0. */
  long fuse_session_next_chan(long session, long channel);

  long fuse_chan_bufsize(long channel);

  /**
   * {@code int fuse_chan_recv(struct fuse_chan **, char *buf, size_t size)}: blocks for a request.
   *
   * @return its length; 0 when the session has ended; a negative errno
   */
  int fuse_chan_recv(long channelPointer, long buffer, long size);

  void fuse_session_process(long session, long buffer, long length, long channel);

  void fuse_session_exit(long session);

  int fuse_session_exited(long session);

  /** Frees everything, the channel and its descriptor included. */
  void fuse_destroy(long fuse);

  /** A negative {@code offset} invalidates the attributes only. Answers a negative errno. */
  int fuse_lowlevel_notify_inval_inode(long channel, long node, long offset, long length);
}
