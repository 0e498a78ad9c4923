package org.distrifs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.FileSystemSync;
import org.distrifs.runtime.disk.OpenMode;

/**
 * A disk in memory that can lose power. Of what no sync covers, each page of a file is then the old
 * or the new one or a mixture of their sectors, and so is each file's size. Names change in their
 * order, as in a file system with a journal: some of the last changes are lost. Files may be
 * sparse.
 *
 * <p>The process or the machine can be made to stop in the middle of an operation: what it does
 * afterwards is undone when the disk is looked at again.
 */
final class LossyDisk implements Disk {
  private static final int PAGE_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;
  private static final byte[] ZEROS = new byte[PAGE_BYTES];

  private final Random random;
  private final Set<Path> folders = new HashSet<>();
  private NavigableMap<Path, Node> names = new TreeMap<>();

  /** The names after each change since the last sync of a folder; the first are durable. */
  private List<NavigableMap<Path, Node>> nameHistory = new ArrayList<>();

  /** Changes until the stop; negative for none. */
  private int changesLeft = -1;

  /** What there was at the stop, the last of them being the names; null before it. */
  private List<NavigableMap<Path, Node>> historyAtStop;

  LossyDisk(Random random) {
    this.random = random;
    nameHistory.add(new TreeMap<>());
  }

  /** Stops at a change, which is done in part, if it is a write of several pages. */
  synchronized void stopAfter(int changes) {
    changesLeft = changes;
  }

  synchronized void doNotStop() {
    changesLeft = -1;
  }

  synchronized boolean hasStopped() {
    return historyAtStop != null;
  }

  /** Called before each change. */
  private boolean stopsNow() {
    return changesLeft >= 0 && changesLeft-- == 0;
  }

  private void change() {
    if (stopsNow()) {
      stop();
    }
  }

  private void stop() {
    Map<Node, Node> copies = new IdentityHashMap<>();
    List<NavigableMap<Path, Node>> copy = new ArrayList<>();
    for (NavigableMap<Path, Node> each : nameHistory) {
      NavigableMap<Path, Node> copied = new TreeMap<>();
      each.forEach((path, node) -> copied.put(path, copies.computeIfAbsent(node, Node::copy)));
      copy.add(copied);
    }
    historyAtStop = copy;
  }

  /** Only the process stops: nothing is lost but what it did after the stop. */
  synchronized void loseProcess() {
    changesLeft = -1;
    if (historyAtStop != null) {
      nameHistory = historyAtStop;
      names = new TreeMap<>(nameHistory.get(nameHistory.size() - 1));
      historyAtStop = null;
    }
  }

  /** What a file consists of. Pages are never changed, but replaced. */
  private static final class Node {
    private NavigableMap<Long, byte[]> pages = new TreeMap<>();
    private NavigableMap<Long, byte[]> durablePages = new TreeMap<>();
    private long size;
    private long durableSize;

    Node copy() {
      Node copy = new Node();
      copy.pages = new TreeMap<>(pages);
      copy.durablePages = new TreeMap<>(durablePages);
      copy.size = size;
      copy.durableSize = durableSize;
      return copy;
    }

    void sync() {
      durablePages = new TreeMap<>(pages);
      durableSize = size;
    }

    void losePower(Random random) {
      Set<Long> all = new TreeSet<>(pages.keySet());
      all.addAll(durablePages.keySet());
      NavigableMap<Long, byte[]> left = new TreeMap<>();
      for (long page : all) {
        byte[] before = durablePages.getOrDefault(page, ZEROS);
        byte[] after = pages.getOrDefault(page, ZEROS);
        left.put(page, before == after ? before : mixed(before, after, random));
      }
      pages = left;
      size = random.nextBoolean() ? size : durableSize;
      zero(size, Long.MAX_VALUE);
      sync();
    }

    private static byte[] mixed(byte[] before, byte[] after, Random random) {
      return switch (random.nextInt(3)) {
        case 0 -> before;
        case 1 -> after;
        default -> {
          byte[] page = before.clone();
          for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
            if (random.nextBoolean()) {
              System.arraycopy(after, at, page, at, SECTOR_BYTES);
            }
          }
          yield page;
        }
      };
    }

    void cut(long newSize) {
      if (newSize < size) {
        zero(newSize, size);
      }
      size = newSize;
    }

    /** Costs nothing for what was never written. */
    void zero(long from, long end) {
      for (long page :
          List.copyOf(pages.subMap(from / PAGE_BYTES, true, end / PAGE_BYTES, true).keySet())) {
        long start = page * PAGE_BYTES;
        byte[] copy = pages.get(page).clone();
        int first = (int) Math.max(0, from - start);
        int last = (int) Math.min(PAGE_BYTES, end - start);
        if (first < last) {
          Arrays.fill(copy, first, last, (byte) 0);
          pages.put(page, copy);
        }
      }
    }

    void write(ByteBuffer source, long position) {
      long at = position;
      while (source.hasRemaining()) {
        int in = (int) (at % PAGE_BYTES);
        int count = Math.min(source.remaining(), PAGE_BYTES - in);
        byte[] page = pages.getOrDefault(at / PAGE_BYTES, ZEROS).clone();
        source.get(page, in, count);
        pages.put(at / PAGE_BYTES, page);
        at += count;
      }
      size = Math.max(size, at);
    }

    int read(ByteBuffer target, long position) {
      long end = Math.min(size, position + target.remaining());
      long at = position;
      while (at < end) {
        int in = (int) (at % PAGE_BYTES);
        int count = (int) Math.min(end - at, PAGE_BYTES - in);
        target.put(pages.getOrDefault(at / PAGE_BYTES, ZEROS), in, count);
        at += count;
      }
      return (int) Math.max(0, at - position);
    }
  }

  /** Power is lost, and comes back. Files that were open must not be used any more. */
  synchronized void losePower() {
    loseProcess();
    names = new TreeMap<>(nameHistory.get(random.nextInt(nameHistory.size())));
    namesSynced();
    names.values().forEach(node -> node.losePower(random));
  }

  private void namesChanged() {
    nameHistory.add(new TreeMap<>(names));
  }

  private void namesSynced() {
    nameHistory.clear();
    nameHistory.add(new TreeMap<>(names));
  }

  @Override
  public synchronized DiskFile open(Path path, OpenMode mode) throws IOException {
    Node node = names.get(path);
    if (node != null && mode == OpenMode.CREATE_NEW) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (node == null && (mode == OpenMode.READ || mode == OpenMode.READ_WRITE)) {
      throw new NoSuchFileException(path.toString());
    }
    if (node == null) {
      change();
      node = new Node();
      names.put(path, node);
      namesChanged();
    }
    return new LossyFile(node);
  }

  private final class LossyFile implements DiskFile {
    private final Node node;

    LossyFile(Node node) {
      this.node = node;
    }

    @Override
    public void write(ByteBuffer source, long position) {
      synchronized (LossyDisk.this) {
        if (stopsNow()) {
          // The kernel takes over whole pages, whatever happens to the process meanwhile.
          long end = (position + random.nextInt(source.remaining() + 1)) / PAGE_BYTES * PAGE_BYTES;
          int part = (int) Math.max(0, end - position);
          node.write(source.slice(source.position(), part), position);
          stop();
        }
        node.write(source, position);
      }
    }

    @Override
    public int read(ByteBuffer target, long position) {
      synchronized (LossyDisk.this) {
        return node.read(target, position);
      }
    }

    @Override
    public void sync() {
      synchronized (LossyDisk.this) {
        change();
        node.sync();
      }
    }

    @Override
    public long sizeBytes() {
      synchronized (LossyDisk.this) {
        return node.size;
      }
    }

    @Override
    public void truncate(long sizeBytes) {
      synchronized (LossyDisk.this) {
        change();
        node.cut(sizeBytes);
      }
    }

    @Override
    public void punch(long position, long length) {
      synchronized (LossyDisk.this) {
        change();
        node.zero(position, position + length);
      }
    }

    @Override
    public FileChannel transferable() {
      throw new UnsupportedOperationException("a disk in memory has no channels");
    }

    @Override
    public boolean isTransferable() {
      return false;
    }

    @Override
    public void close() {
      // Nothing is held open.
    }
  }

  @Override
  public synchronized boolean exists(Path path) {
    return names.containsKey(path) || folders.contains(path);
  }

  /** Folders are durable at once, and never lost. */
  @Override
  public synchronized void createDirectories(Path path) {
    for (Path folder = path; folder != null; folder = folder.getParent()) {
      folders.add(folder);
    }
  }

  @Override
  public synchronized List<Path> list(Path folder) {
    Set<Path> entries = new TreeSet<>(names.keySet());
    entries.addAll(folders);
    return entries.stream().filter(path -> folder.equals(path.getParent())).toList();
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    change();
    Node node = names.remove(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    names.put(to, node);
    namesChanged();
  }

  @Override
  public synchronized boolean delete(Path path) {
    change();
    boolean isThere = names.remove(path) != null;
    namesChanged();
    return isThere;
  }

  @Override
  public synchronized void syncDirectory(Path folder) {
    change();
    namesSynced();
  }

  @Override
  public FileSystemSync fileSystemSync(Path path) {
    return new FileSystemSync() {
      @Override
      public void sync() {
        synchronized (LossyDisk.this) {
          change();
          namesSynced();
          names.values().forEach(Node::sync);
        }
      }

      @Override
      public void close() {
        // Nothing is held open.
      }
    };
  }

  @Override
  public synchronized long sizeBytes(Path file) throws IOException {
    Node node = names.get(file);
    if (node == null) {
      throw new NoSuchFileException(file.toString());
    }
    return node.size;
  }

  @Override
  public long usableBytes(Path path) {
    return 1L << 40;
  }

  @Override
  public long totalBytes(Path path) {
    return 1L << 40;
  }
}
