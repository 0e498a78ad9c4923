package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;

/**
 * The replicas in a data folder that are out of use and still kept: deleted ones in the trash, and
 * those that a rollback of the master lost in quarantine. Room that is needed comes from the trash
 * as long as it has some; only then is something of the quarantine given up. Any thread.
 */
final class KeptReplicas {

  /** Folder of what is no part of a whole replica, and of what a rollback has lost. */
  static final String QUARANTINE = "quarantine";

  /** Folder of what was deleted. */
  static final String TRASH = "trash";

  private final Trash trash;
  private final Trash quarantine;
  private final SpaceGauge space;

  KeptReplicas(
      Disk disk,
      Path dataFolder,
      ClockSource clock,
      StoreSettings settings,
      DiskFailure failure,
      SpaceGauge space) {
    this.trash =
        new Trash(
            Removal.TO_TRASH,
            disk,
            dataFolder.resolve(TRASH),
            clock,
            settings.trashKeepMs(),
            failure,
            space);
    this.quarantine =
        new Trash(
            Removal.TO_QUARANTINE,
            disk,
            dataFolder.resolve(QUARANTINE),
            clock,
            settings.quarantineKeepMs(),
            failure,
            space);
    this.space = space;
  }

  /** Finds what was removed before this start. */
  void load() throws IOException {
    trash.load();
    quarantine.load();
  }

  /** As {@link Trash#take}. */
  void take(Removal removal, Path chunkFolder, Replica replica) throws IOException {
    switch (removal) {
      case TO_TRASH -> trash.take(chunkFolder, replica);
      case TO_QUARANTINE -> quarantine.take(chunkFolder, replica);
    }
  }

  /** As {@link Trash#makeDurable}. */
  void makeDurable() throws IOException {
    trash.makeDurable();
    quarantine.makeDurable();
  }

  /** As {@link Trash#finish}. */
  boolean finish(Path data) throws IOException {
    return trash.finish(data) || quarantine.finish(data);
  }

  /** Deletes for good what has been kept for long. */
  void purgeDue() throws IOException {
    trash.purgeDue();
    quarantine.purgeDue();
  }

  /** Deletes for good what is oldest, as far as the disk needs it for {@code bytes} more. */
  void makeRoomFor(long bytes) throws IOException {
    // The quarantine is asked at a lower level than the trash.
    if (space.isShortFor(bytes, Removal.TO_TRASH)) {
      trash.makeRoomFor(bytes);
      quarantine.makeRoomFor(bytes);
    }
  }

  /**
   * The disk is full, whatever it says is free: deletes the oldest replica of the trash, or without
   * one the oldest in quarantine.
   *
   * @return whether there was one
   */
  boolean giveUpOldest() throws IOException {
    return trash.giveUpOldest() || quarantine.giveUpOldest();
  }

  int inTrash() {
    return trash.count();
  }

  int inQuarantine() {
    return quarantine.count();
  }
}
