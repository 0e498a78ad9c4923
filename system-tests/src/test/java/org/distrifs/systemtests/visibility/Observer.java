package org.distrifs.systemtests.visibility;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.stream.Stream;

/** A way to look at something in a folder. Closing it closes what its first look has opened. */
@FunctionalInterface
public interface Observer extends AutoCloseable {

  /** The observation when there is nothing to see. */
  String NOTHING = "nothing";

  /**
   * Looks.
   *
   * @return what is seen, as text
   */
  String at(Path folder) throws IOException;

  @Override
  default void close() throws IOException {}

  /** Opens a file and reads all of it. */
  static Observer open(String name) {
    return orNothing(folder -> Files.readString(folder.resolve(name)));
  }

  /** An attribute that {@code stat(2)} gives of a name, without following it: "mode", "size" … */
  static Observer stat(String name, String attribute) {
    return orNothing(
        folder ->
            Files.getAttribute(folder.resolve(name), "unix:" + attribute, LinkOption.NOFOLLOW_LINKS)
                .toString());
  }

  /** Whether {@code stat(2)} finds a name: "something" or {@link #NOTHING}. */
  static Observer name(String name) {
    return orNothing(
        folder -> {
          Files.getAttribute(folder.resolve(name), "unix:ino", LinkOption.NOFOLLOW_LINKS);
          return "something";
        });
  }

  /** The names in a folder, in order. */
  static Observer list() {
    return folder -> {
      try (Stream<Path> entries = Files.list(folder)) {
        return String.join(
            " ", entries.map(entry -> entry.getFileName().toString()).sorted().toList());
      }
    };
  }

  static Observer readlink(String name) {
    return orNothing(folder -> Files.readSymbolicLink(folder.resolve(name)).toString());
  }

  /** An extended attribute in the namespace "user", of those that the file lists. */
  static Observer xattr(String name, String attribute) {
    return folder -> {
      final UserDefinedFileAttributeView view =
          Files.getFileAttributeView(folder.resolve(name), UserDefinedFileAttributeView.class);
      if (!view.list().contains(attribute)) {
        return NOTHING;
      }
      final ByteBuffer value = ByteBuffer.allocate(view.size(attribute));
      view.read(attribute, value);
      return UTF_8.decode(value.flip()).toString();
    };
  }

  /** Reads all of a file that is opened at the first look and stays open. */
  static Observer readOpened(String name) {
    return new Opened(name) {
      @Override
      String look(Path path, FileChannel file) throws IOException {
        return content(file);
      }
    };
  }

  /** Like {@link #readOpened}, but opens and closes the file once more before each look. */
  static Observer readOpenedAfterOpen(String name) {
    return new Opened(name) {
      @Override
      String look(Path path, FileChannel file) throws IOException {
        FileChannel.open(path).close();
        return content(file);
      }
    };
  }

  /** The size by {@code fstat(2)} of a file that is opened at the first look and stays open. */
  static Observer sizeOfOpened(String name) {
    return new Opened(name) {
      @Override
      String look(Path path, FileChannel file) throws IOException {
        return Long.toString(file.size());
      }
    };
  }

  /** Whether a lock on a whole file can be got now: "free" or "held". */
  static Observer lock(String name) {
    return new Opened(name) {
      @Override
      String look(Path path, FileChannel file) throws IOException {
        try (FileLock lock = file.tryLock()) {
          return lock == null ? "held" : "free";
        }
      }
    };
  }

  private static Observer orNothing(Observer observer) {
    return folder -> {
      try {
        return observer.at(folder);
      } catch (NoSuchFileException e) {
        return NOTHING;
      }
    };
  }

  private static String content(FileChannel file) throws IOException {
    final ByteBuffer content = ByteBuffer.allocate(1 << 12);
    file.read(content, 0);
    return UTF_8.decode(content.flip()).toString();
  }

  /** Keeps a file open. For one thread. */
  abstract class Opened implements Observer {
    private final String name;
    private FileChannel file;

    private Opened(String name) {
      this.name = name;
    }

    abstract String look(Path path, FileChannel opened) throws IOException;

    @Override
    public final String at(Path folder) throws IOException {
      final Path path = folder.resolve(name);
      if (file == null) {
        file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
      return look(path, file);
    }

    @Override
    public final void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}
