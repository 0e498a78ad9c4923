package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;

/** The journal of a single master: a write-ahead log in segments in one folder. */
public final class LocalLog implements ReplicatedLog {

  /** Whether the folder holds a log, so that the master has to be started rather than formatted. */
  public static boolean exists(Disk disk, Path folder) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes the first segment of a new cluster, with the FormatCluster entry as txid 1. After a
   * crash in the middle the folder holds no log.
   */
  public static void format(Disk disk, Path folder, JournalEntry formatCluster) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Prepares a log; {@link #start} reads it.
   *
   * @param clusterId which it has to belong to; 0 if that is not known
   */
  public static LocalLog open(Disk disk, Path folder, ClockSource clock, long clusterId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void start(Listener listener) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean propose(List<? extends Proposal> proposals) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void readFence(Runnable whenCurrent) {
    whenCurrent.run();
  }

  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
