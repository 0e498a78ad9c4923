package org.distrifs.systemtests.cluster;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Finds files of running processes, which may remove some of them during the search. */
public final class LiveFiles {
  private LiveFiles() {}

  /** All files below a folder that existed when the search came to them. */
  public static List<Path> below(Path folder) throws IOException {
    final List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  /** All of them that have this name. */
  public static List<Path> named(Path folder, String name) throws IOException {
    return below(folder).stream()
        .filter(file -> file.getFileName().toString().equals(name))
        .toList();
  }
}
