package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.chain.ChainActions;
import org.distrifs.datanode.chain.ChainMember;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts the chain member of one chunk: calls it from one thread at a time, and carries out what it
 * asks for, in order, before the next call. Nothing that is done under the lock blocks.
 */
final class ChunkSlot implements ChainActions<Exchange> {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkSlot.class);

  /** Calls that wait while the replica is being opened. */
  static final int MAX_DEFERRED = 4096;

  private static final DataReply OVERLOADED =
      DataReply.failure(
          Status.OVERLOADED, MAX_DEFERRED + " requests wait for the replica to be opened");

  /** Something to do with the member. */
  interface Call {
    void run(ChainMember<Exchange> member);

    /** Instead of {@link #run}, if the replica cannot be opened. */
    void fail(DataReply reply);
  }

  private final long chunkId;
  private final ServerContext context;

  private final Transfers transfers;
  private final ReplicaReads reads;

  /** The slots whose member waits for something; this one puts itself there. */
  private final Set<ChunkSlot> watched;

  private final Queue<Runnable> outbox = new ArrayDeque<>();
  private final Queue<Call> deferred = new ArrayDeque<>();
  private ChainMember<Exchange> member;
  private boolean drainingOutbox;

  /** The replica is being opened or deleted: calls wait until the member is known. */
  private boolean busy;

  private boolean retired;

  ChunkSlot(
      long chunkId,
      ServerContext context,
      Transfers transfers,
      ReplicaReads reads,
      Set<ChunkSlot> watched) {
    this.chunkId = chunkId;
    this.context = context;
    this.transfers = transfers;
    this.reads = reads;
    this.watched = watched;
  }

  long chunkId() {
    return chunkId;
  }

  /** Makes a call now, or when the replica is open; false if this slot was given up. */
  synchronized boolean run(Call call) {
    if (retired) {
      return false;
    }
    if (member != null) {
      call.run(member);
      drainOutbox();
    } else if (deferred.size() >= MAX_DEFERRED) {
      call.fail(OVERLOADED);
    } else {
      deferred.add(call);
      load();
    }
    return true;
  }

  private void load() {
    if (busy) {
      return;
    }
    busy = true;
    ChainMember<Exchange> fresh = new ChainMember<>(context.identity(), this);
    if (context.store().find(chunkId) == null) {
      loaded(fresh);
      return;
    }
    context
        .store()
        .open(chunkId)
        .whenComplete(
            (replica, failure) -> {
              if (failure == null) {
                loaded(fresh, replica);
              } else {
                loadFailed(Failures.replyTo(failure));
              }
            });
  }

  private synchronized void loaded(ChainMember<Exchange> fresh, OpenedReplica replica) {
    fresh.load(replica);
    loaded(fresh);
  }

  private void loaded(ChainMember<Exchange> fresh) {
    member = fresh;
    busy = false;
    while (member != null && !deferred.isEmpty()) {
      deferred.poll().run(member);
    }
    drainOutbox();
  }

  private synchronized void loadFailed(DataReply reply) {
    retired = true;
    busy = false;
    deferred.forEach(call -> call.fail(reply));
    deferred.clear();
  }

  /** A result that the member waits for, unless its replica was deleted meanwhile. */
  private synchronized void resume(Runnable call) {
    if (member != null) {
      call.run();
    }
    drainOutbox();
  }

  /** An action may end at once and call back: that call waits for its turn. */
  private void drainOutbox() {
    if (drainingOutbox) {
      return;
    }
    drainingOutbox = true;
    try {
      for (Runnable action = outbox.poll(); action != null; action = outbox.poll()) {
        action.run();
      }
    } finally {
      drainingOutbox = false;
    }
    if (member != null && member.isWaiting()) {
      watched.add(this);
    }
  }

  /** Ends waits of reads whose bound has passed; false if the member waits for nothing any more. */
  synchronized boolean tick(long nowMs) {
    if (retired || member == null) {
      return false;
    }
    member.tick(nowMs);
    drainOutbox();
    return member.isWaiting();
  }

  /**
   * Moves the replica to the trash or into quarantine, unless it is not in this version or
   * something is going on with it. What is asked meanwhile waits, and finds no replica. False if
   * this slot was given up.
   *
   * @param done completes when the replica is gone, or is known to stay
   */
  boolean discard(int version, Removal removal, CompletableFuture<Void> done) {
    return run(
        new Call() {
          @Override
          public void run(ChainMember<Exchange> present) {
            DataReply refusal =
                transfers.isUnderWay(chunkId)
                    ? DataReply.failure(Status.OVERLOADED, "it is being copied")
                    : present.refusalOfDiscarding(version);
            if (refusal != null) {
              fail(refusal);
            } else {
              discardNow(version, removal, done);
            }
          }

          @Override
          public void fail(DataReply reply) {
            // That there is none is what was wanted: the order came twice.
            if (reply.status() != Status.NO_SUCH_CHUNK) {
              context.sums().add("replicas not deleted", 1);
              LOG.debug(
                  "Did not delete the replica of chunk {} in version {}: {}, {}",
                  chunkId,
                  Integer.toUnsignedString(version),
                  reply.status(),
                  reply.detail());
            }
            done.complete(null);
          }
        });
  }

  private void discardNow(int version, Removal removal, CompletableFuture<Void> done) {
    transfers.forget(chunkId);
    member = null;
    busy = true;
    context
        .store()
        .discard(chunkId, version, removal)
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                String where = removal == Removal.TO_TRASH ? "to the trash" : "into quarantine";
                context.sums().add("replicas moved " + where, 1);
                LOG.debug(
                    "Moved the replica of chunk {} in version {} {}",
                    chunkId,
                    Integer.toUnsignedString(version),
                    where);
              } else {
                LOG.warn("Cannot delete the replica of chunk {}", chunkId, failure);
              }
              reload();
              done.complete(null);
            });
  }

  private synchronized void reload() {
    busy = false;
    load();
  }

  /** Returns when no call is being made that began before. */
  synchronized void awaitCall() {
    // Whoever has the lock after this sees what the caller did before.
  }

  synchronized boolean isTroubled() {
    return !retired && member != null && member.isTroubled();
  }

  /** Gives the slot up if its replica could not be made. */
  synchronized void retireIfAbsent() {
    retired |= member != null && context.store().find(chunkId) == null;
  }

  /** Gives the slot up if nothing would be lost; the next request makes a new one. */
  synchronized boolean retireIfIdle(long nowMs) {
    boolean isIdle = member != null && member.canForget(nowMs);
    retired |= isIdle;
    return retired;
  }

  // --- what the member asks for

  @Override
  public void apply(DataRequest.Write write, boolean alreadyApplied, ByteBuf payload) {
    outbox.add(
        () ->
            context
                .store()
                .write(write, alreadyApplied, payload)
                .whenComplete((nothing, failure) -> applied(write, failure)));
  }

  private void applied(DataRequest.Write write, Throwable failure) {
    DataReply result = failure == null ? DataReply.ok() : Failures.replyTo(failure);
    synchronized (this) {
      resume(() -> member.applied(write, result));
      // A replica that could not be made needs no slot.
      retired |= failure != null && context.store().find(chunkId) == null;
    }
  }

  @Override
  public void forward(ChainHop next, int hopsBehind, DataRequest.Write write, ByteBuf payload) {
    PeerAddress peer = new PeerAddress(next.host(), next.port());
    int timeoutMs = Math.multiplyExact(context.hopTimeoutMs(), hopsBehind);
    outbox.add(
        () ->
            context
                .transport()
                .send(peer, write, payload, timeoutMs)
                .whenComplete((answer, failure) -> forwarded(write, answer, failure)));
  }

  @Override
  public void resend(DataRequest.Write write, ChainHop next, int hopsBehind) {
    int blockStart = write.offset() - write.offset() % DataRequest.BLOCK_BYTES;
    int length = write.offset() + write.length() - blockStart;
    outbox.add(
        () ->
            context
                .store()
                .readVerified(chunkId, blockStart, length)
                .whenComplete(
                    (blocks, failure) -> {
                      if (failure != null) {
                        // The bytes cannot be read here, so this member is the one that failed.
                        applied(write, failure);
                      } else {
                        resend(write, next, hopsBehind, blocks.bytes(), blockStart);
                      }
                    }));
  }

  private void resend(
      DataRequest.Write write, ChainHop next, int hopsBehind, ByteBuf blocks, int blockStart) {
    ByteBuf bytes = blocks.skipBytes(write.offset() - blockStart);
    bytes.writerIndex(bytes.readerIndex() + write.length());
    DataRequest.Write withPresentBytes =
        write.withChecksums(BlockChecksums.ofParts(bytes, write.offset()));
    resume(() -> forward(next, hopsBehind, withPresentBytes, bytes));
  }

  private void forwarded(DataRequest.Write write, ChunkAnswer answer, Throwable failure) {
    DataReply reply;
    if (failure == null) {
      answer.payload().release();
      reply = answer.reply();
    } else {
      reply = Failures.replyTo(failure);
    }
    resume(() -> member.forwarded(write, reply));
  }

  @Override
  public void answer(Exchange exchange, DataReply reply) {
    outbox.add(() -> exchange.reply(reply));
  }

  @Override
  public void answerWhenSynced(Exchange exchange, DataRequest.Write write) {
    outbox.add(() -> new ChainSync(context, write).run().thenAccept(exchange::reply));
  }

  @Override
  public void serve(Exchange exchange, DataRequest.Read read) {
    outbox.add(() -> reads.serve(read, exchange, () -> readAgain(exchange, read)));
  }

  /**
   * A read cannot be served from the file, because a block there does not match. Writes of its
   * range may have been accepted since it was admitted, and must not be seen before they are on
   * every member. So it is admitted once more, and is then read in order with those writes.
   */
  private synchronized void readAgain(Exchange exchange, DataRequest.Read read) {
    if (member == null) {
      exchange.reply(DataReply.failure(Status.NO_SUCH_CHUNK, "the replica was deleted meanwhile"));
      return;
    }
    DataRequest.Read verified =
        new DataRequest.Read(
            read.chunkId(),
            read.version(),
            read.incarnation(),
            read.offset(),
            read.length(),
            true,
            read.reconcile());
    resume(() -> member.read(verified, exchange, context.nowMs()));
  }

  @Override
  public void answerWhenDrained(Exchange exchange) {
    // Nothing else may change a replica that is fenced.
    transfers.stop(chunkId);
    outbox.add(
        () ->
            context
                .store()
                .drain(chunkId)
                .whenComplete(
                    (state, failure) ->
                        exchange.reply(
                            failure == null
                                ? Exchange.okWith(transfers.describe(state))
                                : Failures.replyTo(failure))));
  }

  @Override
  public void install(Exchange exchange, DataRequest.Install install) {
    transfers.forget(chunkId);
    outbox.add(
        () ->
            context
                .store()
                .install(chunkId, install.newVersion(), install.nodeIds(), install.lengthBytes())
                .whenComplete((replica, failure) -> installed(exchange, replica, failure)));
  }

  private void installed(Exchange exchange, OpenedReplica replica, Throwable failure) {
    if (failure != null) {
      exchange.reply(Failures.replyTo(failure));
      return;
    }
    resume(() -> member.installed(replica));
    exchange.reply(Exchange.okWith(replica.state()), Unpooled.EMPTY_BUFFER);
  }

  @Override
  public void fullyAcknowledged(boolean acknowledged) {
    outbox.add(() -> context.store().setFullyAcknowledged(chunkId, acknowledged));
  }
}
