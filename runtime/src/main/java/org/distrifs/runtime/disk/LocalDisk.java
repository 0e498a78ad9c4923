package org.distrifs.runtime.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The file systems of this machine. Has no state, so a process needs one instance. */
public final class LocalDisk implements Disk {

  @Override
  public DiskFile open(Path path, OpenMode mode) throws IOException {
    try {
      return new LocalDiskFile(path, FileChannel.open(path, optionsOf(mode)));
    } catch (IOException e) {
      throw DiskFullException.orSame(path, e);
    }
  }

  private static Set<OpenOption> optionsOf(OpenMode mode) {
    return switch (mode) {
      case READ -> Set.of(READ);
      case READ_WRITE -> Set.of(READ, WRITE);
      case CREATE_NEW -> Set.of(READ, WRITE, CREATE_NEW);
      case CREATE_OR_OPEN -> Set.of(READ, WRITE, CREATE);
    };
  }

  /** Opens the file once more, because the JDK hides its descriptors. */
  @Override
  public void fetchAhead(Path file, FileRange... ranges) {
    LibC libc = LibC.load();
    int descriptor = libc.open(file.toString(), LibC.O_RDONLY);
    if (descriptor < 0) {
      return;
    }
    for (FileRange range : ranges) {
      libc.posix_fadvise(descriptor, range.position(), range.length(), LibC.POSIX_FADV_WILLNEED);
    }
    libc.close(descriptor);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void createDirectories(Path path) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path folder = path.toAbsolutePath();
        folder != null && !Files.isDirectory(folder);
        folder = folder.getParent()) {
      missing.push(folder);
    }
    for (Path folder : missing) {
      createDirectory(folder);
      syncDirectory(folder.getParent());
    }
  }

  private static void createDirectory(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // It is no error if another thread has created the folder, but a file of that name is one.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    } catch (IOException e) {
      throw DiskFullException.orSame(folder, e);
    }
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    // On Linux this is rename(2), which replaces.
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public boolean delete(Path path) throws IOException {
    return Files.deleteIfExists(path);
  }

  @Override
  public void syncDirectory(Path folder) throws IOException {
    // Linux lets a folder be opened for reading, and fsync of it makes its entries durable.
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  @Override
  public FileSystemSync fileSystemSync(Path path) throws IOException {
    return new LocalFileSystemSync(path);
  }

  @Override
  public long sizeBytes(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  @Override
  public long totalBytes(Path path) throws IOException {
    return Files.getFileStore(path).getTotalSpace();
  }
}
