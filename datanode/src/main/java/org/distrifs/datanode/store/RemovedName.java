package org.distrifs.datanode.store;

import java.util.UUID;

/**
 * A replica that was taken out of use. Its two files are called by its name and the time.
 *
 * @param removedMs since 1970
 * @param bytes of the file with its bytes; no part of the names
 */
record RemovedName(UUID name, long removedMs, long bytes) {

  /** Of either of the two files; null if it is none. */
  static RemovedName parse(String fileName, long bytes) {
    String dataName =
        isMeta(fileName)
            ? fileName.substring(0, fileName.length() - ReplicaFiles.META_SUFFIX.length())
            : fileName;
    int dot = dataName.indexOf('.');
    try {
      return dot < 0
          ? null
          : new RemovedName(
              UUID.fromString(dataName.substring(0, dot)),
              Long.parseLong(dataName.substring(dot + 1)),
              bytes);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether a file is the one with the header. */
  static boolean isMeta(String fileName) {
    return fileName.endsWith(ReplicaFiles.META_SUFFIX);
  }

  String dataName() {
    return name + "." + removedMs;
  }

  String metaName() {
    return dataName() + ReplicaFiles.META_SUFFIX;
  }
}
