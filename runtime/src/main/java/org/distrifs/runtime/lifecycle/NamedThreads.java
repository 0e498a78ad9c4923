package org.distrifs.runtime.lifecycle;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads named {@code <role>-<purpose>} (numbered from 1 when a pool takes several). A thread that
 * ends by an uncaught exception halts the process: every thread of DistriFS is essential, and
 * without one of them a process would still seem alive to its peers, though it does not do its
 * work.
 *
 * <p>This covers tasks given to {@code execute}. A task given to {@code submit} or {@code
 * scheduleAtFixedRate} keeps its exception in the future instead: catch it in the task, or look at
 * the future.
 */
public final class NamedThreads implements ThreadFactory {

  private final String prefix;
  private final boolean daemon;
  private final AtomicInteger count = new AtomicInteger();

  private NamedThreads(String prefix, boolean daemon) {
    this.prefix = prefix;
    this.daemon = daemon;
  }

  /** Threads that do not keep the process alive: {@code daemon("datanode", "scrub")}. */
  public static NamedThreads daemon(String role, String purpose) {
    return new NamedThreads(role + "-" + purpose, true);
  }

  /** Threads that keep the process alive until they end. */
  public static NamedThreads user(String role, String purpose) {
    return new NamedThreads(role + "-" + purpose, false);
  }

  @Override
  public Thread newThread(Runnable body) {
    Thread thread = new Thread(body, prefix + "-" + count.incrementAndGet());
    thread.setDaemon(daemon);
    thread.setUncaughtExceptionHandler(
        (dead, cause) -> ProcessHalt.now("thread " + dead.getName() + " died of " + cause, cause));
    return thread;
  }
}
