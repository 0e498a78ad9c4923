package org.distrifs.proto.connection;

import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of a file that is sent by {@code sendfile}. Unlike its superclass it does not close the
 * file afterwards, but runs a callback of the file's owner.
 */
final class KeepOpenFileRegion extends DefaultFileRegion {
  private static final Logger LOG = LoggerFactory.getLogger(KeepOpenFileRegion.class);

  private final Runnable done;

  KeepOpenFileRegion(FileChannel file, long position, int length, Runnable done) {
    super(file, position, length);
    this.done = done;
  }

  @Override
  protected void deallocate() {
    run(done);
  }

  /**
   * Runs a callback of a request's handler. If it throws, that is logged, and the connection goes
   * on.
   */
  static void run(Runnable done) {
    try {
      done.run();
    } catch (RuntimeException e) {
      LOG.error("A callback after a file was sent failed", e);
    }
  }
}
