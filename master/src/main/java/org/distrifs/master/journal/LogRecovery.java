package org.distrifs.master.journal;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.journal.Segments.Segment;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log from its first record to its last and decides what damage means: a torn tail, which
 * is cut off, or a loss, which stops the master. The reasoning is in {@code docs/journal.md}.
 */
final class LogRecovery {

  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  /** Entries given to the listener at a time. */
  private static final int BATCH_ENTRIES = 1024;

  private final Disk disk;
  private final Path folder;
  private final long maxFileBytes;
  private final ReplicatedLog.Listener listener;
  private final List<ReplicatedLog.Committed> batch = new ArrayList<>(BATCH_ENTRIES);
  private long clusterId;
  private long lastTxid;
  private long highestTerm;
  private ByteBuffer content = ByteBuffer.allocate(0);

  /**
   * What was found.
   *
   * @param newest the segment to go on writing, open; belongs to the caller
   * @param endOffset where its next record goes
   */
  record Recovered(
      long clusterId,
      long lastTxid,
      long highestTerm,
      Path newestPath,
      DiskFile newest,
      long endOffset) {}

  /**
   * @param clusterId the cluster that the log has to belong to; 0 if that is not known
   * @param maxFileBytes more than any segment is long
   */
  LogRecovery(
      Disk disk, Path folder, long clusterId, long maxFileBytes, ReplicatedLog.Listener listener) {
    this.disk = disk;
    this.folder = folder;
    this.clusterId = clusterId;
    this.maxFileBytes = maxFileBytes;
    this.listener = listener;
  }

  /** Reads all segments, cuts off a torn tail, and syncs the newest segment. */
  Recovered run() throws IOException {
    List<Segment> segments = Segments.list(disk, folder);
    if (segments.isEmpty()) {
      throw new OperatorException("There is no journal in " + folder + ".");
    }
    // The name of a segment says that everything before it is durable.
    long namedDurable = segments.get(segments.size() - 1).firstTxid() - 1;
    dropUnfinishedSegment(segments);
    for (Segment segment : segments.subList(0, segments.size() - 1)) {
      try (DiskFile file = disk.open(segment.path(), OpenMode.READ)) {
        replay(segment, file, namedDurable);
      }
    }
    Segment newest = segments.get(segments.size() - 1);
    DiskFile file = disk.open(newest.path(), OpenMode.READ_WRITE);
    boolean complete = false;
    try {
      int end = replay(newest, file, namedDurable);
      if (end < content.limit()) {
        cutTail(newest, file, end);
      }
      // A master that was killed may have left records in the kernel's memory only.
      file.sync();
      deliver();
      complete = true;
      return new Recovered(clusterId, lastTxid, highestTerm, newest.path(), file, end);
    } finally {
      if (!complete) {
        file.close();
      }
    }
  }

  /**
   * A segment's header is durable before its first record is written. A newest segment that is no
   * longer than a header and has none was being made when the master stopped, and holds nothing.
   */
  private void dropUnfinishedSegment(List<Segment> segments) throws IOException {
    Segment newest = segments.get(segments.size() - 1);
    try (DiskFile file = disk.open(newest.path(), OpenMode.READ)) {
      if (segments.size() == 1 || file.sizeBytes() > SegmentHeader.BYTES) {
        return;
      }
      ByteBuffer header = ByteBuffer.allocate(SegmentHeader.BYTES);
      file.read(header, 0);
      if (SegmentHeader.decode(header.flip()) != null) {
        return;
      }
    }
    disk.delete(newest.path());
    disk.syncDirectory(folder);
    segments.remove(segments.size() - 1);
    LOG.warn("Removed {}: it was never finished, and holds no entries", newest.path());
  }

  /** Reads a segment and answers where its good part ends. */
  private int replay(Segment segment, DiskFile file, long namedDurable) throws IOException {
    read(segment, file);
    checkHeader(segment);
    int offset = SegmentHeader.BYTES;
    while (offset < content.limit()) {
      JournalRecord found = JournalRecord.at(content, offset);
      if (found == null) {
        long durable = Math.max(namedDurable, highestMarkBehind(offset));
        if (durable > lastTxid) {
          throw damaged(segment, offset, durable);
        }
        return offset;
      }
      if (found.txid() != lastTxid + 1) {
        throw new OperatorException(
            "The journal "
                + segment.path()
                + " has the entry "
                + found.txid()
                + " at offset "
                + offset
                + " where entry "
                + (lastTxid + 1)
                + " belongs. Restore the file from a copy.");
      }
      accept(segment, offset, found);
      offset = found.endOffset();
    }
    return offset;
  }

  private void read(Segment segment, DiskFile file) throws IOException {
    long size = file.sizeBytes();
    if (size > maxFileBytes) {
      throw new OperatorException(
          "The journal "
              + segment.path()
              + " is "
              + size
              + " bytes long, more than any segment. It is no journal of this program.");
    }
    if (content.capacity() < size) {
      content = ByteBuffer.allocate((int) size);
    }
    content.clear().limit((int) size);
    file.read(content, 0);
    content.flip();
  }

  private void checkHeader(Segment segment) {
    SegmentHeader header = SegmentHeader.decode(content.duplicate());
    if (header == null) {
      throw new OperatorException(
          "The journal "
              + segment.path()
              + " is damaged at offset 0: its header is not valid. Restore the file from a copy.");
    }
    if (header.formatVersion() != SegmentHeader.FORMAT_VERSION) {
      throw new OperatorException(
          "The journal "
              + segment.path()
              + " has format version "
              + Integer.toUnsignedString(header.formatVersion())
              + "; this program reads version "
              + SegmentHeader.FORMAT_VERSION
              + ". Start it with the program that wrote it.");
    }
    if (clusterId != 0 && header.clusterId() != clusterId) {
      throw new OperatorException(
          "The journal "
              + segment.path()
              + " belongs to cluster "
              + Long.toHexString(header.clusterId())
              + ", not to "
              + Long.toHexString(clusterId)
              + ". Give the master its own data folder.");
    }
    clusterId = header.clusterId();
    if (header.firstTxid() != segment.firstTxid()) {
      throw new OperatorException(
          "The journal "
              + segment.path()
              + " was renamed: it begins with entry "
              + header.firstTxid()
              + ". Give it its name back.");
    }
    if (segment.firstTxid() != lastTxid + 1) {
      throw new OperatorException(
          "The journal has no entry "
              + (lastTxid + 1)
              + ": the segment "
              + Segments.path(folder, lastTxid + 1)
              + " is missing before "
              + segment.path()
              + ", or what is before it was cut short. Restore it from a copy.");
    }
  }

  private void accept(Segment segment, int offset, JournalRecord found) {
    JournalEntry entry;
    try {
      entry =
          JournalEntry.parseFrom(
              content.duplicate().position(found.operationOffset()).limit(found.endOffset() - 4));
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(segment, offset, found, e);
    }
    if (entry.getKindCase().getNumber() != found.opCode()) {
      throw unreadable(segment, offset, found, null);
    }
    lastTxid = JournalRecord.lastTxidAfter(found.txid(), entry);
    if (entry.hasStartTerm()) {
      highestTerm = Math.max(highestTerm, entry.getStartTerm().getTerm());
    }
    batch.add(new ReplicatedLog.Committed(found.txid(), entry, null));
    if (batch.size() == BATCH_ENTRIES) {
      deliver();
    }
  }

  private void deliver() {
    if (!batch.isEmpty()) {
      listener.apply(List.copyOf(batch));
      batch.clear();
    }
  }

  /**
   * The highest durable mark of all valid records that begin behind an offset; 0 if there is none.
   */
  private long highestMarkBehind(int offset) {
    long highest = 0;
    int at = offset + 1;
    while (at < content.limit()) {
      JournalRecord found = JournalRecord.at(content, at);
      if (found != null && found.txid() > lastTxid) {
        highest = Math.max(highest, found.durableMark());
        at = found.endOffset();
      } else {
        at++;
      }
    }
    return highest;
  }

  private void cutTail(Segment segment, DiskFile file, int end) throws IOException {
    int bytes = content.limit() - end;
    file.truncate(end);
    LOG.warn(
        "Cut {} bytes off {} at offset {}: a write that was under way when the master stopped, and"
            + " that no one was told of. The last entry is {}",
        bytes,
        segment.path(),
        end,
        lastTxid);
  }

  private OperatorException damaged(Segment segment, int offset, long durable) {
    return new OperatorException(
        "The journal "
            + segment.path()
            + " is damaged at offset "
            + offset
            + ", in entry "
            + (lastTxid + 1)
            + ", although everything up to entry "
            + durable
            + " was on the disk. Nothing was changed. Restore the file from a copy.");
  }

  private static OperatorException unreadable(
      Segment segment, int offset, JournalRecord found, InvalidProtocolBufferException cause) {
    return new OperatorException(
        "The journal "
            + segment.path()
            + " has an operation of kind "
            + found.opCode()
            + " at offset "
            + offset
            + " that this program does not know. Start it with the program that wrote it.",
        cause);
  }
}
