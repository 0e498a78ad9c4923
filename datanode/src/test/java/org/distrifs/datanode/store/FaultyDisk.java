package org.distrifs.datanode.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.DiskFullException;
import org.distrifs.runtime.disk.FileRange;
import org.distrifs.runtime.disk.FileSystemSync;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.disk.OpenMode;

/** The local disk, with failures that a test chooses. */
public final class FaultyDisk implements Disk {
  private final Disk disk = new LocalDisk();

  /** A write that is longer than this writes so many bytes, then finds the disk full. */
  volatile int roomBytes = Integer.MAX_VALUE;

  /**
   * The size of all files together from which {@link #usableBytes} is computed; 0 for the real
   * disk.
   */
  volatile long sizeLimit;

  /** Files that were deleted, in their order. */
  final List<Path> deleted = new CopyOnWriteArrayList<>();

  /** What was to be fetched ahead, in the order of the calls. */
  final List<FileRange> fetchedAhead = new CopyOnWriteArrayList<>();

  public volatile boolean syncFails;

  /** Syncs of single files and folders, and of the whole file system, so far. */
  public final AtomicInteger singleSyncs = new AtomicInteger();

  final AtomicInteger wholeSyncs = new AtomicInteger();

  /** The threads that synced files. */
  final Set<Thread> syncingThreads = ConcurrentHashMap.newKeySet();

  @Override
  public DiskFile open(Path path, OpenMode mode) throws IOException {
    return new FaultyFile(path, disk.open(path, mode));
  }

  @Override
  public void fetchAhead(Path file, FileRange... ranges) {
    fetchedAhead.addAll(List.of(ranges));
  }

  private final class FaultyFile implements DiskFile {
    private final Path path;
    private final DiskFile file;

    FaultyFile(Path path, DiskFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      if (source.remaining() > roomBytes) {
        file.write(source.duplicate().limit(source.position() + roomBytes), position);
        throw new DiskFullException(path.toString(), "no space left");
      }
      file.write(source, position);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public void sync() throws IOException {
      if (syncFails) {
        throw new IOException("cannot sync " + path);
      }
      singleSyncs.incrementAndGet();
      syncingThreads.add(Thread.currentThread());
      file.sync();
    }

    @Override
    public long sizeBytes() throws IOException {
      return file.sizeBytes();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      file.truncate(sizeBytes);
    }

    @Override
    public void punch(long position, long length) throws IOException {
      file.punch(position, length);
    }

    @Override
    public FileChannel transferable() {
      return file.transferable();
    }

    @Override
    public boolean isTransferable() {
      return file.isTransferable();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return disk.exists(path);
  }

  @Override
  public void createDirectories(Path path) throws IOException {
    disk.createDirectories(path);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public boolean delete(Path path) throws IOException {
    deleted.add(path);
    return disk.delete(path);
  }

  @Override
  public void syncDirectory(Path folder) throws IOException {
    singleSyncs.incrementAndGet();
    disk.syncDirectory(folder);
  }

  @Override
  public FileSystemSync fileSystemSync(Path path) throws IOException {
    FileSystemSync whole = disk.fileSystemSync(path);
    return new FileSystemSync() {
      @Override
      public void sync() throws IOException {
        if (syncFails) {
          throw new IOException("cannot sync the file system of " + path);
        }
        wholeSyncs.incrementAndGet();
        whole.sync();
      }

      @Override
      public void close() throws IOException {
        whole.close();
      }
    };
  }

  @Override
  public long sizeBytes(Path file) throws IOException {
    return disk.sizeBytes(file);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    long all = sizeLimit;
    return all == 0 ? disk.usableBytes(path) : Math.max(0, all - bytesBelow(path));
  }

  private static long bytesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(FaultyDisk::bytesOf).sum();
    }
  }

  /** Without the hole between the bytes and the meta region of a replica. */
  private static long bytesOf(Path file) {
    long metaBytes = file.toFile().length() - ReplicaForm.ONE_FILE.metaBase;
    try {
      return metaBytes < 0
          ? file.toFile().length()
          : metaBytes + Trash.lengthBytes(new LocalDisk(), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long totalBytes(Path path) throws IOException {
    return disk.totalBytes(path);
  }
}
