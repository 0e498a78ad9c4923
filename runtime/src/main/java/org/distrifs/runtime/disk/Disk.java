package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system, as far as the journal and the chunk store need it.
 *
 * <p>All methods may be called on any thread and block until the operation is done. An {@link
 * IOException} is one of its {@link java.nio.file.FileSystemException} kinds where the operating
 * system tells more (no such file, exists already, no space left).
 */
public interface Disk {

  /**
   * Opens a file. A file created here is durable under its name only after {@link #syncDirectory}
   * of its folder.
   *
   * @throws java.nio.file.NoSuchFileException if the mode needs an existing file and there is none
   * @throws java.nio.file.FileAlreadyExistsException for {@link OpenMode#CREATE_NEW} of an existing
   *     file
   * @throws IOException if the operating system refuses
   */
  DiskFile open(Path path, OpenMode mode) throws IOException;

  /**
   * Tells that parts of a file are about to be read one after the other, so that the disk may begin
   * with all of them at once. Does not wait for them. A disk that cannot do that, or that knows no
   * such file, does nothing.
   */
  default void fetchAhead(Path file, FileRange... ranges) {}

  /**
   * Whether a file or folder of this name exists.
   *
   * @throws IOException if that cannot be known, for example for want of a permission
   */
  boolean exists(Path path) throws IOException;

  /**
   * Creates a folder and its missing parents, and makes each new name durable. A folder that exists
   * already is not synced, though its name may not be durable yet if another thread or an earlier
   * process has just created it.
   */
  void createDirectories(Path path) throws IOException;

  /**
   * The entries of a folder, without {@code .} and {@code ..}, sorted by name.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such folder
   * @throws IOException if it cannot be read
   */
  List<Path> list(Path folder) throws IOException;

  /**
   * Renames atomically, replacing what has the name {@code to}: at any instant, and after any
   * crash, {@code to} is wholly the old file or wholly the new one. Durable after {@link
   * #syncDirectory} of the folder.
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Deletes a file or an empty folder.
   *
   * @return false if there was none
   */
  boolean delete(Path path) throws IOException;

  /** Makes the names created, renamed and deleted in a folder durable (fsync of the folder). */
  void syncDirectory(Path folder) throws IOException;

  /**
   * Opens the file system that holds {@code path}, to sync it as a whole. The caller closes the
   * result.
   *
   * @throws IOException if the operating system refuses
   */
  FileSystemSync fileSystemSync(Path path) throws IOException;

  /**
   * Size of a file in bytes.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  long sizeBytes(Path file) throws IOException;

  /** Bytes that this process may still write on the file system that holds {@code path}. */
  long usableBytes(Path path) throws IOException;

  /** Size in bytes of the file system that holds {@code path}. */
  long totalBytes(Path path) throws IOException;
}
