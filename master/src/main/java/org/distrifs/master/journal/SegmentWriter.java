package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.OpenMode;

/**
 * Appends records to the newest segment and begins the next one when it is full. For one thread.
 * After an {@link IOException} it must not be used again: what is on the disk is unknown.
 */
final class SegmentWriter implements AutoCloseable {

  /** One write call: beyond half a MiB, writes of new pages cost several times as much a byte. */
  private static final int BUFFER_BYTES = 512 << 10;

  private final Disk disk;
  private final Path folder;
  private final long clusterId;
  private final long maxSegmentBytes;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private Path path;
  private DiskFile file;
  private long position;

  /**
   * @param file the newest segment, open for writing; this object closes it
   * @param position where the next record goes
   */
  SegmentWriter(
      Disk disk,
      Path folder,
      long clusterId,
      long maxSegmentBytes,
      Path path,
      DiskFile file,
      long position) {
    this.disk = disk;
    this.folder = folder;
    this.clusterId = clusterId;
    this.maxSegmentBytes = maxSegmentBytes;
    this.path = path;
    this.file = file;
    this.position = position;
  }

  /** The newest segment. */
  Path path() {
    return path;
  }

  /**
   * Begins the next segment if this one is full. Everything in this one must be synced, since the
   * mere name of a segment says that everything before it is durable.
   */
  void rollIfFull(long firstTxid) throws IOException {
    if (position < maxSegmentBytes) {
      return;
    }
    file.close();
    path = Segments.path(folder, firstTxid);
    file =
        create(
            disk,
            folder,
            path,
            new SegmentHeader(SegmentHeader.FORMAT_VERSION, clusterId, firstTxid));
    position = SegmentHeader.BYTES;
  }

  /**
   * A new segment whose header and name are durable. Only then may a record be written: a segment
   * that holds more than a header can therefore rely on the header.
   */
  static DiskFile create(Disk disk, Path folder, Path path, SegmentHeader header)
      throws IOException {
    DiskFile file = disk.open(path, OpenMode.CREATE_NEW);
    boolean complete = false;
    try {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SegmentHeader.BYTES);
      header.encode(bytes);
      file.write(bytes.flip(), 0);
      file.sync();
      disk.syncDirectory(folder);
      complete = true;
      return file;
    } finally {
      if (!complete) {
        file.close();
      }
    }
  }

  /** Appends a record; it may stay in memory until {@link #sync}. */
  void append(int opCode, long txid, long durableMark, byte[] operation) throws IOException {
    int bytes = JournalRecord.OVERHEAD_BYTES + operation.length;
    if (bytes > buffer.remaining()) {
      flush();
    }
    if (bytes > buffer.remaining()) {
      ByteBuffer large = ByteBuffer.allocate(bytes);
      JournalRecord.encode(large, opCode, txid, durableMark, operation);
      write(large.flip());
    } else {
      JournalRecord.encode(buffer, opCode, txid, durableMark, operation);
    }
  }

  /** Makes everything appended durable. */
  void sync() throws IOException {
    flush();
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void flush() throws IOException {
    write(buffer.flip());
    buffer.clear();
  }

  private void write(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    if (count > 0) {
      file.write(bytes, position);
      position += count;
    }
  }
}
