package org.distrifs.simulation.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Checks that syncs keep their promise. A sync that succeeds covers every write that its client
 * accepted between the last sync that failed and the beginning of this one. From then on these
 * writes count as acknowledged.
 */
public final class SyncChecks {
  private final History history;
  private final BiConsumer<Integer, String> checkMembers;
  private final Map<Integer, Set<WriteRecord>> accepted = new HashMap<>();

  /** A sync under way, with the writes that it covers. */
  public static final class Sync {
    private final int client;
    private final List<WriteRecord> writes;

    private Sync(int client, List<WriteRecord> writes) {
      this.client = client;
      this.writes = writes;
    }
  }

  /**
   * @param checkMembers checks the members of the chunk at an index; the text says when, for
   *     violations
   */
  public SyncChecks(History history, BiConsumer<Integer, String> checkMembers) {
    this.history = history;
    this.checkMembers = checkMembers;
  }

  /** Records that a client accepted a write. */
  public void accepted(WriteRecord write) {
    of(write.client).add(write);
  }

  /** Records that a client begins to sync. */
  public Sync begin(int client) {
    return new Sync(client, List.copyOf(of(client)));
  }

  /** Records that a sync succeeded, and checks the members that it wrote to. */
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

  /** Records that a sync failed. It is not known which of its writes are lost. */
  public void failed(Sync sync) {
    of(sync.client).clear();
  }

  private Set<WriteRecord> of(int client) {
    return accepted.computeIfAbsent(client, ignored -> new LinkedHashSet<>());
  }
}
