package org.distrifs.fuse.mount;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.DistriFsClient;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.fuse.driver.MountFlag;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.fuse.operations.VirtualFiles;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted DistriFS, from start to end. Thread-safe. It uses the client that it is given and does
 * not close it.
 */
public final class FuseMount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FuseMount.class);

  /** After an abort the kernel fails every request at once. */
  private static final long ABORT_TIMEOUT_MS = 1_000;

  private final Path mountPoint;
  private final String device;
  private final long stopTimeoutMs;
  private final FuseOperations operations;
  private final FuseDriver driver;
  private final String connection;
  private final MountLabel label;
  private final Object ending = new Object();
  private boolean ended;

  private FuseMount(
      MountTable.Entry mounted, long stopTimeoutMs, FuseOperations operations, FuseDriver driver) {
    this.mountPoint = mounted.path();
    this.device = mounted.device();
    this.stopTimeoutMs = stopTimeoutMs;
    this.operations = operations;
    this.driver = driver;
    this.connection = mounted.connection();
    this.label = MountLabel.of(mounted);
  }

  /**
   * Tells what would keep {@link #start} from mounting, before anything else is begun. Detaches
   * what a killed process left on the mount point.
   *
   * @throws OperatorException with the reason, and the way out
   */
  public static void requireMountable(MountSettings settings) {
    FuseEnvironment.require();
    settings.driver().requireUsable();
    if (!settings.flags().contains(MountFlag.NO_SET_ID)
        || !settings.flags().contains(MountFlag.NO_DEVICES)) {
      FuseEnvironment.requireRoot(
          MountSettings.SET_ID.key() + " and " + MountSettings.DEVICES.key());
    }
    Subdirectory.of(settings.subdir());
    MountPoint.of(settings.mountPoint()).prepare();
  }

  /**
   * Mounts; callers are served when this returns.
   *
   * @param masters "HOST:PORT", several with commas between them; for the mount table
   * @param client made with settings that were {@link MountSettings#bound bound}
   * @throws OperatorException as {@link #requireMountable}, or because the kernel refused
   */
  public static FuseMount start(
      MountSettings settings, String masters, DistriFsClient client, Metrics metrics) {
    requireMountable(settings);
    final long root = Subdirectory.of(settings.subdir()).find(client.metadata());
    Path mountPoint = MountPoint.of(settings.mountPoint()).path();
    MountOptions options =
        new MountOptions(
            mountPoint,
            MountSource.of(settings, masters),
            settings.allowOther() && FuseEnvironment.mayAllowOther(),
            settings.flags(),
            settings.kernelAttributeTimeoutMs(),
            settings.kernelEntryTimeoutMs(),
            settings.threads());
    long nowS = TimeUnit.NANOSECONDS.toSeconds(new SystemClock().wallTimeNs());
    FuseOperations operations =
        new FuseOperations(
            client,
            new VirtualFiles(root, metrics::scrape, nowS),
            settings.accessTimes(),
            Math.min(settings.kernelAttributeTimeoutMs(), settings.kernelEntryTimeoutMs()));
    FuseDriver driver =
        settings.driver().make(operations, new OperationMetrics(metrics, operations), options);
    driver.mount();
    MountTable.Entry mounted =
        MountTable.at(mountPoint)
            .orElseThrow(
                () -> new OperatorException(mountPoint + " was unmounted at once by somebody."));
    ReadAhead.set(mounted, settings.readAheadBytes());
    return new FuseMount(mounted, settings.stopTimeoutMs(), operations, driver);
  }

  /**
   * Waits, without bound, until the mount has ended: by {@link #close}, {@code fusermount -u} or
   * {@code umount}. Then everything that was written has been sent.
   *
   * @throws IOException if something could not be sent: those bytes are lost
   */
  public void awaitEnd() throws InterruptedException, IOException {
    driver.awaitUnmounted();
    finish(true);
  }

  /**
   * Sends everything that was written, unmounts and waits for the end. While programs still use the
   * mount it is taken out of the folder tree and they are waited for, up to the stop timeout; past
   * it they get errors. A second call, or one after the mount has ended, does nothing.
   *
   * @throws IOException if something could not be sent: those bytes are lost
   */
  @Override
  public void close() throws IOException {
    if (hasEnded()) {
      return;
    }
    try {
      operations.flushAll();
    } catch (IOException e) {
      LOG.warn("Cannot send everything before unmounting {}: {}", mountPoint, e.getMessage());
    }
    boolean released;
    try {
      released = unmount();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unmounting " + mountPoint, e);
    }
    finish(released);
  }

  private boolean hasEnded() {
    synchronized (ending) {
      return ended;
    }
  }

  /** Tells whether the kernel has let go of the mount. */
  private boolean unmount() throws InterruptedException {
    if (!driver.awaitUnmounted(0) && !Unmount.ifUnused(mountPoint)) {
      detachInUse();
    }
    if (driver.awaitUnmounted(stopTimeoutMs)) {
      return true;
    }
    OtherMountPoints others = OtherMountPoints.of(device);
    LOG.warn(
        "{} is still in use{}: its users get errors from now on",
        mountPoint,
        others.isEmpty() ? "" : " " + others);
    Unmount.abort(connection);
    return driver.awaitUnmounted(ABORT_TIMEOUT_MS);
  }

  private void detachInUse() {
    LOG.warn(
        "{} is in use by {}; it is detached, and they may go on for {} ms",
        mountPoint,
        MountUsers.of(mountPoint),
        stopTimeoutMs);
    Unmount.detach(mountPoint);
  }

  /**
   * Closes what the kernel left open.
   *
   * @param released whether no request comes any more; if not, the native side, which waits for
   *     one, is left to the end of the process
   */
  private void finish(boolean released) throws IOException {
    synchronized (ending) {
      if (ended) {
        return;
      }
      ended = true;
      try {
        operations.closeAll();
        operations.flushAll();
      } finally {
        if (released) {
          driver.close();
        }
        label.close();
      }
      LOG.info("Unmounted {}", mountPoint);
    }
  }
}
