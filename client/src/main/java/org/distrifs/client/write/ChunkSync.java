package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;

/**
 * Makes chunks of one file durable on every member of their chains. A chunk whose chain changed, or
 * a member that does not answer, is looked up and tried again until the bound; then nobody can
 * know, and that is {@code EIO}.
 */
final class ChunkSync {
  /** Chunks under way at once. */
  private static final int MAX_PARALLEL = 64;

  private static final long MIN_PAUSE_MS = 20;
  private static final long MAX_PAUSE_MS = 500;

  private final FileWriter file;
  private final WriteServices services;

  /** Why the last member that refused did. */
  private volatile String lastTrouble = "";

  ChunkSync(FileWriter file, WriteServices services) {
    this.file = file;
    this.services = services;
  }

  void run(LongSet indices) throws IOException {
    LongSet left = new LongOpenHashSet(indices);
    long boundNs = TimeUnit.MILLISECONDS.toNanos(services.settings().chunkTimeoutMs());
    long progressNs = services.clock().monotonicNs();
    for (int round = 0; !left.isEmpty(); round++) {
      if (syncSome(left, round > 0)) {
        progressNs = services.clock().monotonicNs();
      } else if (services.clock().monotonicNs() - progressNs >= boundNs) {
        throw new ErrnoException(
            Errno.EIO,
            "sync of %d chunks of inode %d (%s)".formatted(left.size(), file.inode(), lastTrouble));
      } else {
        pause(round);
      }
    }
  }

  /** Tries some of the chunks and takes out those that are durable; false if none became so. */
  private boolean syncSome(LongSet left, boolean askMaster) throws IOException {
    long[] batch = left.longStream().limit(MAX_PARALLEL).toArray();
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (long index : batch) {
      answers.add(sync(index, askMaster));
    }
    boolean any = false;
    long boundMs = services.settings().operationTimeoutMs() + services.settings().packetTimeoutMs();
    for (int i = 0; i < batch.length; i++) {
      if (Replies.await(answers.get(i), boundMs, "sync of inode " + file.inode())) {
        left.remove(batch[i]);
        any = true;
      }
    }
    return any;
  }

  private CompletableFuture<Boolean> sync(long index, boolean askMaster) {
    ChunkLocation own = file.freshLocation(index);
    boolean holdsBytes = own == null || file.isWrittenFresh(index);
    if (!holdsBytes) {
      return CompletableFuture.completedFuture(true);
    }
    ChunkLocation known = own != null ? own : services.chains().cached(file.inode(), index);
    CompletableFuture<Optional<ChunkLocation>> location =
        known != null && !askMaster
            ? CompletableFuture.completedFuture(Optional.of(known))
            : services.chains().lookUp(file.inode(), index);
    // A hole has nothing to sync, unless this session knows better: then the master is asked again.
    return location.thenCompose(
        found ->
            found.isEmpty() || (own == null && found.get().getFresh())
                ? CompletableFuture.completedFuture(own == null)
                : syncMembers(found.get()));
  }

  private CompletableFuture<Boolean> syncMembers(ChunkLocation location) {
    CompletableFuture<Boolean> all =
        CompletableFuture.completedFuture(location.getMembersCount() > 0);
    for (Member member : location.getMembersList()) {
      all = all.thenCombine(syncMember(location, member), Boolean::logicalAnd);
    }
    return all;
  }

  private CompletableFuture<Boolean> syncMember(ChunkLocation location, Member member) {
    DataRequest.Sync request =
        new DataRequest.Sync(location.getChunkId(), location.getVersion(), member.getIncarnation());
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
              boolean done = answer != null && answer.reply().isOk();
              if (!done) {
                lastTrouble = trouble(member, answer, failure);
              }
              return done;
            });
  }

  private static String trouble(Member member, ChunkAnswer answer, Throwable failure) {
    String why =
        answer == null
            ? failure.toString()
            : answer.reply().status() + " " + answer.reply().detail();
    return "node " + member.getNodeId() + ": " + why;
  }

  private void pause(int round) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(round, 10)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "sync of inode " + file.inode(), e);
    }
  }
}
