package org.distrifs.datanode.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.distrifs.proto.frame.Status;

/** Every replica of this node, in memory: what reports and requests are answered from. */
final class ReplicaIndex {
  private final Map<Long, Replica> replicas = new ConcurrentHashMap<>();

  /** Replicas whose state changed since it was last told to the master. */
  private final Set<Replica> changed = ConcurrentHashMap.newKeySet();

  private final Set<Replica> corrupt = ConcurrentHashMap.newKeySet();

  /** The replica of a chunk, or {@code null}. */
  Replica find(long chunkId) {
    return replicas.get(chunkId);
  }

  Replica get(long chunkId) throws StoreException {
    Replica replica = replicas.get(chunkId);
    if (replica == null) {
      throw new StoreException(Status.NO_SUCH_CHUNK, "there is no replica of chunk " + chunkId);
    }
    return replica;
  }

  /** Adds a replica unless its chunk has one; returns the one that is there then. */
  Replica addIfAbsent(Replica replica) {
    Replica present = replicas.putIfAbsent(replica.chunkId, replica);
    return present == null ? replica : present;
  }

  void remove(Replica replica) {
    replicas.remove(replica.chunkId, replica);
    changed.remove(replica);
    corrupt.remove(replica);
  }

  void changed(Replica replica) {
    changed.add(replica);
  }

  void corrupted(Replica replica) {
    corrupt.add(replica);
  }

  int count() {
    return replicas.size();
  }

  /** Visits the replicas that are on disk. */
  void forEach(Consumer<Replica> visitor) {
    for (Replica replica : replicas.values()) {
      if (!replica.isBorn()) {
        visitor.accept(replica);
      }
    }
  }

  List<Long> takeChanged(int limit) {
    List<Long> taken = new ArrayList<>();
    for (Iterator<Replica> it = changed.iterator(); it.hasNext() && taken.size() < limit; ) {
      taken.add(it.next().chunkId);
      it.remove();
    }
    return taken;
  }

  List<CorruptBlock> corruptBlocks(int limit) {
    List<CorruptBlock> blocks = new ArrayList<>();
    for (Iterator<Replica> it = corrupt.iterator(); it.hasNext() && blocks.size() < limit; ) {
      ReplicaState state = it.next().state();
      if (state.corruptBlocks().isEmpty()) {
        it.remove();
      }
      for (int block : state.corruptBlocks()) {
        if (blocks.size() < limit) {
          blocks.add(new CorruptBlock(state.chunkId(), state.version(), block));
        }
      }
    }
    return blocks;
  }
}
