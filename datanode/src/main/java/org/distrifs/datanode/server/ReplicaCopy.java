package org.distrifs.datanode.server;

import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.log.EventSums;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node's replica, which has joined no chain, a copy of one that goes on taking writes.
 *
 * <p>The source tells its last order before anything else is asked of it. If it still has that
 * order behind the fence, nothing was written since, and what was read afterwards is what is there.
 */
final class ReplicaCopy {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaCopy.class);

  private final ChunkStore store;
  private final DataRequest.Copy request;
  private final Transfers transfers;
  private final Transfer transfer;
  private final SourceReads source;
  private final EventSums sums;
  private final DeltaCopy deltaCopy;
  private DataReply origin;

  ReplicaCopy(
      ServerContext context, DataRequest.Copy request, Transfers transfers, Transfer transfer) {
    this.store = context.store();
    this.sums = context.sums();
    this.request = request;
    this.transfers = transfers;
    this.transfer = transfer;
    this.source =
        new SourceReads(context, request.chunkId(), request.version(), request.source(), false);
    this.deltaCopy = new DeltaCopy(store, source, transfer);
  }

  /** Runs without blocking. */
  CompletableFuture<DataReply> run() {
    return transfer
        .step(() -> store.join(request.chunkId()))
        .thenCompose(nothing -> source.state())
        .thenCompose(this::copyDelta)
        .thenCompose(nothing -> transfer.step(() -> store.drain(request.chunkId())))
        .thenApply(this::conclude);
  }

  /** Bytes that differed and were replaced so far. */
  long bytesCopied() {
    return deltaCopy.bytesCopied();
  }

  private CompletableFuture<Void> copyDelta(DataReply state) {
    origin = state;
    if (state.version() != request.version()) {
      return CompletableFuture.failedFuture(
          new Failures.PeerRefusal(
              Status.STALE_VERSION, "the source is in version " + state.version()));
    }
    return deltaCopy.run();
  }

  private DataReply conclude(ReplicaState state) {
    sums.add("replicas copied from another datanode", 1);
    LOG.debug(
        "Copied chunk {} from node {} in version {}: {} of {} bytes differed, {} blocks are left"
            + " for the reconciliation behind the fence",
        request.chunkId(),
        request.source().nodeId(),
        request.version(),
        bytesCopied(),
        state.lengthBytes(),
        deltaCopy.blocksMissing());
    if (deltaCopy.blocksMissing() == 0) {
      transfers.copied(request.chunkId(), transfer, origin);
    }
    return Exchange.okAfterCopying(transfers.describe(state), bytesCopied());
  }
}
