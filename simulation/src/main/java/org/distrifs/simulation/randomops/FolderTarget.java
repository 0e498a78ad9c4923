package org.distrifs.simulation.randomops;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A folder to which operations are applied by ordinary system calls. The result of each is a text
 * that must be the same on every file system. Not thread-safe.
 */
public final class FolderTarget implements AutoCloseable {
  private final Path root;
  private final Map<Integer, FileChannel> slots = new HashMap<>();

  /**
   * @param root an empty folder
   */
  public FolderTarget(Path root) {
    this.root = root;
  }

  /** Applies an operation, and returns its result: "ok …" or the kind of failure. */
  public String apply(FileOperation operation) {
    try {
      return "ok " + perform(operation);
    } catch (IOException e) {
      return failure(e);
    }
  }

  private String perform(FileOperation operation) throws IOException {
    if (operation instanceof FileOperation.Write write) {
      try (FileChannel channel =
          FileChannel.open(at(write.path()), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        writeAll(channel, content(write.content(), write.length()), write.offset());
      }
      return "";
    } else if (operation instanceof FileOperation.Append append) {
      try (FileChannel channel =
          FileChannel.open(
              at(append.path()), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        final ByteBuffer bytes = content(append.content(), append.length());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      return "";
    } else if (operation instanceof FileOperation.Read read) {
      try (FileChannel channel = FileChannel.open(at(read.path()), StandardOpenOption.READ)) {
        return read(channel, read.offset(), read.length());
      }
    } else if (operation instanceof FileOperation.Truncate truncate) {
      truncate(at(truncate.path()), truncate.size());
      return "";
    } else if (operation instanceof FileOperation.Empty empty) {
      FileChannel.open(
              at(empty.path()),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)
          .close();
      return "";
    }
    return performOnNames(operation);
  }

  private String performOnNames(FileOperation operation) throws IOException {
    if (operation instanceof FileOperation.Rename rename) {
      Files.move(
          at(rename.from()),
          at(rename.to()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return "";
    } else if (operation instanceof FileOperation.HardLink link) {
      Files.createLink(at(link.path()), at(link.existing()));
      return "";
    } else if (operation instanceof FileOperation.SymbolicLink link) {
      Files.createSymbolicLink(at(link.path()), Path.of(link.target()));
      return "";
    } else if (operation instanceof FileOperation.Unlink unlink) {
      Files.delete(at(unlink.path()));
      return "";
    } else if (operation instanceof FileOperation.MakeDirectory make) {
      Files.createDirectory(at(make.path()));
      return "";
    } else if (operation instanceof FileOperation.RemoveDirectory remove) {
      Files.delete(at(remove.path()));
      return "";
    } else if (operation instanceof FileOperation.ChangeMode change) {
      Files.setAttribute(at(change.path()), "unix:mode", change.permissions());
      return "";
    } else if (operation instanceof FileOperation.ChangeTime change) {
      final Instant time = Instant.ofEpochSecond(change.seconds(), change.nanoseconds());
      Files.setAttribute(at(change.path()), "lastModifiedTime", FileTime.from(time));
      // Java sets times in microseconds, so a finer unit cannot be compared.
      return "" + Files.getLastModifiedTime(at(change.path())).toMillis();
    } else if (operation instanceof FileOperation.Stat stat) {
      return stat(at(stat.path()));
    } else if (operation instanceof FileOperation.List list) {
      try (Stream<Path> entries = Files.list(at(list.path()))) {
        return entries
            .map(p -> p.getFileName().toString())
            .filter(name -> !name.startsWith(".fuse_hidden"))
            .sorted()
            .collect(Collectors.joining(","));
      }
    }
    return performOnSlot(operation);
  }

  private String performOnSlot(FileOperation operation) throws IOException {
    if (operation instanceof FileOperation.OpenSlot open) {
      closeSlot(open.slot());
      slots.put(
          open.slot(),
          FileChannel.open(
              at(open.path()),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
      return "";
    } else if (operation instanceof FileOperation.WriteSlot write) {
      final FileChannel channel = slots.get(write.slot());
      if (channel == null) {
        return "closed";
      }
      writeAll(channel, content(write.content(), write.length()), write.offset());
      return "";
    } else if (operation instanceof FileOperation.ReadSlot read) {
      final FileChannel channel = slots.get(read.slot());
      return channel == null ? "closed" : read(channel, read.offset(), read.length());
    } else if (operation instanceof FileOperation.SyncSlot sync) {
      final FileChannel channel = slots.get(sync.slot());
      if (channel != null) {
        channel.force(true);
      }
      return "";
    } else if (operation instanceof FileOperation.CloseSlot close) {
      closeSlot(close.slot());
      return "";
    }
    throw new IllegalArgumentException("unknown operation " + operation);
  }

  /** Path → type, size, permissions, links and checksum of everything below the root. */
  public Map<String, String> tree() throws IOException {
    final Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (final Path path : paths.toList()) {
        final String name = root.relativize(path).toString();
        if (!name.isEmpty() && !path.getFileName().toString().startsWith(".fuse_hidden")) {
          tree.put(name, stat(path) + checksum(path));
        }
      }
    }
    return tree;
  }

  private static String checksum(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    final CRC32C crc = new CRC32C();
    final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        crc.update(buffer.flip());
      }
    }
    return " crc " + Long.toHexString(crc.getValue());
  }

  private static String stat(Path path) throws IOException {
    final Map<String, Object> attributes =
        Files.readAttributes(path, "unix:mode,nlink,size", LinkOption.NOFOLLOW_LINKS);
    final boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    return "mode %o links %s size %s%s"
        .formatted(
            (Integer) attributes.get("mode"),
            attributes.get("nlink"),
            directory ? "-" : attributes.get("size"),
            Files.isSymbolicLink(path) ? " -> " + Files.readSymbolicLink(path) : "");
  }

  private static void truncate(Path path, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      // FileChannel#truncate only cuts; RandomAccessFile#setLength also extends, as ftruncate(2)
      // does.
      if (size < channel.size()) {
        channel.truncate(size);
        return;
      }
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long offset)
      throws IOException {
    long position = offset;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  private static String read(FileChannel channel, long offset, int length) throws IOException {
    final ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    long position = offset;
    while (buffer.hasRemaining()) {
      final int read = channel.read(buffer, position);
      if (read < 0) {
        break;
      }
      position += read;
    }
    final CRC32C crc = new CRC32C();
    crc.update(buffer.flip());
    return buffer.limit() + " bytes crc " + Long.toHexString(crc.getValue());
  }

  private static ByteBuffer content(long seed, int length) {
    final byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static String failure(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "ENOENT";
    } else if (e instanceof FileAlreadyExistsException) {
      return "EEXIST";
    } else if (e instanceof DirectoryNotEmptyException) {
      return "ENOTEMPTY";
    } else if (e instanceof NotLinkException) {
      return "EINVAL";
    } else if (e instanceof FileSystemException named) {
      return String.valueOf(named.getReason());
    }
    // java.io messages start with the path, which differs between targets.
    final String message = String.valueOf(e.getMessage());
    return message.contains("(") ? message.substring(message.lastIndexOf('(')) : message;
  }

  private Path at(String path) {
    return root.resolve(path);
  }

  private void closeSlot(int slot) throws IOException {
    final FileChannel channel = slots.remove(slot);
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    for (final FileChannel channel : slots.values()) {
      channel.close();
    }
    slots.clear();
  }
}
