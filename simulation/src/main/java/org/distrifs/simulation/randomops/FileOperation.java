package org.distrifs.simulation.randomops;

/**
 * One operation on a folder. Paths are relative to it; no operation depends on another, so any of
 * them can be left out of a sequence. {@code slot} numbers a handle that stays open over several
 * operations.
 */
public sealed interface FileOperation {
  /** Writes {@code length} bytes made from {@code content} at an offset, creating the file. */
  record Write(String path, long offset, int length, long content) implements FileOperation {}

  /** Writes through a handle opened with O_APPEND, creating the file. */
  record Append(String path, int length, long content) implements FileOperation {}

  /** Reads up to {@code length} bytes at an offset. */
  record Read(String path, long offset, int length) implements FileOperation {}

  /** Sets the size, cutting or extending. */
  record Truncate(String path, long size) implements FileOperation {}

  /** Opens with O_CREAT and O_TRUNC. */
  record Empty(String path) implements FileOperation {}

  record Rename(String from, String to) implements FileOperation {}

  record HardLink(String existing, String path) implements FileOperation {}

  record SymbolicLink(String target, String path) implements FileOperation {}

  record Unlink(String path) implements FileOperation {}

  record MakeDirectory(String path) implements FileOperation {}

  record RemoveDirectory(String path) implements FileOperation {}

  record ChangeMode(String path, int permissions) implements FileOperation {}

  record ChangeTime(String path, long seconds, int nanoseconds) implements FileOperation {}

  /** Reads type, size, number of links and permissions. */
  record Stat(String path) implements FileOperation {}

  record List(String path) implements FileOperation {}

  record OpenSlot(int slot, String path) implements FileOperation {}

  record WriteSlot(int slot, long offset, int length, long content) implements FileOperation {}

  record ReadSlot(int slot, long offset, int length) implements FileOperation {}

  record SyncSlot(int slot) implements FileOperation {}

  record CloseSlot(int slot) implements FileOperation {}
}
