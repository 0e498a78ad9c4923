package org.distrifs.master.state;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.chunk.FreshChunks;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.table.OrderedIndex;

/**
 * Which chunks the files have, whose the fresh ones are, and which cuts and changes are pending.
 */
final class FileChunks {

  private final InodeTable inodes;
  private final ChunkMap map = new ChunkMap();
  private final FreshChunks fresh = new FreshChunks();
  private final TreeMap<Long, PendingCut> cuts = new TreeMap<>();
  private final TreeSet<Long> changing = new TreeSet<>();
  private long chunksOfOrphans;

  FileChunks(InodeTable inodes) {
    this.inodes = inodes;
  }

  ChunkMap map() {
    return map;
  }

  FreshChunks fresh() {
    return fresh;
  }

  /** Cuts to be done, by inode. */
  TreeMap<Long, PendingCut> cuts() {
    return cuts;
  }

  /** Ids of chunks with a version reserved and not committed. */
  TreeSet<Long> changing() {
    return changing;
  }

  /** Chunks that no name leads to. */
  long garbageCount() {
    return chunksOfOrphans + map.detachedCount();
  }

  /** A file lost its last name. */
  void orphaned(int inode) {
    if (inodes.isRegular(inode)) {
      chunksOfOrphans += inodes.payload(inode);
    }
  }

  /** A file without a name has got one. */
  void named(int inode) {
    if (inodes.isRegular(inode)) {
      chunksOfOrphans -= inodes.payload(inode);
    }
  }

  /** Whether a chunk is more than a hole to a session. */
  boolean isVisibleTo(int chunk, long sessionId) {
    return !map.isFresh(chunk) || fresh.isHolder(map.id(chunk), sessionId);
  }

  /** Puts a fresh chunk where a file has none; answers its slot. */
  int allocate(int inode, long index, int[] members, long sessionId, long number) {
    int chunk = map.addFresh(inode, index, members);
    fresh.hold(map.id(chunk), sessionId, number);
    count(inode, 1);
    return chunk;
  }

  /** Makes a fresh chunk part of the file for everyone. */
  void commit(int chunk) {
    fresh.clear(map.id(chunk));
    map.setCommitted(chunk);
  }

  /** A session gives a fresh chunk up; its last holder takes it along. */
  void release(int chunk, long sessionId) {
    if (fresh.release(map.id(chunk), sessionId)) {
      detach(chunk);
    }
  }

  /** Drops all chunks of a file from an index on. */
  void detachFrom(int inode, long index) {
    int chunk = map.from(inode, index).next();
    while (chunk != 0 && map.file(chunk) == inode) {
      fresh.clear(map.id(chunk));
      detach(chunk);
      chunk = map.from(inode, index).next();
    }
  }

  /** Forgets a chunk, unless a file has it; one that is not there is forgotten already. */
  void forget(long chunkId) {
    int chunk = map.find(chunkId);
    if (chunk != 0 && map.file(chunk) == 0) {
      changing.remove(chunkId);
      map.remove(chunk);
    }
  }

  /** A session ended: what only it held is dropped. */
  void releaseAll(long sessionId) {
    for (long chunkId : fresh.of(sessionId)) {
      release(map.find(chunkId), sessionId);
    }
  }

  List<ChunkInfo> of(int inode, long fromIndex, int limit) {
    List<ChunkInfo> found = new ArrayList<>();
    OrderedIndex.Cursor cursor = map.from(inode, fromIndex);
    int chunk = cursor.next();
    while (chunk != 0 && map.file(chunk) == inode && found.size() < limit) {
      found.add(info(chunk));
      chunk = cursor.next();
    }
    return found;
  }

  ChunkInfo info(int chunk) {
    List<Integer> members = new ArrayList<>(ChunkMap.MAX_MEMBERS);
    for (int member : map.members(chunk)) {
      members.add(member);
    }
    int file = map.file(chunk);
    return new ChunkInfo(
        map.id(chunk),
        map.version(chunk),
        map.reservedVersion(chunk),
        List.copyOf(members),
        file == 0 ? 0 : inodes.id(file),
        map.index(chunk),
        map.isFresh(chunk),
        map.lossyVersion(chunk));
  }

  private void detach(int chunk) {
    long inode = inodes.id(map.file(chunk));
    PendingCut cut = cuts.get(inode);
    if (cut != null && cut.chunkId() == map.id(chunk)) {
      // Its bytes cannot come back any more, cut or not.
      cuts.remove(inode);
    }
    count(map.file(chunk), -1);
    map.detach(chunk);
  }

  private void count(int inode, int more) {
    inodes.setPayload(inode, inodes.payload(inode) + more);
    if (inodes.nlink(inode) == 0) {
      chunksOfOrphans += more;
    }
  }
}
