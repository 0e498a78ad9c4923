package org.distrifs.master.state;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.distrifs.proto.error.Errno;

/**
 * A simple model of the master's state, with maps and objects. The compact state is compared with
 * it. Operations return an errno, or 0 for success.
 */
final class ModelFileSystem {

  static final int NOREPLACE = 1;
  static final int EXCHANGE = 2;

  /** Returned instead of an errno when the operation waits for a cut. */
  static final int MUST_WAIT = -1;

  static final class Node {
    final long id;
    final boolean isDirectory;
    final boolean isRegular;
    int nlink;
    boolean awaitsName;
    Node parent;
    final LinkedHashMap<String, Node> entries = new LinkedHashMap<>();
    long size;
    long epoch;
    boolean cutPending;
    final TreeMap<Long, Chunk> chunks = new TreeMap<>();

    Node(long id, boolean isDirectory, boolean isRegular) {
      this.id = id;
      this.isDirectory = isDirectory;
      this.isRegular = isRegular;
    }
  }

  static final class Chunk {
    final long id;
    final TreeSet<Long> holders = new TreeSet<>();
    boolean fresh = true;

    Chunk(long id) {
      this.id = id;
    }
  }

  final Map<Long, Node> nodes = new HashMap<>();
  final Node root = new Node(StateDriver.ROOT, true, false);
  private final long chunkSize;

  ModelFileSystem(long chunkSize) {
    this.chunkSize = chunkSize;
    root.nlink = 2;
    root.parent = root;
    nodes.put(root.id, root);
  }

  /**
   * 0 if a name may be made. Then the caller gets the id of the new inode and calls {@link #made}.
   */
  int canMake(Node directory, String name) {
    if (!directory.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    if (directory.entries.containsKey(name)) {
      return Errno.EEXIST.code();
    }
    return directory.nlink == 0 ? Errno.ENOENT.code() : 0;
  }

  Node made(Node directory, String name, long id, boolean isDirectory, boolean isRegular) {
    Node node = new Node(id, isDirectory, isRegular);
    node.nlink = isDirectory ? 2 : 1;
    nodes.put(id, node);
    enter(directory, name, node);
    return node;
  }

  int canMakeUnnamed(Node directory) {
    if (!directory.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    return directory.nlink == 0 ? Errno.EPERM.code() : 0;
  }

  Node madeUnnamed(long id, boolean exclusive) {
    Node node = new Node(id, false, true);
    node.awaitsName = !exclusive;
    nodes.put(id, node);
    return node;
  }

  int link(Node node, Node directory, String name) {
    int errno = canMake(directory, name);
    if (errno != 0) {
      return errno;
    }
    if (node.isDirectory) {
      return Errno.EPERM.code();
    }
    if (node.nlink == 0 && !node.awaitsName) {
      return Errno.ENOENT.code();
    }
    node.awaitsName = false;
    node.nlink++;
    enter(directory, name, node);
    return 0;
  }

  int unlink(Node directory, String name) {
    if (!directory.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    Node node = directory.entries.get(name);
    if (node == null) {
      return Errno.ENOENT.code();
    }
    if (node.isDirectory) {
      return Errno.EISDIR.code();
    }
    leave(directory, name);
    node.nlink--;
    return 0;
  }

  int removeDirectory(Node directory, String name) {
    if (!directory.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    Node node = directory.entries.get(name);
    if (node == null) {
      return Errno.ENOENT.code();
    }
    if (!node.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    if (!node.entries.isEmpty()) {
      return Errno.ENOTEMPTY.code();
    }
    leave(directory, name);
    node.nlink = 0;
    node.parent = node;
    return 0;
  }

  int rename(Node from, String name, Node to, String newName, int flags) {
    if (!from.isDirectory || !to.isDirectory) {
      return Errno.ENOTDIR.code();
    }
    Node moved = from.entries.get(name);
    Node target = to.entries.get(newName);
    if (moved == null || to.nlink == 0 || (flags == EXCHANGE && target == null)) {
      return Errno.ENOENT.code();
    }
    if (flags == NOREPLACE && target != null) {
      return Errno.EEXIST.code();
    }
    if (isBelow(to, moved) || (flags == EXCHANGE && isBelow(from, target))) {
      return Errno.EINVAL.code();
    }
    if (moved == target) {
      return 0;
    }
    if (flags == EXCHANGE) {
      replace(from, name, target);
      replace(to, newName, moved);
      return 0;
    }
    if (target != null) {
      if (target.isDirectory && isBelow(from, target)) {
        return Errno.ENOTEMPTY.code();
      }
      if (target.isDirectory != moved.isDirectory) {
        return target.isDirectory ? Errno.EISDIR.code() : Errno.ENOTDIR.code();
      }
      if (!target.entries.isEmpty()) {
        return Errno.ENOTEMPTY.code();
      }
      leave(from, name);
      // The name stays where it is in the listing.
      to.nlink -= target.isDirectory ? 1 : 0;
      to.entries.put(newName, moved);
      moved.parent = moved.isDirectory ? to : moved.parent;
      to.nlink += moved.isDirectory ? 1 : 0;
      target.nlink = target.isDirectory ? 0 : target.nlink - 1;
      target.parent = target.isDirectory ? target : target.parent;
      return 0;
    }
    leave(from, name);
    enter(to, newName, moved);
    return 0;
  }

  int truncate(Node node, long size) {
    if (!node.isRegular) {
      return node.isDirectory ? Errno.EISDIR.code() : Errno.EINVAL.code();
    }
    if (node.cutPending && size != node.size) {
      return MUST_WAIT;
    }
    if (size < node.size) {
      node.epoch++;
      node.chunks.tailMap((size + chunkSize - 1) / chunkSize, true).clear();
      node.cutPending = size % chunkSize != 0 && node.chunks.containsKey(size / chunkSize);
    }
    node.size = size;
    return 0;
  }

  int commit(Node node, long session, long epoch, long size, long writtenIndex) {
    if (!node.isRegular) {
      return node.isDirectory ? Errno.EISDIR.code() : Errno.EINVAL.code();
    }
    boolean extend = epoch == node.epoch && size > node.size;
    if (extend && node.cutPending) {
      return MUST_WAIT;
    }
    Chunk chunk = node.chunks.get(writtenIndex);
    if (chunk != null) {
      if (chunk.fresh && !chunk.holders.contains(session)) {
        return Errno.EIO.code();
      }
      chunk.fresh = false;
      chunk.holders.clear();
    }
    node.size = extend ? size : node.size;
    return 0;
  }

  void sessionEnded(long session) {
    for (Node node : nodes.values()) {
      boolean hadChunks = !node.chunks.isEmpty();
      node.chunks
          .values()
          .removeIf(
              chunk -> chunk.fresh && chunk.holders.remove(session) && chunk.holders.isEmpty());
      if (hadChunks && node.cutPending && !node.chunks.containsKey(node.size / chunkSize)) {
        node.cutPending = false;
      }
    }
  }

  private static boolean isBelow(Node directory, Node ancestor) {
    Node at = directory;
    while (at != ancestor && at.parent != at) {
      at = at.parent;
    }
    return at == ancestor;
  }

  private static void enter(Node directory, String name, Node node) {
    directory.entries.put(name, node);
    if (node.isDirectory) {
      node.parent = directory;
      directory.nlink++;
    }
  }

  private static void leave(Node directory, String name) {
    if (directory.entries.remove(name).isDirectory) {
      directory.nlink--;
    }
  }

  /** Replaces the inode of an entry, which keeps its position in the listing. */
  private static void replace(Node directory, String name, Node node) {
    Node old = directory.entries.put(name, node);
    directory.nlink += (node.isDirectory ? 1 : 0) - (old.isDirectory ? 1 : 0);
    if (node.isDirectory) {
      node.parent = directory;
    }
  }
}
