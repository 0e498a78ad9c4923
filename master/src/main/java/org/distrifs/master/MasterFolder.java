package org.distrifs.master;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.distrifs.master.journal.LocalLog;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.disk.FolderLock;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The master's data folder: finds the journal in it, or makes a new cluster in an empty one. */
final class MasterFolder {

  /**
   * What may be in a folder without a journal: its unfinished first segment, the lock, and what the
   * file system keeps there.
   */
  private static final List<String> NO_CONTENT =
      List.of(FolderLock.FILE_NAME, "lost+found", "master.log.new");

  private static final Logger LOG = LoggerFactory.getLogger(MasterFolder.class);

  private final Disk disk;
  private final Path folder;
  private final ClockSource clock;

  MasterFolder(Disk disk, Path folder, ClockSource clock) {
    this.disk = disk;
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * Opens the journal.
   *
   * @param chunkSizeBytes of new files, if the cluster is made now
   * @throws OperatorException if the folder cannot be used: it holds something else, another
   *     process has it, or it cannot be written to
   */
  LocalLog openLog(Entropy entropy, long chunkSizeBytes) {
    try {
      if (!LocalLog.exists(disk, folder)) {
        disk.createDirectories(folder);
        refuseOtherContent();
        format(entropy, chunkSizeBytes);
      }
      return LocalLog.open(disk, folder, clock, 0);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot use the master's data folder %s: %s. Name a folder that this user may write to with %s."
              .formatted(folder, FailureReason.of(e), MasterSettings.DATA_DIR),
          e);
    }
  }

  private void refuseOtherContent() throws IOException {
    for (Path entry : disk.list(folder)) {
      String name = entry.getFileName().toString();
      if (!NO_CONTENT.contains(name)) {
        throw new OperatorException(
            "The folder %s holds no master's journal, but it is not empty (%s): it belongs to something else. Name the master's own folder, or an empty one, with %s."
                .formatted(folder, name, MasterSettings.DATA_DIR));
      }
    }
  }

  private void format(Entropy entropy, long chunkSizeBytes) throws IOException {
    long clusterId = 0;
    while (clusterId == 0) {
      clusterId = entropy.nextLong();
    }
    // Whoever starts the cluster owns its root, as he owns the folder.
    FormatCluster cluster =
        FormatCluster.newBuilder()
            .setClusterId(clusterId)
            .setChunkSizeBytes(chunkSizeBytes)
            .setFeatureLevel(MasterState.FEATURE_LEVEL)
            .setRootUid((Integer) Files.getAttribute(folder, "unix:uid"))
            .setRootGid((Integer) Files.getAttribute(folder, "unix:gid"))
            .build();
    LocalLog.format(
        disk,
        folder,
        JournalEntry.newBuilder().setTimeNs(clock.wallTimeNs()).setFormatCluster(cluster).build());
    LOG.info("A new cluster {} is made in {}", HexFormat.of().toHexDigits(clusterId), folder);
  }
}
