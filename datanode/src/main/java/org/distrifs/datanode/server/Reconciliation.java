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
 * Makes a fenced replica equal to that of another member, fenced too.
 *
 * <p>A block that differs and that the source cannot give fails the whole with {@code
 * CORRUPT_REPLICA}: then another member has to be the source.
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  private final ChunkStore store;
  private final DataRequest.Reconcile request;
  private final Transfer transfer;
  private final DeltaCopy deltaCopy;
  private final EventSums sums;

  Reconciliation(ServerContext context, DataRequest.Reconcile request, Transfer transfer) {
    this.store = context.store();
    this.sums = context.sums();
    this.request = request;
    this.transfer = transfer;
    this.deltaCopy =
        new DeltaCopy(
            store,
            new SourceReads(
                context, request.chunkId(), request.newVersion(), request.source(), true),
            transfer);
  }

  /** Runs without blocking. */
  CompletableFuture<DataReply> run() {
    return deltaCopy
        .run()
        .thenCompose(nothing -> transfer.step(() -> store.drain(request.chunkId())))
        .thenApply(this::conclude);
  }

  /** Bytes that differed and were replaced so far. */
  long bytesCopied() {
    return deltaCopy.bytesCopied();
  }

  private DataReply conclude(ReplicaState state) {
    int sourceId = request.source().nodeId();
    int missing = deltaCopy.blocksMissing();
    if (bytesCopied() > 0 || missing > 0) {
      LOG.debug(
          "Reconciled chunk {} with node {} under version {}: {} bytes copied, {} blocks not to be"
              + " had",
          request.chunkId(),
          sourceId,
          request.newVersion(),
          bytesCopied(),
          missing);
    }
    if (missing > 0) {
      return DataReply.failure(
          Status.CORRUPT_REPLICA,
          missing + " blocks that differ could not be had from node " + sourceId);
    }
    sums.add("replicas reconciled", 1);
    return Exchange.okAfterCopying(state, bytesCopied());
  }
}
