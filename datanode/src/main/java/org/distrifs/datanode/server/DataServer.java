package org.distrifs.datanode.server;

import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.distrifs.datanode.chain.ChainMember;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.Removal;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.metrics.Metrics;

/** Answers the requests of clients, other members and the master. */
public final class DataServer implements ChunkRequestHandler {

  /** Requests under way at most. */
  static final int MAX_REQUESTS = 16_384;

  /** Bytes of client writes under way at most; writes from other members were counted there. */
  static final long MAX_WRITE_BYTES = 256L << 20;

  private static final int MIB = 1 << 20;

  private final ServerContext context;
  private final ChunkStore store;
  private final Transfers transfers = new Transfers();
  private final ChunkSlots slots;
  private final RevokedSessions revoked = new RevokedSessions();
  private final RequestMetrics metrics;
  private volatile boolean closing;

  public DataServer(ServerContext context, Metrics metrics) {
    this.context = context;
    this.store = context.store();
    this.slots = new ChunkSlots(context, transfers);
    this.metrics = new RequestMetrics(metrics);
    metrics.gauge("chunks.active", "Chunks that requests came for lately", slots::count);
  }

  /**
   * To be called a few times a second: ends waits whose bound has passed, and logs what has been
   * done.
   */
  public void tick() {
    slots.tick();
    context.sums().tick(context.clock().monotonicNs());
  }

  /** Takes no more writes; what is under way goes on. */
  public void beginClose() {
    closing = true;
    context.sums().tell(context.clock().monotonicNs());
  }

  /** Requests under way. */
  public int requestsInFlight() {
    return metrics.inFlight();
  }

  @Override
  public void handle(DataRequest request, ByteBuf payload, Answer answer) {
    Exchange exchange =
        new Exchange(
            answer, metrics, context, RequestMetrics.Kind.of(request), payload.readableBytes());
    if (request instanceof DataRequest.Write write) {
      write(write, payload, exchange);
      return;
    }
    payload.release();
    DataReply refusal =
        metrics.inFlight() > MAX_REQUESTS
            ? DataReply.failure(Status.OVERLOADED, MAX_REQUESTS + " requests are under way")
            : null;
    if (refusal != null) {
      exchange.reply(refusal);
    } else if (request instanceof DataRequest.Read read) {
      read(read, exchange);
    } else if (request instanceof DataRequest.Sync sync) {
      sync(sync, exchange);
    } else if (request instanceof DataRequest.Checksums checksums) {
      checksums(checksums, exchange);
    } else if (request instanceof DataRequest.Fence fence) {
      command(
          fence.chunkId(),
          fence.incarnation(),
          fence.term(),
          exchange,
          member -> member.fence(fence.newVersion(), fence.stopReads(), exchange));
    } else if (request instanceof DataRequest.Reconcile reconcile) {
      command(
          reconcile.chunkId(),
          reconcile.incarnation(),
          reconcile.term(),
          exchange,
          member -> reconcile(member, reconcile, exchange));
    } else if (request instanceof DataRequest.Install install) {
      command(
          install.chunkId(),
          install.incarnation(),
          install.term(),
          exchange,
          member -> install(member, install, exchange));
    } else if (request instanceof DataRequest.Copy copy) {
      command(
          copy.chunkId(),
          copy.incarnation(),
          copy.term(),
          exchange,
          member -> copy(member, copy, exchange));
    } else if (request instanceof DataRequest.Probe probe) {
      DataReply other = refusalOfIncarnation(probe.incarnation());
      exchange.reply(other == null ? DataReply.ok() : other);
    }
  }

  private void write(DataRequest.Write write, ByteBuf payload, Exchange exchange) {
    DataReply refusal = refusalOfWrite(write, payload);
    slots.run(
        write.chunkId(),
        new ChunkSlot.Call() {
          @Override
          public void run(ChainMember<Exchange> member) {
            // Checked under the lock of the slot: a revocation is in force once each of these locks
            // was free after it.
            DataReply over = write.position() == 0 ? revoked.refusalOf(write.sessionId()) : null;
            DataReply why = refusal == null ? over : refusal;
            member.write(write, payload, exchange, why, context.nowMs());
          }

          @Override
          public void fail(DataReply reply) {
            payload.release();
            exchange.reply(reply);
          }
        });
  }

  /** Why this node as a whole does not take a write, or {@code null}. */
  private DataReply refusalOfWrite(DataRequest.Write write, ByteBuf payload) {
    boolean fromClient = write.position() == 0;
    if (!context.lease().isHeld() || closing) {
      return noLease();
    }
    if (write.length() != payload.readableBytes()
        || write.offset() < 0
        || write.offset() > ChunkStore.MAX_CHUNK_BYTES - write.length()) {
      return DataReply.failure(
          Status.BAD_REQUEST,
          "%d bytes at offset %d came with a payload of %d"
              .formatted(write.length(), write.offset(), payload.readableBytes()));
    }
    if (BlockChecksums.firstMismatch(payload, write.offset(), write.checksums()) >= 0) {
      return DataReply.failure(
          Status.CORRUPT_REQUEST, "the bytes do not match the checksums that came with them");
    }
    if (fromClient
        && (metrics.inFlight() > MAX_REQUESTS || metrics.bytesInFlight() > MAX_WRITE_BYTES)) {
      return DataReply.failure(
          Status.OVERLOADED, metrics.bytesInFlight() + " bytes of writes are under way");
    }
    return refusalForSpace(write);
  }

  private DataReply refusalForSpace(DataRequest.Write write) {
    if (store.hasRoomToCreate()) {
      return null;
    }
    ReplicaState state = store.find(write.chunkId());
    boolean grows = state == null || write.offset() + write.length() > state.lengthBytes();
    boolean hasRoom = state != null && (!grows || store.hasRoomToGrow());
    return hasRoom
        ? null
        : DataReply.failure(
            Status.NO_SPACE,
            "node %d has %d bytes left".formatted(context.nodeId(), store.freeBytes()));
  }

  private DataReply noLease() {
    return DataReply.failure(
        Status.NO_LEASE, "node " + context.nodeId() + " has not been heard by the master lately");
  }

  private DataReply refusalOfIncarnation(long incarnation) {
    return incarnation == context.incarnation()
        ? null
        : DataReply.failure(
            Status.WRONG_INCARNATION, "node " + context.nodeId() + " was started again");
  }

  /** Calls the member of a chunk, or answers if its replica cannot be opened. */
  private void withMember(long chunkId, Exchange exchange, Consumer<ChainMember<Exchange>> call) {
    slots.run(
        chunkId,
        new ChunkSlot.Call() {
          @Override
          public void run(ChainMember<Exchange> member) {
            call.accept(member);
          }

          @Override
          public void fail(DataReply reply) {
            exchange.reply(reply);
          }
        });
  }

  private void read(DataRequest.Read read, Exchange exchange) {
    DataReply refusal = refusalOfContent(read.incarnation(), read.reconcile());
    if (refusal == null
        && (read.offset() < 0
            || read.offset() % DataRequest.BLOCK_BYTES != 0
            || read.length() <= 0
            || read.length() > DataRequest.MAX_PAYLOAD_BYTES)) {
      refusal =
          DataReply.failure(
              Status.BAD_REQUEST, read.length() + " bytes at " + read.offset() + " to be read");
    }
    if (refusal != null) {
      exchange.reply(refusal);
      return;
    }
    withMember(read.chunkId(), exchange, member -> member.read(read, exchange, context.nowMs()));
  }

  /** Members of a change ask one another whether or not they hold leases. */
  private DataReply refusalOfContent(long incarnation, boolean reconcile) {
    DataReply refusal = refusalOfIncarnation(incarnation);
    return refusal == null && !reconcile && !context.lease().isHeld() ? noLease() : refusal;
  }

  private void sync(DataRequest.Sync sync, Exchange exchange) {
    DataReply refusal = refusalOfContent(sync.incarnation(), false);
    if (refusal != null) {
      exchange.reply(refusal);
      return;
    }
    withMember(
        sync.chunkId(),
        exchange,
        member -> {
          DataReply stale = member.refusalOfRead(sync.version(), false);
          if (stale != null) {
            exchange.reply(stale);
          } else {
            answerWith(
                exchange, store.sync(sync.chunkId()), (e, nothing) -> e.reply(DataReply.ok()));
          }
        });
  }

  private void checksums(DataRequest.Checksums request, Exchange exchange) {
    DataReply refusal = refusalOfContent(request.incarnation(), request.reconcile());
    if (refusal == null && (request.offset() < 0 || request.offset() % MIB != 0)) {
      refusal = DataReply.failure(Status.BAD_REQUEST, "checksums from offset " + request.offset());
    }
    if (refusal != null) {
      exchange.reply(refusal);
      return;
    }
    withMember(
        request.chunkId(),
        exchange,
        member -> {
          DataReply stale = member.refusalOfRead(request.version(), request.reconcile());
          if (stale != null) {
            exchange.reply(stale);
          } else {
            new ChecksumAnswer(store, request, exchange).send();
          }
        });
  }

  /** A step of a change, from the master. */
  private void command(
      long chunkId,
      long incarnation,
      long term,
      Exchange exchange,
      Consumer<ChainMember<Exchange>> call) {
    DataReply refusal = refusalOfIncarnation(incarnation);
    if (refusal == null && !context.terms().admit(term)) {
      refusal =
          DataReply.failure(
              Status.SUPERSEDED, "term " + term + " is below " + context.terms().highest());
    }
    if (refusal != null) {
      exchange.reply(refusal);
      return;
    }
    withMember(chunkId, exchange, call);
  }

  private static void install(
      ChainMember<Exchange> member, DataRequest.Install install, Exchange exchange) {
    if (install.lengthBytes() < DataRequest.KEEP_LENGTH
        || install.lengthBytes() > ChunkStore.MAX_CHUNK_BYTES) {
      exchange.reply(DataReply.failure(Status.BAD_REQUEST, "a length of " + install.lengthBytes()));
      return;
    }
    member.install(install, exchange);
  }

  private void reconcile(
      ChainMember<Exchange> member, DataRequest.Reconcile request, Exchange exchange) {
    DataReply refusal = member.refusalUnlessFenced(request.newVersion());
    if (refusal != null) {
      exchange.reply(refusal);
    } else if (request.source().nodeId() == context.nodeId()) {
      // A RECONCILE with itself: no member has these blocks whole, so that the source keeps the
      // bytes that it has.
      answerWith(
          exchange,
          store.rechecksum(request.chunkId()).thenCompose(blocks -> store.drain(request.chunkId())),
          (e, state) -> e.reply(Exchange.okWith(state)));
    } else {
      member.beginReconciliation();
      Transfer transfer = transfers.beginReconciliation(request.chunkId());
      Reconciliation reconciliation = new Reconciliation(context, request, transfer);
      CompletableFuture<DataReply> reconciled =
          reconciliation
              .run()
              .whenComplete(
                  (reply, failure) -> {
                    transfers.reconciliationEnded(request.chunkId(), transfer);
                    metrics.reconciled(reconciliation.bytesCopied());
                  });
      answerWith(exchange, reconciled, Exchange::reply);
    }
  }

  /** Runs while the member is locked, so that no copy can begin or change what it decides. */
  private void copy(ChainMember<Exchange> member, DataRequest.Copy request, Exchange exchange) {
    DataReply refusal = member.refusalOfJoining(request.version());
    if (refusal == null && request.source().nodeId() == context.nodeId()) {
      refusal = DataReply.failure(Status.BAD_REQUEST, "a node cannot copy from itself");
    }
    Transfer transfer = refusal == null ? transfers.beginCopy(request.chunkId()) : null;
    if (transfer == null) {
      exchange.reply(
          refusal != null
              ? refusal
              : DataReply.failure(
                  Status.OVERLOADED, Transfers.MAX_COPIES + " copies are being made"));
      return;
    }
    member.join(request.version());
    ReplicaCopy copy = new ReplicaCopy(context, request, transfers, transfer);
    CompletableFuture<DataReply> copied =
        copy.run()
            .whenComplete(
                (reply, failure) -> {
                  transfers.copyEnded(request.chunkId(), transfer);
                  metrics.copied(copy.bytesCopied());
                  slots.forgetIfAbsent(request.chunkId());
                });
    answerWith(exchange, copied, Exchange::reply);
  }

  /**
   * Moves a replica to the trash or into quarantine, if it has this version and nothing is going on
   * with it.
   *
   * @return completes when it is gone, or is known to stay
   */
  public CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    return slots.discard(chunkId, version, removal);
  }

  /**
   * Accepts no write of these sessions any more. Returns when that is in force for every write that
   * has not been accepted by then.
   */
  public void revoke(Collection<Long> sessionIds) {
    if (!sessionIds.isEmpty()) {
      revoked.add(sessionIds);
      slots.awaitCalls();
    }
  }

  /** Bytes that differed in copies and reconciliations, since the process began. */
  public long bytesCopied() {
    return metrics.bytesThatDiffered();
  }

  /** Chunks that were fenced, or had a write stuck behind them, for too long. */
  public List<Long> troubledChunks(int limit) {
    return slots.troubled(limit);
  }

  static <T> void answerWith(
      Exchange exchange, CompletableFuture<T> future, BiConsumer<Exchange, T> onSuccess) {
    future.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            onSuccess.accept(exchange, value);
          } else {
            exchange.reply(Failures.replyTo(failure));
          }
        });
  }
}
