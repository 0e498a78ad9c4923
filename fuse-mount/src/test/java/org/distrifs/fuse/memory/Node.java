package org.distrifs.fuse.memory;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.distrifs.proto.control.Attributes;

/** An inode. Guarded by the lock of its {@link MemoryTree}, but for the data. */
final class Node {
  static final int TYPE_MASK = 0xf000;
  static final int DIRECTORY = 0x4000;
  static final int REGULAR = 0x8000;
  static final int SYMLINK = 0xa000;
  static final int SET_GROUP_ID = 02000;

  final Attributes.Builder attributes;
  final MemoryData data = new MemoryData();
  final Map<ByteString, ByteString> extendedAttributes = new LinkedHashMap<>();
  final MemoryLocks locks = new MemoryLocks();
  final Map<ByteString, Long> cookies = new HashMap<>();
  final TreeMap<Long, Entry> entries = new TreeMap<>();
  long nextCookie = 1;
  Node parent;
  ByteString target = ByteString.EMPTY;
  int openHandles;

  /** It never had a name, and may get one. */
  boolean awaitsName;

  record Entry(ByteString name, Node node) {}

  Node(long inode, int mode) {
    attributes = Attributes.newBuilder().setInode(inode).setMode(mode).setNlink(1);
  }

  long inode() {
    return attributes.getInode();
  }

  int type() {
    return attributes.getMode() & TYPE_MASK;
  }

  boolean isDirectory() {
    return type() == DIRECTORY;
  }

  Node child(ByteString name) {
    Long cookie = cookies.get(name);
    return cookie == null ? null : entries.get(cookie).node();
  }

  void put(ByteString name, Node node) {
    long cookie = cookies.computeIfAbsent(name, added -> nextCookie++);
    entries.put(cookie, new Entry(name, node));
    if (node.isDirectory()) {
      node.parent = this;
    }
  }

  void remove(ByteString name) {
    Long cookie = cookies.remove(name);
    if (cookie != null) {
      entries.remove(cookie);
    }
  }

  void addLinks(int count) {
    attributes.setNlink(attributes.getNlink() + count);
  }

  /** The status has changed: {@code ctime} and the change counter move. */
  void touch(long nowNs) {
    attributes.setCtimeS(Math.floorDiv(nowNs, 1_000_000_000L));
    attributes.setCtimeNs((int) Math.floorMod(nowNs, 1_000_000_000L));
    attributes.setChangeCounter(attributes.getChangeCounter() + 1);
  }

  /** The contents have changed: {@code mtime} moves, too. */
  void modified(long nowNs) {
    touch(nowNs);
    attributes.setMtimeS(attributes.getCtimeS()).setMtimeNs(attributes.getCtimeNs());
  }

  /** The file is at least this long. */
  void extend(long size) {
    if (size > attributes.getSize()) {
      attributes.setSize(size);
    }
  }

  Attributes snapshot() {
    return attributes
        .setChunkSizeBytes(MemoryData.BLOCK_BYTES)
        .setChunkCount(data.blockCount())
        .setAllocatedBlocks(data.blockCount() * (MemoryData.BLOCK_BYTES / 4096L))
        .build();
  }
}
