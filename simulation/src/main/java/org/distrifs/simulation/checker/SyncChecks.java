package org.distrifs.simulation.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What a sync vouched for. One that succeeds vouches for every write that its client accepted
 * before it began, back to the last sync that failed: from then on these count as acknowledged.
 */
public final class SyncChecks {
  private final History history;
  private final BiConsumer<Integer, String> checkMembers;
  private final Map<Integer, Set<WriteRecord>> accepted = new HashMap<>();

  /** A sync under way, with the writes that it is to vouch for. */
  public static final class Sync {
    private final int client;
    private final List<WriteRecord> writes;

    private Sync(int client, List<WriteRecord> writes) {
      this.client = client;
      this.writes = writes;
    }
  }

  /**
   * @param checkMembers checks the members of the chunk at an index, and says when
   */
  public SyncChecks(History history, BiConsumer<Integer, String> checkMembers) {
    this.history = history;
    this.checkMembers = checkMembers;
  }

  /** A client took a write. */
  public void accepted(WriteRecord write) {
    of(write.client).add(write);
  }

  /** A client begins to sync. */
  public Sync begin(int client) {
    return new Sync(client, List.copyOf(of(client)));
  }

  /** A sync answered success. */
  public void succeeded(Sync sync) {
    Set<Integer> chunks = new LinkedHashSet<>();
    List<WriteRecord> vouchedFor = new ArrayList<>(sync.writes);
    vouchedFor.retainAll(of(sync.client));
    for (WriteRecord write : vouchedFor) {
      history.acknowledged(write);
      chunks.add(write.chunk);
    }
    chunks.forEach(
        chunk -> checkMembers.accept(chunk, "when a sync of client " + sync.client + " ended"));
  }

  /** A sync told of a failure: which of the writes it hit is not known. */
  public void failed(Sync sync) {
    of(sync.client).clear();
  }

  private Set<WriteRecord> of(int client) {
    return accepted.computeIfAbsent(client, ignored -> new LinkedHashSet<>());
  }
}
