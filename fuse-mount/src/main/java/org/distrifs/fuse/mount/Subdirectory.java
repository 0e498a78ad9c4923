package org.distrifs.fuse.mount;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The directory of DistriFS that is to be the root of a mount. Symbolic links are not followed. */
final class Subdirectory {
  private static final int TYPE_BITS = 0170000;
  private static final int DIRECTORY = 0040000;

  private final String path;
  private final List<String> names;

  private Subdirectory(String path, List<String> names) {
    this.path = path;
    this.names = names;
  }

  /**
   * @throws OperatorException for a path that is not absolute, or that has ".." in it
   */
  static Subdirectory of(String path) {
    if (!path.startsWith("/")) {
      throw new OperatorException(
          "Cannot mount the directory '%s' of DistriFS (%s): begin it with a slash."
              .formatted(path, MountSettings.SUBDIR.key()),
          OperatorException.USAGE_EXIT_CODE);
    }
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        throw new OperatorException(
            "Cannot mount the directory '%s' of DistriFS (%s): it must not contain '..'."
                .formatted(path, MountSettings.SUBDIR.key()),
            OperatorException.USAGE_EXIT_CODE);
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return new Subdirectory(path, names);
  }

  /**
   * Its inode.
   *
   * @throws OperatorException if it is missing, no directory, or the master does not answer
   */
  long find(Metadata metadata) {
    long inode = DistriFsClient.ROOT_INODE;
    for (String name : names) {
      inode = child(metadata, inode, name);
    }
    return inode;
  }

  private long child(Metadata metadata, long parent, String name) {
    try {
      Attributes found = metadata.freshLookup(parent, ByteString.copyFromUtf8(name));
      if ((found.getMode() & TYPE_BITS) != DIRECTORY) {
        throw refused("'" + name + "' in it is no directory", null);
      }
      return found.getInode();
    } catch (ErrnoException e) {
      throw refused(
          e.errno() == Errno.ENOENT
              ? "there is no '"
                  + name
                  + "'. Make it first, by a mount of '/' or with 'distrifs mkdir'"
              : e.getMessage(),
          e);
    } catch (IOException e) {
      throw refused(e.getMessage(), e);
    }
  }

  private OperatorException refused(String reason, IOException cause) {
    return new OperatorException(
        "Cannot mount the directory %s of DistriFS: %s.".formatted(path, reason), cause);
  }
}
