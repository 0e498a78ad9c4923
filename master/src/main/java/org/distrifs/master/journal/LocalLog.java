package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.FolderLock;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.distrifs.runtime.lifecycle.SteppingAside;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a single master: a write-ahead log in segments in one folder, which it keeps
 * locked. One thread at a time has the <em>turn</em> to write: it takes everything that waits,
 * writes it, syncs once, and tells the listener; what is proposed meanwhile forms the next group.
 * While the disk is fast, a thread that proposes something when nobody writes takes the turn
 * itself, if it can step aside; in all other cases a thread of this log does. A write or sync that
 * fails halts the process: after a failed sync nobody knows what is on the disk, and a second one
 * may claim success.
 */
public final class LocalLog implements ReplicatedLog {

  /** A segment that is longer is followed by a new one. */
  static final long DEFAULT_MAX_SEGMENT_BYTES = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(LocalLog.class);

  /** A segment may exceed its bound by one group and one record. */
  private static final long MAX_EXCESS_BYTES =
      2L * GroupWriter.MAX_GROUP_BYTES + 2L * JournalRecord.MAX_OPERATION_BYTES;

  private static final long MARK_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long CLOSE_TIMEOUT_MS = 30_000;

  /** If the last sync took longer, threads of others do not wait for the next one. */
  private static final long MAX_SYNC_ASIDE_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Disk disk;
  private final Path folder;
  private final ClockSource clock;
  private final long expectedClusterId;
  private final long maxSegmentBytes;
  private final FolderLock folderLock;
  private final Object lock = new Object();

  /** Guarded by {@link #lock}, as are the flags. */
  private List<Proposal> waiting = new ArrayList<>();

  private boolean accepting;
  private boolean closed;
  private boolean hasFailed;

  /** Whether a thread has the turn. */
  private boolean isWriting;

  /** Whether the last group is durable without a record that says so. */
  private boolean markIsDue;

  private long markAtNs;

  private SteppingAside threads = SteppingAside.NEVER;
  private Thread ownThread;

  /** Belongs to who has the turn. */
  private GroupWriter writer;

  private LocalLog(
      Disk disk,
      Path folder,
      ClockSource clock,
      long expectedClusterId,
      long maxSegmentBytes,
      FolderLock folderLock) {
    this.disk = disk;
    this.folder = folder;
    this.clock = clock;
    this.expectedClusterId = expectedClusterId;
    this.maxSegmentBytes = maxSegmentBytes;
    this.folderLock = folderLock;
  }

  /** Whether the folder holds a log, so that the master has to be started rather than formatted. */
  public static boolean exists(Disk disk, Path folder) throws IOException {
    return disk.exists(folder) && !Segments.list(disk, folder).isEmpty();
  }

  /**
   * Writes the first segment of a new cluster, with the FormatCluster entry as txid 1. After a
   * crash in the middle the folder holds no log.
   *
   * @param folder is made if it does not exist
   * @throws OperatorException if the folder holds a log already, or another process uses it
   */
  public static void format(Disk disk, Path folder, JournalEntry formatCluster) throws IOException {
    if (!formatCluster.hasFormatCluster()) {
      throw new IllegalArgumentException("a log begins with a FormatCluster entry");
    }
    disk.createDirectories(folder);
    FolderLock folderLock = FolderLock.acquire(folder);
    try {
      if (exists(disk, folder)) {
        throw new OperatorException("The folder " + folder + " holds a journal already.");
      }
      writeFirstSegment(disk, folder, formatCluster);
    } finally {
      folderLock.close();
    }
  }

  /** Under another name until it is complete, so that a crash leaves no half of a log. */
  private static void writeFirstSegment(Disk disk, Path folder, JournalEntry formatCluster)
      throws IOException {
    Path unfinished = Segments.unfinished(folder);
    disk.delete(unfinished);
    long clusterId = formatCluster.getFormatCluster().getClusterId();
    SegmentHeader header = new SegmentHeader(SegmentHeader.FORMAT_VERSION, clusterId, 1);
    DiskFile file = SegmentWriter.create(disk, folder, unfinished, header);
    try (SegmentWriter writer =
        new SegmentWriter(
            disk, folder, clusterId, Long.MAX_VALUE, unfinished, file, SegmentHeader.BYTES)) {
      writer.append(JournalEntry.FORMAT_CLUSTER_FIELD_NUMBER, 1, 0, formatCluster.toByteArray());
      writer.sync();
    }
    disk.rename(unfinished, Segments.path(folder, 1));
    disk.syncDirectory(folder);
  }

  /**
   * Takes the folder; {@link #start} reads the log.
   *
   * @param clusterId which it has to belong to; 0 if that is not known
   * @throws OperatorException if the folder is not there or another process uses it
   */
  public static LocalLog open(Disk disk, Path folder, ClockSource clock, long clusterId) {
    return open(disk, folder, clock, clusterId, DEFAULT_MAX_SEGMENT_BYTES);
  }

  static LocalLog open(
      Disk disk, Path folder, ClockSource clock, long clusterId, long maxSegmentBytes) {
    FolderLock folderLock = FolderLock.acquire(folder);
    return new LocalLog(disk, folder, clock, clusterId, maxSegmentBytes, folderLock);
  }

  /**
   * Lets threads that propose something write it themselves. Before {@link #start}.
   *
   * @param newThreads ended before this log is closed, or does not matter to whoever closes it
   */
  public void writeOn(SteppingAside newThreads) {
    threads = newThreads;
  }

  @Override
  public void start(Listener listener) throws IOException {
    long startNs = clock.monotonicNs();
    LogRecovery.Recovered found =
        new LogRecovery(
                disk, folder, expectedClusterId, maxSegmentBytes + MAX_EXCESS_BYTES, listener)
            .run();
    writer =
        new GroupWriter(
            new SegmentWriter(
                disk,
                folder,
                found.clusterId(),
                maxSegmentBytes,
                found.newestPath(),
                found.newest(),
                found.endOffset()),
            listener,
            clock,
            found.lastTxid());
    LOG.info(
        "Replayed the journal in {} up to entry {} in {} ms",
        folder,
        found.lastTxid(),
        TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs() - startNs));
    listener.durable(found.lastTxid());
    listener.leader(nextTerm(found.highestTerm()));
    synchronized (lock) {
      accepting = !closed;
    }
    ownThread = NamedThreads.daemon("master", "journal").newThread(this::writeGroups);
    ownThread.start();
  }

  /**
   * By the clock, so that a master which goes on from an older copy of this log has other terms
   * than the one that went on from the log itself: peers tell the two logs apart by them.
   */
  private long nextTerm(long highestTerm) {
    return Math.max(highestTerm + 1, TimeUnit.NANOSECONDS.toSeconds(clock.wallTimeNs()));
  }

  @Override
  public boolean propose(List<? extends Proposal> proposals) {
    for (Proposal proposal : proposals) {
      if (proposal.entry().getSerializedSize() > JournalRecord.MAX_OPERATION_BYTES) {
        throw new IllegalArgumentException(
            "A journal entry of "
                + proposal.entry().getSerializedSize()
                + " bytes is over "
                + JournalRecord.MAX_OPERATION_BYTES);
      }
    }
    synchronized (lock) {
      if (!accepting || waiting.size() + proposals.size() > MAX_PROPOSALS_WAITING) {
        return false;
      }
      waiting.addAll(proposals);
      if (!isWriting) {
        isWriting = writer.lastSyncNs() <= MAX_SYNC_ASIDE_NS && threads.stepAside(this::writeAside);
        if (!isWriting) {
          lock.notifyAll();
        }
      }
      return true;
    }
  }

  @Override
  public void readFence(Runnable whenCurrent) {
    // Nobody else writes to this log.
    whenCurrent.run();
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      accepting = false;
      lock.notifyAll();
    }
    try {
      awaitWriter();
      if (writer != null) {
        writer.close();
      }
    } finally {
      folderLock.close();
    }
  }

  private void awaitWriter() throws IOException {
    if (ownThread == null) {
      return;
    }
    try {
      ownThread.join(CLOSE_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the journal in " + folder + " was closing", e);
    }
    if (ownThread.isAlive()) {
      throw new IOException(
          "The disk did not take the journal in " + folder + " within " + CLOSE_TIMEOUT_MS + " ms");
    }
  }

  // --- writing

  private void writeGroups() {
    try {
      List<Proposal> group = nextGroup();
      while (group != null) {
        write(group);
        group = nextGroup();
      }
    } catch (InterruptedException e) {
      ProcessHalt.now("The thread that writes the journal was interrupted", e);
    }
  }

  /**
   * What this log's own thread is to write next, in its turn. Empty when a mark is due; null when
   * the log is closed and all is written, or has failed.
   */
  private List<Proposal> nextGroup() throws InterruptedException {
    synchronized (lock) {
      while (!hasFailed) {
        long leftNs = markIsDue ? markAtNs - clock.monotonicNs() : Long.MAX_VALUE;
        if (isWriting) {
          // The mark of what is being written is due later.
          leftNs = Math.max(leftNs, MARK_DELAY_NS);
        } else if (!waiting.isEmpty() || (markIsDue && (closed || leftNs <= 0))) {
          isWriting = true;
          return takeWaiting();
        } else if (closed) {
          return null;
        }
        TimeUnit.NANOSECONDS.timedWait(lock, leftNs);
      }
      return null;
    }
  }

  /** In the turn of a thread that stepped aside. */
  private void writeAside() {
    List<Proposal> group;
    synchronized (lock) {
      group = takeWaiting();
    }
    write(group);
  }

  private List<Proposal> takeWaiting() {
    List<Proposal> group = waiting;
    waiting = new ArrayList<>();
    return group;
  }

  private void write(List<Proposal> group) {
    try {
      if (group.isEmpty()) {
        writer.writeMark();
      } else {
        writer.write(group);
      }
    } catch (IOException e) {
      halt(e);
      return;
    }
    endTurn(!group.isEmpty());
  }

  private void endTurn(boolean newMarkIsDue) {
    synchronized (lock) {
      isWriting = false;
      boolean firstMark = newMarkIsDue && !markIsDue;
      markIsDue = newMarkIsDue;
      markAtNs = clock.monotonicNs() + MARK_DELAY_NS;
      // Otherwise the log's own thread looks when the mark of an earlier group would have been due.
      if (firstMark || closed || !waiting.isEmpty()) {
        lock.notifyAll();
      }
    }
  }

  /** Nobody gets the turn any more, and the log is not closed before this process has halted. */
  private void halt(IOException failure) {
    synchronized (lock) {
      accepting = false;
    }
    ProcessHalt.now("Cannot write the journal " + writer.path(), failure);
    synchronized (lock) {
      hasFailed = true;
      lock.notifyAll();
    }
  }
}
