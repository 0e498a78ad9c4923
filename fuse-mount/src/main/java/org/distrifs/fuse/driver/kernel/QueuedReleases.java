package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.CloseQueue;

/**
 * Whether a RELEASE may be on its way: in the kernel's queue, in the hands of a thread that has
 * received it and not come to say so, or being served. Thread-safe; two volatile writes for each
 * request.
 */
final class QueuedReleases implements CloseQueue {
  /** In front of what {@code /proc/…/syscall} shows of a thread that sleeps in read(2). */
  private static final String IN_READ =
      System.getProperty("os.arch").equals("aarch64") ? "63 " : "0 ";

  private static final Path THREAD_OF_CALLER = Path.of("/proc/thread-self");

  private final FuseDevice device;
  private final Set<Receiver> receivers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inService = new AtomicInteger();

  QueuedReleases(FuseDevice device) {
    this.device = device;
  }

  /** For the calling thread, which is going to receive requests. */
  Receiver receiver() {
    try {
      Path thread = THREAD_OF_CALLER.resolveSibling(Files.readSymbolicLink(THREAD_OF_CALLER));
      Receiver receiver = new Receiver(thread.resolve("syscall"));
      receivers.add(receiver);
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException("find the calling thread in /proc", e);
    }
  }

  /**
   * In this order: what is not in the queue any more was received by a thread, which is found
   * outside of its read, or has counted it.
   */
  @Override
  public boolean mayHoldAny() {
    return device.hasRequests()
        || receivers.stream().anyMatch(Receiver::mayHaveTakenOne)
        || inService.get() > 0;
  }

  /** One thread's receiving. Its own methods are for that thread. */
  final class Receiver {
    private final Path systemCall;
    private volatile boolean receives;

    private Receiver(Path systemCall) {
      this.systemCall = systemCall;
    }

    void begin() {
      receives = true;
    }

    void received(int opcode) {
      if (opcode == Opcode.RELEASE) {
        inService.incrementAndGet();
      }
      receives = false;
    }

    void served(int opcode) {
      if (opcode == Opcode.RELEASE) {
        inService.decrementAndGet();
      }
    }

    void end() {
      receivers.remove(this);
    }

    private boolean mayHaveTakenOne() {
      if (!receives) {
        return false;
      }
      try {
        return !Files.readString(systemCall).startsWith(IN_READ);
      } catch (IOException e) {
        return false; // It has ended, or the kernel does not tell.
      }
    }
  }
}
