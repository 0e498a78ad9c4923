package org.distrifs.fuse.driver.jnrfuse;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names that exist for libfuse alone. When a file is unlinked or replaced while it is open, libfuse
 * renames it to {@code .fuse_hidden<node><count>} so that a path leads to it until it is closed.
 * The master needs no such name: an inode without names lives on while it is open. So the rename is
 * taken for what it stands for, and the hidden name is kept here, where it leads to the inode:
 * nobody sees it in a directory, the directory can be removed, a replacement is atomic for other
 * mounts, and a killed process leaves no file behind. Thread-safe.
 */
final class HiddenFiles {
  private static final ByteString PREFIX =
      ByteString.copyFrom(".fuse_hidden", StandardCharsets.US_ASCII);
  private static final int HEX_DIGITS = 8;
  private static final int NAME_BYTES = PREFIX.size() + 2 * HEX_DIGITS;

  private record Hidden(ByteString name, long inode) {}

  /** By the lower 32 bits of the node; bounded by the number of open files. */
  private final Map<Integer, Hidden> byNode = new ConcurrentHashMap<>();

  /** Whether libfuse could have made this name. */
  static boolean isHiddenName(ByteString name) {
    return nodeIn(name).isPresent();
  }

  /** The inode that a hidden name leads to. */
  Optional<Long> inode(ByteString name) {
    if (byNode.isEmpty()) {
      return Optional.empty();
    }
    return nodeIn(name).map(byNode::get).filter(h -> h.name.equals(name)).map(h -> h.inode);
  }

  void hide(ByteString name, long inode) {
    nodeIn(name).ifPresent(node -> byNode.put(node, new Hidden(name, inode)));
  }

  /** Tells whether the name was known. */
  boolean forget(ByteString name) {
    Optional<Integer> node = nodeIn(name);
    return node.isPresent() && byNode.values().removeIf(hidden -> hidden.name.equals(name));
  }

  /** For a node whose hidden name has lost its folder, so that libfuse cannot unlink it. */
  void forgetInode(long inode) {
    byNode.values().removeIf(hidden -> hidden.inode == inode);
  }

  /** Whether a node's name is hidden: libfuse counts one link less for it by itself. */
  boolean isHiddenNode(long node) {
    return byNode.containsKey((int) node);
  }

  private static Optional<Integer> nodeIn(ByteString name) {
    if (name.size() != NAME_BYTES || !name.startsWith(PREFIX)) {
      return Optional.empty();
    }
    for (int index = PREFIX.size(); index < NAME_BYTES; index++) {
      if (Character.digit(name.byteAt(index), 16) < 0) {
        return Optional.empty();
      }
    }
    String digits = name.substring(PREFIX.size(), PREFIX.size() + HEX_DIGITS).toStringUtf8();
    return Optional.of(Integer.parseUnsignedInt(digits, 16));
  }
}
