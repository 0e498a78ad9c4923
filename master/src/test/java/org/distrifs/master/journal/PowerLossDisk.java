package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.DiskFile;
import org.distrifs.runtime.disk.FileSystemSync;
import org.distrifs.runtime.disk.OpenMode;

/**
 * A disk in memory that can lose power. Afterwards each page and each name that was not synced may
 * or may not be there. The disk can also begin to fail, or stand still. It has one flat folder of
 * small files.
 */
final class PowerLossDisk implements Disk {

  /** Smaller than a real page, so that small groups can be torn, too. */
  private static final int PAGE_BYTES = 64;

  private static final class Content {
    byte[] current = new byte[0];
    byte[] durable = new byte[0];
  }

  private final Map<Path, Content> names = new HashMap<>();
  private Map<Path, Content> durableNames = new HashMap<>();
  private int failingSyncs;

  /** Whether syncs stand still, and who stands in one. */
  private boolean stalled;

  private Thread stuck;
  private boolean off;

  /** How many changes still succeed before the power fails. */
  private int changesLeft = Integer.MAX_VALUE;

  /**
   * Loses power after some more writes, syncs and changes of names. Nothing can be written then
   * until {@link #powerOn}.
   */
  synchronized void powerOffAfter(int changes) {
    changesLeft = changes;
  }

  /** Comes back with what was durable, and a random part of the rest. */
  synchronized void powerOn(Random random) {
    off = false;
    changesLeft = Integer.MAX_VALUE;
    Map<Path, Content> survivors = new HashMap<>(durableNames);
    names.forEach(
        (path, content) -> {
          if (random.nextBoolean()) {
            survivors.putIfAbsent(path, content);
          }
        });
    names.clear();
    names.putAll(survivors);
    durableNames = survivors;
    names.values().forEach(content -> tear(content, random));
  }

  private static void tear(Content content, Random random) {
    byte[] durable = content.durable;
    int grown = Math.max(0, content.current.length - durable.length);
    int length = durable.length + (grown == 0 ? 0 : random.nextInt(grown + 1));
    byte[] torn = Arrays.copyOf(durable, length);
    for (int page = 0; page < length; page += PAGE_BYTES) {
      if (random.nextBoolean()) {
        int end = Math.min(Math.min(page + PAGE_BYTES, length), content.current.length);
        System.arraycopy(content.current, page, torn, page, Math.max(0, end - page));
      }
    }
    content.current = torn;
    content.durable = torn.clone();
  }

  /** Makes every sync fail from now on. */
  synchronized void failSyncs() {
    failingSyncs = Integer.MAX_VALUE;
  }

  /** Makes every sync stand still until {@link #goOn}. */
  synchronized void stall() {
    stalled = true;
  }

  synchronized void goOn() {
    stalled = false;
    notifyAll();
  }

  /** Waits for a sync that stands still, and returns its thread. */
  synchronized Thread awaitStuck() throws InterruptedException {
    for (int tenths = 0; stuck == null; tenths++) {
      if (tenths == 100) {
        throw new AssertionError("nobody syncs");
      }
      wait(100);
    }
    return stuck;
  }

  private void standStill() throws IOException {
    stuck = Thread.currentThread();
    notifyAll();
    try {
      while (stalled) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    stuck = null;
  }

  synchronized byte[] content(Path path) {
    return names.get(path).current.clone();
  }

  synchronized void setContent(Path path, byte[] bytes) {
    Content content = new Content();
    content.current = bytes.clone();
    content.durable = bytes.clone();
    names.put(path, content);
    durableNames.put(path, content);
  }

  @Override
  public synchronized DiskFile open(Path path, OpenMode mode) throws IOException {
    Content content = names.get(path);
    if (mode == OpenMode.CREATE_NEW) {
      if (content != null) {
        throw new FileAlreadyExistsException(path.toString());
      }
      content = new Content();
      names.put(path, content);
    }
    if (content == null) {
      throw new NoSuchFileException(path.toString());
    }
    return new OpenFile(content);
  }

  @Override
  public synchronized boolean exists(Path path) {
    return true;
  }

  @Override
  public void createDirectories(Path path) {}

  @Override
  public synchronized List<Path> list(Path folder) {
    return names.keySet().stream().sorted().toList();
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    checkPower();
    names.put(to, names.remove(from));
  }

  @Override
  public synchronized boolean delete(Path path) throws IOException {
    checkPower();
    return names.remove(path) != null;
  }

  @Override
  public synchronized void syncDirectory(Path folder) throws IOException {
    checkPower();
    durableNames = new HashMap<>(names);
  }

  @Override
  public FileSystemSync fileSystemSync(Path path) {
    throw new UnsupportedOperationException("a journal syncs its own files");
  }

  @Override
  public long sizeBytes(Path file) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long usableBytes(Path path) {
    return Long.MAX_VALUE;
  }

  @Override
  public long totalBytes(Path path) {
    return Long.MAX_VALUE;
  }

  private void checkPower() throws IOException {
    off |= changesLeft-- <= 0;
    if (off) {
      throw new IOException("the power is off");
    }
  }

  private final class OpenFile implements DiskFile {
    private final Content content;

    private OpenFile(Content content) {
      this.content = content;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (PowerLossDisk.this) {
        checkPower();
        int end = (int) position + source.remaining();
        if (end > content.current.length) {
          content.current = Arrays.copyOf(content.current, end);
        }
        source.get(content.current, (int) position, source.remaining());
      }
    }

    @Override
    public int read(ByteBuffer target, long position) {
      synchronized (PowerLossDisk.this) {
        int count = Math.min(target.remaining(), content.current.length - (int) position);
        target.put(content.current, (int) position, Math.max(0, count));
        return Math.max(0, count);
      }
    }

    @Override
    public void punch(long position, long length) throws IOException {
      write(ByteBuffer.allocate((int) length), position);
    }

    @Override
    public void sync() throws IOException {
      synchronized (PowerLossDisk.this) {
        checkPower();
        if (stalled) {
          standStill();
        }
        if (failingSyncs > 0) {
          failingSyncs--;
          throw new IOException("the disk failed");
        }
        content.durable = content.current.clone();
      }
    }

    @Override
    public long sizeBytes() {
      synchronized (PowerLossDisk.this) {
        return content.current.length;
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      synchronized (PowerLossDisk.this) {
        checkPower();
        content.current = Arrays.copyOf(content.current, (int) sizeBytes);
      }
    }

    @Override
    public FileChannel transferable() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isTransferable() {
      return false;
    }

    @Override
    public void close() {}
  }
}
