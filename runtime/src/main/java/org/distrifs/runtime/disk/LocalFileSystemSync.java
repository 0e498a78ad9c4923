package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.LastError;
import jnr.ffi.Runtime;

/**
 * {@code syncfs(2)}. It reports a failed write once to each descriptor that was open at that time
 * (Linux 5.8), so this object keeps one open.
 */
final class LocalFileSystemSync implements FileSystemSync {
  private static final int CLOSED = -1;

  private final Path path;
  private final LibC libc;
  private final AtomicInteger descriptor = new AtomicInteger(CLOSED);

  LocalFileSystemSync(Path path) throws IOException {
    this.path = path;
    this.libc = LibC.load();
    int opened = libc.open(path.toString(), LibC.O_RDONLY);
    check(opened, "open");
    descriptor.set(opened);
  }

  @Override
  public void sync() throws IOException {
    check(libc.syncfs(descriptor.get()), "sync the file system of");
  }

  private void check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(
          "cannot %s %s: errno %d"
              .formatted(what, path, LastError.getLastError(Runtime.getSystemRuntime())));
    }
  }

  @Override
  public void close() throws IOException {
    // Only once: after that the number may belong to another file.
    int open = descriptor.getAndSet(CLOSED);
    if (open != CLOSED) {
      check(libc.close(open), "close");
    }
  }
}
