package org.distrifs.master.deletion;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;

/**
 * Finds chunks without a file of which no replica is left, so that the journal can forget them: all
 * members of their last chain, but for those taken out of the cluster, are alive and have told all
 * they hold since the chunk was found here, and nobody holds it.
 */
public final class ForgottenChunks {

  /** Chunks in one journal entry at most. */
  private static final int MAX_IN_ENTRY = 1000;

  /** Chunks without a file that are watched at once; others come later. */
  private static final int MAX_WATCHED = 100_000;

  private final DeletionFacts facts;
  private final DatanodeRegistry registry;

  /** When a chunk without a file was first come to, by chunk. */
  private final Long2LongOpenHashMap watchedSinceNs = new Long2LongOpenHashMap();

  private List<Long> proven = new ArrayList<>();

  public ForgottenChunks(DeletionFacts facts, DatanodeRegistry registry) {
    this.facts = facts;
    this.registry = registry;
  }

  /** Takes note of a chunk that the census came to. */
  public void visit(ChunkInfo chunk, long nowNs) {
    if (!chunk.isDetached() || !facts.revocationsAreInForce()) {
      return;
    }
    if (!watchedSinceNs.containsKey(chunk.id())) {
      if (watchedSinceNs.size() < MAX_WATCHED) {
        watchedSinceNs.put(chunk.id(), nowNs);
      }
    } else if (proven.size() < MAX_IN_ENTRY && isGone(chunk)) {
      watchedSinceNs.remove(chunk.id());
      proven.add(chunk.id());
    }
  }

  private boolean isGone(ChunkInfo chunk) {
    long sinceNs = watchedSinceNs.get(chunk.id());
    for (int member : chunk.members()) {
      Datanode node = registry.find(member);
      if (facts.isForgotten(member)) {
        continue;
      }
      if (node == null || !node.isAlive() || !node.hasReportedSince(sinceNs)) {
        return false;
      }
    }
    return registry.nodes().stream().allMatch(node -> node.replica(chunk.id()) == null);
  }

  /** Chunks to be forgotten, each once. */
  public List<Long> take() {
    List<Long> taken = proven;
    proven = new ArrayList<>();
    return taken;
  }
}
