package org.distrifs.datanode.store;

import java.nio.file.Path;
import java.util.UUID;

/**
 * A replica that was taken out of use. Its file is called by its name and the time, as each of its
 * two is in {@link ReplicaForm#TWO_FILES}.
 *
 * @param removedMs since 1970
 * @param bytes of the replica; no part of the names
 */
record RemovedName(UUID name, long removedMs, long bytes) {

  /** From the name of a file of it; null if it is none. */
  static RemovedName parse(String fileName, long bytes) {
    String dataName = ReplicaForm.dataName(fileName);
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

  /** Where it is in a folder: the file with its bytes. */
  Path in(Path folder) {
    return folder.resolve(name + "." + removedMs);
  }
}
