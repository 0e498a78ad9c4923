package org.distrifs.fuse.driver;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel drop its pages of files of which accepted bytes were lost: until then it shows
 * this mount bytes that no other has. On a thread of its own, since the kernel waits for pages that
 * a serving thread may be about to fill. Thread-safe.
 */
public final class LostPages implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LostPages.class);
  private static final long CLOSE_TIMEOUT_MS = 5_000;

  private final KernelCache kernelCache;
  private final LongConsumer dropPages;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(NamedThreads.daemon("mount", "lost-pages"));

  /** The inodes whose pages are to be dropped. */
  private final Set<Long> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param dropPages makes the kernel drop its pages and attributes of a node; may block
   */
  public LostPages(KernelCache kernelCache, LongConsumer dropPages) {
    this.kernelCache = kernelCache;
    this.dropPages = dropPages;
  }

  /** Bytes of an inode were lost. Never blocks. */
  public void lost(long inode) {
    synchronized (thread) {
      if (!thread.isShutdown() && waiting.add(inode)) {
        thread.execute(() -> drop(inode));
      }
    }
  }

  private void drop(long inode) {
    waiting.remove(inode);
    for (long node : kernelCache.nodesOf(inode)) {
      dropPages.accept(node);
      LOG.debug("The kernel dropped its pages of inode {}, of which bytes were lost", inode);
    }
  }

  /** When this returns, or has warned, the kernel is asked for nothing any more. */
  @Override
  public void close() {
    synchronized (thread) {
      thread.shutdown();
    }
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("Pages are still being dropped though the mount has ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
