package org.distrifs.proto.connection;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** Event loops whose threads may step aside for what blocks. */
final class RelievedLoops extends MultiThreadIoEventLoopGroup {
  private final List<RelievedLoop> loops = new ArrayList<>();

  RelievedLoops(int count, ThreadFactory threads, IoHandlerFactory handlers) {
    super(count, threads, handlers);
    for (EventExecutor each : this) {
      loops.add(new RelievedLoop((SharedEventLoop) each, threads));
    }
  }

  @Override
  protected IoEventLoop newChild(Executor unused, IoHandlerFactory handlers, Object... none) {
    // Who stepped aside finds what there is to do when it comes back: nobody needs to be called.
    return new SharedEventLoop(handlers, () -> {});
  }

  /**
   * As {@link RelievedLoop#stepAside}, on any thread.
   *
   * @return false also on a thread that runs none of these loops
   */
  boolean stepAside(Runnable work) {
    for (RelievedLoop each : loops) {
      if (each.loop().inEventLoop()) {
        return each.stepAside(work);
      }
    }
    return false;
  }
}
