package org.distrifs.client.write;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.frame.DataRequest;

/** One chunk being made durable on every member that its chain has now. Thread-safe. */
final class SyncAttempt {
  private final FileWriter file;
  private final WriteServices services;
  private final long index;
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private final AtomicBoolean asking = new AtomicBoolean();

  /** Null until it is known. */
  private volatile ChunkLocation location;

  private volatile ChainTrouble trouble;

  SyncAttempt(FileWriter file, WriteServices services, long index) {
    this.file = file;
    this.services = services;
    this.index = index;
  }

  /**
   * Whether the chunk is durable on all; completes exceptionally when the master did not tell where
   * it is.
   */
  CompletableFuture<Boolean> done() {
    return done;
  }

  /** Where the chunk was sought; null when that is not known yet. */
  ChunkLocation location() {
    return location;
  }

  /** Why a member refused; null when none did. */
  ChainTrouble trouble() {
    return trouble;
  }

  /** The chunk is not on any datanode, and need not be. */
  void nothingToDo() {
    done.complete(true);
  }

  /** The chunk should be there and was not found: to be asked for again. */
  void notFound() {
    done.complete(false);
  }

  void failed(Throwable failure) {
    done.completeExceptionally(failure);
  }

  void run(ChunkLocation found) {
    location = found;
    CompletableFuture<Boolean> all = CompletableFuture.completedFuture(found.getMembersCount() > 0);
    for (Member member : found.getMembersList()) {
      all = all.thenCombine(sync(found, member), Boolean::logicalAnd);
    }
    all.thenAccept(done::complete);
  }

  private CompletableFuture<Boolean> sync(ChunkLocation found, Member member) {
    DataRequest.Sync request =
        new DataRequest.Sync(found.getChunkId(), found.getVersion(), member.getIncarnation());
    return services
        .transport()
        .send(
            new PeerAddress(member.getHost(), member.getPort()),
            request,
            null,
            services.settings().packetTimeoutMs())
        .handle(
            (answer, failure) -> {
              if (answer != null) {
                answer.payload().release();
              }
              boolean synced = answer != null && answer.reply().isOk();
              if (!synced) {
                ChainTrouble seen = ChainTrouble.of(member.getNodeId(), answer, failure);
                ChainTrouble before = trouble;
                trouble = before == null ? seen : before.worse(seen);
              }
              return synced;
            });
  }

  /**
   * Some member does not answer: asks the master, in the background, whether the chain is another
   * by now. Then its members are to be asked, and nobody waits for the former ones.
   */
  void checkChain() {
    ChunkLocation asked = location;
    if (asked == null || done.isDone() || !asking.compareAndSet(false, true)) {
      return;
    }
    services
        .chains()
        .lookUp(file.inode(), index)
        .whenComplete(
            (found, failure) -> {
              asking.set(false);
              boolean changed =
                  failure == null
                      && (found.isEmpty()
                          || found.get().getChunkId() != asked.getChunkId()
                          || found.get().getVersion() != asked.getVersion());
              if (changed) {
                done.complete(false);
              }
            });
  }
}
