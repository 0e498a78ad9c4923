package org.distrifs.datanode.store;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas whose files are open, the longest unused closed first when there are too many. Closing
 * loses nothing: every change has been written to the kernel by then, and an error of a later
 * write-back is told to whoever syncs the file first after it is opened again.
 */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** How a replica's files are opened. */
  @FunctionalInterface
  interface Opener {
    ReplicaFiles open(Replica replica) throws IOException;
  }

  private final int maxOpen;
  private final Opener opener;
  private final Map<Long, ReplicaFiles> open = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param maxOpen replicas open at most, beyond those in use; each costs a descriptor, or two in
   *     the form of two files
   */
  OpenFiles(int maxOpen, Opener opener) {
    this.maxOpen = maxOpen;
    this.opener = opener;
  }

  /** The open files of a replica, to be released, or {@code null} if they are not open. */
  synchronized ReplicaFiles acquireIfOpen(Replica replica) {
    ReplicaFiles files = open.get(replica.chunkId);
    if (files != null) {
      files.users++;
    }
    return files;
  }

  synchronized boolean isOpen(Replica replica) {
    return open.containsKey(replica.chunkId);
  }

  /** The files of a replica, to be released. Only from within an operation of that replica. */
  ReplicaFiles acquire(Replica replica) throws IOException {
    ReplicaFiles files = acquireIfOpen(replica);
    if (files == null) {
      files = opener.open(replica);
      add(replica, files);
    }
    return files;
  }

  /** Takes over newly made files, in use by the caller, who releases them. */
  void add(Replica replica, ReplicaFiles files) throws IOException {
    ReplicaFiles eldest = null;
    synchronized (this) {
      files.users++;
      open.put(replica.chunkId, files);
      if (open.size() > maxOpen) {
        eldest = takeEldestUnused();
      }
    }
    if (eldest != null) {
      eldest.close();
    }
  }

  private ReplicaFiles takeEldestUnused() {
    for (Iterator<ReplicaFiles> it = open.values().iterator(); it.hasNext(); ) {
      ReplicaFiles files = it.next();
      if (files.users == 0) {
        it.remove();
        return files;
      }
    }
    return null;
  }

  void release(ReplicaFiles files) {
    boolean isLast;
    synchronized (this) {
      files.users--;
      isLast = files.forgotten && files.users == 0;
      notifyAll();
    }
    if (isLast) {
      closeForgotten(files);
    }
  }

  /** Keeps the files open for nobody but those who use them now. */
  synchronized void forget(Replica replica, ReplicaFiles files) {
    open.remove(replica.chunkId, files);
    files.forgotten = true;
  }

  private static void closeForgotten(ReplicaFiles files) {
    try {
      files.close();
    } catch (IOException e) {
      LOG.warn("Cannot close the files of a deleted replica: {}", e.toString());
    }
  }

  /**
   * Waits until nobody else uses the files, within a bound: cutting a file off under a transfer
   * breaks the reader's connection, which costs a retry but falsifies nothing.
   */
  synchronized void awaitOthers(ReplicaFiles files, long timeoutMs) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    try {
      long restNs = deadlineNs - System.nanoTime();
      while (files.users > 1 && restNs > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, restNs);
        restNs = deadlineNs - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized int count() {
    return open.size();
  }

  synchronized void closeAll() throws IOException {
    IOException first = null;
    for (ReplicaFiles files : open.values()) {
      try {
        files.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    open.clear();
    if (first != null) {
      throw first;
    }
  }
}
