package org.distrifs.runtime.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Explains to an operator why a file operation failed, without names of exceptions. */
public final class FailureReason {

  private FailureReason() {}

  /** The reason as the end of a sentence, without its full stop: "there is no /x/y". */
  public static String of(IOException failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    }
    if (failure instanceof AccessDeniedException denied) {
      return "this user has no permission for " + denied.getFile();
    }
    if (failure instanceof FileAlreadyExistsException existing) {
      return existing.getFile() + " exists already";
    }
    if (failure instanceof NotDirectoryException noFolder) {
      return noFolder.getFile() + " is no folder";
    }
    if (failure instanceof FileSystemException other && other.getReason() != null) {
      return other.getFile() + ": " + other.getReason();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
