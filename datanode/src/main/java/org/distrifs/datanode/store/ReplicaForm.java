package org.distrifs.datanode.store;

import java.nio.file.Path;
import java.util.UUID;

/** How the bytes of a replica and its {@link MetaRegion} lie on the disk. */
enum ReplicaForm {
  /** In one file, the meta region behind the largest possible byte. All new replicas. */
  ONE_FILE(2, 1L << 31),

  /** In two files, the meta region in one of its own. Replicas that earlier versions made. */
  TWO_FILES(1, 0);

  private static final String META_SUFFIX = ".meta";

  /** Format of the headers. */
  final int format;

  /** Where in its file the meta region begins. */
  final long metaBase;

  ReplicaForm(int format, long metaBase) {
    this.format = format;
    this.metaBase = metaBase;
  }

  /** The form whose headers have a format, or {@code null}. */
  static ReplicaForm ofFormat(int format) {
    for (ReplicaForm form : values()) {
      if (form.format == format) {
        return form;
      }
    }
    return null;
  }

  /** The file with the bytes, in each form. */
  static Path dataPath(Path folder, UUID name) {
    return folder.resolve(name.toString());
  }

  /** The file with the meta region. */
  Path metaPath(Path dataPath) {
    return switch (this) {
      case ONE_FILE -> dataPath;
      case TWO_FILES -> dataPath.resolveSibling(dataPath.getFileName() + META_SUFFIX);
    };
  }

  /** Whether a file has a meta region only, which makes it one of two. */
  static boolean isMetaOnly(String fileName) {
    return fileName.endsWith(META_SUFFIX);
  }

  /** The name of the file with the bytes, from the name of either file. */
  static String dataName(String fileName) {
    return isMetaOnly(fileName)
        ? fileName.substring(0, fileName.length() - META_SUFFIX.length())
        : fileName;
  }
}
