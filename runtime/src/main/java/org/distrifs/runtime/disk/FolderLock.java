package org.distrifs.runtime.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * Makes sure that only one process uses a data folder. While this object is open, the file {@value
 * #FILE_NAME} in the folder is locked and names the process. The kernel releases the lock when the
 * process ends in any way; the file stays. Any thread.
 */
public final class FolderLock implements AutoCloseable {

  /** Name of the lock file within the folder. */
  public static final String FILE_NAME = "distrifs.lock";

  private static final int MAX_PID_DIGITS = 20;

  /**
   * The folders that this process has locked. A second attempt of the process must not even open
   * the lock file: POSIX releases all locks of a process on a file when it closes any descriptor of
   * that file.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Locks a folder for this process.
   *
   * @param folder must exist
   * @throws OperatorException if another owner holds it (the sentence says which process), or if
   *     the lock file cannot be written
   */
  public static FolderLock acquire(Path folder) {
    Path realFolder;
    try {
      realFolder = folder.toRealPath();
      if (!Files.isDirectory(realFolder)) {
        throw new NotDirectoryException(folder.toString());
      }
    } catch (IOException e) {
      throw cannotLock(folder, e);
    }
    if (!HELD_HERE.add(realFolder)) {
      throw heldBy(folder, "this very process (" + ProcessHandle.current().pid() + ")");
    }
    boolean locked = false;
    try {
      FolderLock lock = lockFile(folder, realFolder);
      locked = true;
      return lock;
    } catch (IOException e) {
      throw cannotLock(folder, e);
    } finally {
      if (!locked) {
        HELD_HERE.remove(realFolder);
      }
    }
  }

  private static FolderLock lockFile(Path folder, Path realFolder) throws IOException {
    FileChannel channel = FileChannel.open(realFolder.resolve(FILE_NAME), CREATE, READ, WRITE);
    boolean locked = false;
    try {
      FileLock fileLock = channel.tryLock();
      if (fileLock == null) {
        throw heldBy(folder, "process " + readPid(channel));
      }
      writePid(channel);
      locked = true;
      return new FolderLock(realFolder, channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static void writePid(FileChannel channel) throws IOException {
    channel.truncate(0);
    ByteBuffer pid = US_ASCII.encode(ProcessHandle.current().pid() + "\n");
    while (pid.hasRemaining()) {
      channel.write(pid, pid.position());
    }
  }

  private static String readPid(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MAX_PID_DIGITS);
    channel.read(text, 0);
    String pid = US_ASCII.decode(text.flip()).toString().strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  private static OperatorException heldBy(Path folder, String holder) {
    return new OperatorException(
        "Cannot use the folder "
            + folder
            + ": "
            + holder
            + " holds it. Stop that process, or choose another folder.");
  }

  private static OperatorException cannotLock(Path folder, IOException e) {
    return new OperatorException(
        "Cannot lock the folder "
            + folder
            + ": "
            + FailureReason.of(e)
            + ". It must be an existing folder in which this user may create files.",
        e);
  }

  /** Frees the folder. A second call does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        // Only after the descriptor is closed: closing it would release the lock of a later owner.
        HELD_HERE.remove(folder);
      }
    }
  }
}
