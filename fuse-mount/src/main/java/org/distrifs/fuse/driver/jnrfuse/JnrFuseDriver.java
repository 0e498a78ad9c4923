package org.distrifs.fuse.driver.jnrfuse;

import java.util.List;
import java.util.Locale;
import org.distrifs.fuse.driver.ArgumentVector;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.LostPages;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestGuard;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts through libfuse 2. Thread-safe, but for {@link #mount} and {@link #close}. */
public final class JnrFuseDriver implements FuseDriver {
  private static final Logger LOG = LoggerFactory.getLogger(JnrFuseDriver.class);

  /** The kernel asks as soon as it has mounted. */
  private static final long FIRST_REQUEST_TIMEOUT_MS = 10_000;

  /** The largest request that libfuse's buffer takes. */
  private static final int MAX_REQUEST_BYTES = 128 << 10;

  /** Read-ahead and asynchronous requests in flight at most; above it callers wait. */
  private static final int MAX_BACKGROUND_REQUESTS = 64;

  private final LibFuse libfuse = LibFuseLibrary.load();
  private final OperationTable table;
  private final MountOptions options;
  private final LostPages lostPages;

  private long fuse;
  private long channel;
  private SessionLoop loop;

  /**
   * @throws OperatorException if libfuse 2 is missing
   */
  public JnrFuseDriver(FuseOperations operations, OperationMetrics metrics, MountOptions options) {
    this.options = options;
    HiddenFiles hidden = new HiddenFiles();
    KernelCache kernelCache = new KernelCache(new SystemClock());
    this.lostPages = new LostPages(kernelCache, this::invalidatePages);
    operations.whenBytesAreLost(lostPages::lost);
    PathResolver paths = new PathResolver(operations, hidden);
    this.table =
        new OperationTable(
            new RequestGuard(metrics),
            new NameCallbacks(operations, paths, hidden, kernelCache),
            new FileCallbacks(
                operations, metrics, paths, hidden, kernelCache, this::invalidateAttributes),
            new DirectoryCallbacks(operations, paths),
            new XattrCallbacks(operations.extendedAttributes(), paths));
  }

  /**
   * @throws OperatorException if libfuse 2 is missing on this machine
   */
  public static void requireLibrary() {
    LibFuseLibrary.load();
  }

  @Override
  public void mount() {
    if (loop != null) {
      throw new IllegalStateException("a driver mounts once");
    }
    fuse = setup();
    long session = libfuse.fuse_get_session(fuse);
    channel = libfuse.fuse_session_next_chan(session, 0);
    loop = new SessionLoop(libfuse, session, channel, options.threads());
    loop.start();
    awaitReady();
  }

  private long setup() {
    long results = NativeMemory.allocate(2 * Long.BYTES);
    try (ArgumentVector arguments = new ArgumentVector(arguments())) {
      long made =
          libfuse.fuse_setup(
              arguments.count(),
              arguments.address(),
              table.address(),
              table.sizeBytes(),
              results,
              results + Long.BYTES,
              0);
      if (made == 0) {
        throw new OperatorException(
            "Cannot mount on "
                + options.mountPoint()
                + ": libfuse or the kernel refused; the line before this one says why.");
      }
      return made;
    } finally {
      NativeMemory.free(results);
    }
  }

  private void awaitReady() {
    try {
      if (loop.awaitFirstRequest(FIRST_REQUEST_TIMEOUT_MS)) {
        LOG.info("Mounted on {}", options.mountPoint());
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new OperatorException(
        "Mounted on %s, but the kernel asked nothing within %d ms. Unmount it: fusermount -u %s"
            .formatted(options.mountPoint(), FIRST_REQUEST_TIMEOUT_MS, options.mountPoint()));
  }

  private List<String> arguments() {
    String common =
        String.format(
            Locale.ROOT,
            "default_permissions,use_ino,big_writes,atomic_o_trunc"
                + ",max_read=%1$d,max_write=%1$d,max_background=%2$d"
                + ",attr_timeout=%3$s,entry_timeout=%4$s,%5$s",
            MAX_REQUEST_BYTES,
            MAX_BACKGROUND_REQUESTS,
            seconds(options.attributeTimeoutMs()),
            seconds(options.entryTimeoutMs()),
            options.words());
    return List.of("distrifs", "-f", "-o", common, options.mountPoint().toString());
  }

  private static String seconds(long milliseconds) {
    return String.format(Locale.ROOT, "%.3f", milliseconds / 1000.0);
  }

  private void invalidateAttributes(long node) {
    int answer = libfuse.fuse_lowlevel_notify_inval_inode(channel, node, -1, 0);
    LOG.trace("Invalidated the attributes of node {}: {}", node, answer);
  }

  /** Waits for pages that are being read or written back. */
  private void invalidatePages(long node) {
    int answer = libfuse.fuse_lowlevel_notify_inval_inode(channel, node, 0, 0);
    LOG.trace("Invalidated the pages of node {}: {}", node, answer);
  }

  @Override
  public void awaitUnmounted() throws InterruptedException {
    loop.awaitEnd();
  }

  @Override
  public boolean awaitUnmounted(long timeoutMs) throws InterruptedException {
    return loop.awaitEnd(timeoutMs);
  }

  @Override
  public void close() {
    lostPages.close();
    if (fuse != 0) {
      // Not fuse_teardown: it would unmount by path, and that may be another mount by now.
      libfuse.fuse_destroy(fuse);
      fuse = 0;
      channel = 0;
    }
  }
}
