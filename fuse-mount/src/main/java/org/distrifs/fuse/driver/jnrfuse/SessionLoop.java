package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.driver.KilledCallers;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the kernel's requests and has libfuse process them, on Java threads of our own:
 * libfuse's would have to be attached to the Java machine. Each thread waits for a request, serves
 * it, and waits again.
 */
final class SessionLoop {
  private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);

  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  private final LibFuse libfuse;
  private final long session;
  private final long channel;
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch firstRequestServed = new CountDownLatch(1);
  private final CountDownLatch ended;
  private final KilledCallers killedCallers = new KilledCallers();

  /**
   * @param session {@code struct fuse_session *}
   * @param channel {@code struct fuse_chan *} of the session
   */
  SessionLoop(LibFuse libfuse, long session, long channel, int threadCount) {
    this.libfuse = libfuse;
    this.session = session;
    this.channel = channel;
    this.ended = new CountDownLatch(threadCount);
    NamedThreads factory = NamedThreads.daemon("mount", "fuse");
    for (int count = 0; count < threadCount; count++) {
      threads.add(factory.newThread(this::run));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** The kernel's first request negotiates the protocol; once it is answered the mount works. */
  boolean awaitFirstRequest(long timeoutMs) throws InterruptedException {
    return firstRequestServed.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  boolean awaitEnd(long timeoutMs) throws InterruptedException {
    return ended.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  private void run() {
    long bufferBytes = libfuse.fuse_chan_bufsize(channel);
    long buffer = NativeMemory.allocate(bufferBytes);
    long channelPointer = NativeMemory.allocate(Long.BYTES);
    IO.putLong(channelPointer, channel);
    try {
      serve(buffer, bufferBytes, channelPointer);
    } finally {
      NativeMemory.free(buffer);
      NativeMemory.free(channelPointer);
      ended.countDown();
    }
  }

  private void serve(long buffer, long bufferBytes, long channelPointer) {
    Request request = Request.current();
    while (libfuse.fuse_session_exited(session) == 0) {
      int length = libfuse.fuse_chan_recv(channelPointer, buffer, bufferBytes);
      if (length == -EINTR || length == -EAGAIN) {
        continue;
      }
      if (length <= 0) {
        if (length < 0) {
          LOG.error("Cannot read requests of the kernel: errno {}; the mount ends", -length);
        }
        libfuse.fuse_session_exit(session);
        return;
      }
      request.begin(buffer);
      killedCallers.received(request);
      try {
        libfuse.fuse_session_process(session, buffer, length, channel);
      } finally {
        killedCallers.served(request);
        request.end();
      }
      firstRequestServed.countDown();
    }
  }
}
