package org.distrifs.proto.connection;

import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of a file that is sent by {@code sendfile}. Unlike its superclass it does not close the
 * file afterwards, but runs a callback of the file's owner. If the callback throws, that is logged,
 * and the connection goes on.
 */
final class KeepOpenFileRegion extends DefaultFileRegion {
  private static final Logger LOG = LoggerFactory.getLogger(KeepOpenFileRegion.class);

  private final LongConsumer done;

  /** When the last piece began to be sent; 0 before the first. */
  private long sendingSinceNs;

  KeepOpenFileRegion(FileChannel file, long position, int length, LongConsumer done) {
    super(file, position, length);
    this.done = done;
  }

  /** Called before each piece that is sent; the socket takes no more than it has room for. */
  @Override
  public void open() throws IOException {
    super.open();
    sendingSinceNs = System.nanoTime();
  }

  @Override
  protected void deallocate() {
    final boolean isSent = sendingSinceNs != 0 && transferred() == count();
    final long blockedNs = isSent ? System.nanoTime() - sendingSinceNs : 0;
    try {
      done.accept(blockedNs);
    } catch (RuntimeException e) {
      LOG.error("A callback after a file was sent failed", e);
    }
  }
}
