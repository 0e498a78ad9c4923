package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.distrifs.proto.control.ChunkLocation;

/**
 * The chunks that were allocated to this session for one file and are not committed: those that
 * hold acknowledged bytes, and those that do not. Not thread-safe: belongs to the file's lock.
 */
final class FreshChunks {
  private static final class Fresh {
    private ChunkLocation location;
    private boolean written;
  }

  private final Map<Long, Fresh> byIndex = new TreeMap<>();
  private final LongSet abandoned = new LongOpenHashSet();

  void learn(ChunkLocation location) {
    Fresh known = byIndex.computeIfAbsent(location.getIndex(), index -> new Fresh());
    if (known.location != null && known.location.getChunkId() != location.getChunkId()) {
      known.written = false;
    }
    known.location = location;
    abandoned.remove(location.getChunkId());
  }

  /** The location of a fresh chunk, or null. */
  ChunkLocation location(long index) {
    Fresh fresh = byIndex.get(index);
    return fresh == null ? null : fresh.location;
  }

  /** Whether a chunk is fresh and holds no acknowledged byte. */
  boolean isUnwritten(long index) {
    Fresh fresh = byIndex.get(index);
    return fresh != null && !fresh.written;
  }

  void wrote(long index) {
    Fresh fresh = byIndex.get(index);
    if (fresh != null) {
      fresh.written = true;
    }
  }

  /** Whether any holds no acknowledged byte. */
  boolean hasUnwritten() {
    return byIndex.values().stream().anyMatch(fresh -> !fresh.written);
  }

  /** Those that hold acknowledged bytes. */
  List<ChunkLocation> written() {
    List<ChunkLocation> locations = new ArrayList<>();
    for (Fresh fresh : byIndex.values()) {
      if (fresh.written) {
        locations.add(fresh.location);
      }
    }
    return locations;
  }

  /** A commit listed it: it is an ordinary chunk now. */
  void committed(ChunkLocation location) {
    Fresh fresh = byIndex.get(location.getIndex());
    if (fresh != null && fresh.location.getChunkId() == location.getChunkId()) {
      byIndex.remove(location.getIndex());
    }
  }

  /** The file was cut: what was not written to is given back with the next release. */
  void abandonUnwritten() {
    byIndex.values().stream()
        .filter(fresh -> !fresh.written)
        .forEach(fresh -> abandoned.add(fresh.location.getChunkId()));
    byIndex.values().removeIf(fresh -> !fresh.written);
  }

  /** None of them is of use any more. */
  void abandonAll() {
    byIndex.values().forEach(fresh -> abandoned.add(fresh.location.getChunkId()));
    byIndex.clear();
  }

  /** The ids of those to give back; forgotten here. */
  long[] takeAbandoned() {
    long[] ids = abandoned.toLongArray();
    abandoned.clear();
    return ids;
  }
}
