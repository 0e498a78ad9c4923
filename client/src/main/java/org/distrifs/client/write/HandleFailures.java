package org.distrifs.client.write;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Which failures of its file one handle has told, and to whom ({@code docs/write-errors.md}).
 *
 * <ul>
 *   <li>A sync tells each failure once for the handle, whoever calls it. Nothing else silences it.
 *   <li>A close tells each process that shares the handle once what no sync has told.
 *   <li>A write tells once what nobody was told, and silences neither of the others: the kernel
 *       hides the error of a write that it has sent in several requests.
 * </ul>
 *
 * Thread-safe.
 */
public final class HandleFailures {
  /** Processes remembered as told; one that is forgotten is told again. */
  private static final int MAX_CLOSERS = 64;

  private final WriteFailures failures;
  private long toldBySync;
  private long toldByWrite;
  private final Map<Long, Long> toldByClose = new LinkedHashMap<>();

  /** Whether the last flush failed, and nothing was accepted since: its caller knows. */
  private boolean lossIsKnown;

  /** A part of an operation that may lose bytes. */
  @FunctionalInterface
  public interface Work {
    void run() throws IOException;
  }

  public HandleFailures(WriteFailures failures) {
    this.failures = failures;
    this.toldBySync = failures.seen();
  }

  /** Before bytes are accepted: fails once with what nobody was told through this handle. */
  public void atWrite() throws ErrnoException {
    long count;
    synchronized (this) {
      lossIsKnown = false;
      count = failures.count();
      if (count <= Math.max(toldByWrite, told())) {
        return;
      }
      toldByWrite = count;
    }
    throw failure();
  }

  /** Bytes are accepted, though failures may not have been told. */
  public synchronized void accepting() {
    lossIsKnown = false;
  }

  /** Runs a flush at a close. */
  public void atClose(long closer, Work flush) throws IOException {
    try {
      flush.run();
    } catch (IOException e) {
      if (isHeard(e)) {
        untoldAtClose(closer);
        lossIsKnown();
      }
      throw e;
    }
    if (untoldAtClose(closer)) {
      throw failure();
    }
  }

  /** Runs a sync, {@code fsync(2)} and what is like it. */
  public void atSync(Work sync) throws IOException {
    try {
      sync.run();
    } catch (IOException e) {
      if (isHeard(e)) {
        untoldAtSync();
      }
      throw e;
    }
    if (untoldAtSync()) {
      throw failure();
    }
  }

  /**
   * Runs the sync that belongs to a write. It fails if anything is untold, and leaves it untold.
   */
  public void atSyncOfWrite(Work sync) throws IOException {
    sync.run();
    atWrite();
  }

  /** Whether whoever closed the handle knows that what is unsent is lost. */
  public synchronized boolean isLossKnown() {
    return lossIsKnown;
  }

  /** Fails if nobody was told of a failure through this handle. */
  public void atRelease() throws ErrnoException {
    synchronized (this) {
      if (failures.count() <= told()) {
        return;
      }
    }
    throw failure();
  }

  /** The number up to which somebody was told through this handle. */
  private long told() {
    long byClose = toldByClose.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return Math.max(toldBySync, byClose);
  }

  private synchronized void lossIsKnown() {
    lossIsKnown = true;
  }

  private synchronized boolean untoldAtClose(long closer) {
    long count = failures.count();
    long told = Math.max(toldBySync, toldByClose.getOrDefault(closer, 0L));
    if (count <= told) {
      return false;
    }
    toldByClose.remove(closer);
    toldByClose.put(closer, count);
    if (toldByClose.size() > MAX_CLOSERS) {
      toldByClose.remove(toldByClose.keySet().iterator().next());
    }
    failures.tell(count);
    return true;
  }

  private synchronized boolean untoldAtSync() {
    long count = failures.count();
    boolean untold = count > toldBySync;
    toldBySync = count;
    toldByClose.clear();
    failures.tell(count);
    return untold;
  }

  /** Whether a caller hears of a failure: one that was interrupted is being killed. */
  private static boolean isHeard(IOException failure) {
    return !(failure instanceof ErrnoException known && known.errno() == Errno.EINTR);
  }

  private ErrnoException failure() {
    ErrnoException last = failures.last();
    return new ErrnoException(last.errno(), last.getMessage(), last);
  }
}
