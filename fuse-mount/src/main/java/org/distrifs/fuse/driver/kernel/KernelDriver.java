package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.KilledCallers;
import org.distrifs.fuse.driver.LostPages;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestGuard;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /dev/fuse} itself. Thread-safe, but for {@link #mount} and {@link #close}. Each
 * thread waits for a request, serves it, and waits again; nothing is handed from one to another.
 */
public final class KernelDriver implements FuseDriver {
  private static final Logger LOG = LoggerFactory.getLogger(KernelDriver.class);

  /** The kernel asks as soon as it has mounted. */
  private static final long FIRST_REQUEST_TIMEOUT_MS = 10_000;

  /** A WRITE of the largest size, with its headers, or a rename of two long names. */
  private static final int REQUEST_BYTES = RequestDispatch.MAX_TRANSFER_BYTES + (8 << 10);

  private static final int ANSWER_BYTES =
      FuseDevice.ANSWER_HEADER_BYTES + RequestDispatch.MAX_TRANSFER_BYTES;

  /**
   * The next request finds one that waits while the last one, and a RELEASE beside it, are served.
   */
  private static final int RECEIVING_THREADS = 3;

  private final FuseOperations operations;
  private final MountOptions options;
  private final LibC libc = LibC.load();
  private final FuseDevice device;
  private final RootNode root;
  private final LockRequests locks;
  private final LostPages lostPages;
  private final RequestDispatch dispatch;
  private final KilledCallers killedCallers = new KilledCallers();
  private final ReceivingThreads receiving = new ReceivingThreads(RECEIVING_THREADS);
  private final QueuedReleases releases;
  private final CountDownLatch firstRequestServed = new CountDownLatch(1);
  private final CountDownLatch ended;
  private boolean mounted;
  private boolean closed;

  public KernelDriver(FuseOperations operations, OperationMetrics metrics, MountOptions options) {
    this.operations = operations;
    this.options = options;
    this.device = new FuseDevice(libc);
    this.releases = new QueuedReleases(device);
    this.root = new RootNode(operations.root());
    this.ended = new CountDownLatch(options.threads());
    SystemClock clock = new SystemClock();
    KernelCache kernelCache = new KernelCache(clock);
    AttributesMessage attributes =
        new AttributesMessage(options.attributeTimeoutMs(), options.entryTimeoutMs());
    RequestGuard guard = new RequestGuard(metrics);
    this.lostPages = new LostPages(kernelCache, device::invalidatePages);
    operations.whenBytesAreLost(lostPages::lost);
    NameGuard names =
        new NameGuard(
            operations, new HeldNames(clock, options.entryTimeoutMs()), new RepeatedWalks(clock));
    this.locks = new LockRequests(operations, guard, kernelCache, device);
    this.dispatch =
        new RequestDispatch(
            guard,
            new NodeRequests(operations, kernelCache, attributes, names),
            new FileRequests(operations, metrics, kernelCache, attributes, device, names),
            new RangeRequests(operations, kernelCache),
            new XattrRequests(operations.extendedAttributes(), names),
            locks);
  }

  @Override
  public void mount() {
    if (mounted) {
      throw new IllegalStateException("a driver mounts once");
    }
    mounted = true;
    device.mount(DeviceMount.ofThisUser(libc), options);
    operations.releasesComeThrough(releases);
    NamedThreads factory = NamedThreads.daemon("mount", "fuse");
    for (int count = 0; count < options.threads(); count++) {
      factory.newThread(this::run).start();
    }
    awaitReady();
  }

  private void awaitReady() {
    try {
      if (firstRequestServed.await(FIRST_REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        LOG.info("Mounted on {}", options.mountPoint());
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new OperatorException(
        "Mounted on %s, but the kernel asked nothing within %d ms. Unmount it: umount %s"
            .formatted(options.mountPoint(), FIRST_REQUEST_TIMEOUT_MS, options.mountPoint()));
  }

  private void run() {
    long request = NativeMemory.allocate(REQUEST_BYTES);
    long answer = NativeMemory.allocate(ANSWER_BYTES);
    QueuedReleases.Receiver receiver = releases.receiver();
    try {
      serve(request, answer, receiver);
    } finally {
      receiver.end();
      receiving.end();
      NativeMemory.free(request);
      NativeMemory.free(answer);
      ended.countDown();
    }
  }

  private void serve(long buffer, long answer, QueuedReleases.Receiver receiver) {
    RequestHeader request = new RequestHeader();
    while (receiving.begin()) {
      receiver.begin();
      int length = device.receive(buffer, REQUEST_BYTES);
      receiving.received();
      if (length == FuseDevice.ENDED) {
        return;
      }
      if (!RequestDispatch.isWhole(buffer, length)) {
        LOG.error("The kernel sent {} bytes that are no request; the mount ends", length);
        return;
      }
      request.begin(buffer);
      int opcode = request.opcode();
      receiver.received(opcode);
      root.enter(request);
      killedCallers.received(request);
      try {
        int result = dispatch.serve(request, answer + FuseDevice.ANSWER_HEADER_BYTES);
        if (result != RequestDispatch.NO_ANSWER) {
          device.answer(answer, request.unique(), result);
        }
      } finally {
        receiver.served(opcode);
        killedCallers.served(request);
        request.end();
      }
      firstRequestServed.countDown();
    }
  }

  @Override
  public void awaitUnmounted() throws InterruptedException {
    ended.await();
  }

  @Override
  public boolean awaitUnmounted(long timeoutMs) throws InterruptedException {
    return ended.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    locks.close();
    lostPages.close();
    try {
      device.close();
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
    }
  }
}
