package org.distrifs.datanode;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.report.DataService;
import org.distrifs.datanode.server.DataServer;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.NodeLease;
import org.distrifs.datanode.server.ServerContext;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.datanode.store.LocalChunkStore;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.connection.ChunkListener;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.log.EventSums;
import org.distrifs.runtime.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A datanode without its ties to the master: store, chain, server and their threads. */
final class DataPlane implements DataService, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

  private static final int TICK_MS = 100;
  private static final int DRAIN_BOUND_MS = 5000;

  final LocalChunkStore store;
  final NodeLease lease;
  final TermGuard terms = new TermGuard();
  final Incarnation incarnation;
  private final DataFolder folder;
  private final CloseStack opened;
  private final DataServer server;
  private final ChunkListener listener;

  private DataPlane(
      DatanodeSettings settings,
      DataFolder folder,
      Disk disk,
      Incarnation incarnation,
      ClockSource clock,
      Metrics metrics,
      CloseStack opened)
      throws IOException {
    this.folder = folder;
    this.opened = opened;
    this.incarnation = incarnation;
    this.lease = new NodeLease(clock);
    store =
        opened.add(
            "chunk store",
            LocalChunkStore.open(
                disk,
                folder.path(),
                folder::clusterId,
                DataFolder.bootId(),
                clock,
                settings.store()));
    registerGauges(metrics);
    IoThreads io =
        opened.add("I/O threads", IoThreads.startRelieved("datanode", settings.ioThreads()));
    store.syncOn(io::stepAside);
    SocketChunkTransport transport =
        opened.add(
            "connections to other members",
            new SocketChunkTransport(io, folder::clusterId, "datanode " + settings.port()));
    server =
        new DataServer(
            new ServerContext(
                store,
                transport,
                clock,
                this::identity,
                lease,
                terms,
                settings.hopTimeoutMs(),
                new EventSums(LOG)),
            metrics);
    ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(NamedThreads.daemon("datanode", "tick"));
    opened.add("ticker", ticker::shutdownNow);
    ticker.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    listener =
        opened.add(
            "listener",
            ChunkListener.start(
                io,
                settings.listenHost(),
                settings.port(),
                settings.unixSockets(),
                this::identity,
                server));
  }

  /**
   * Opens the store and begins to listen.
   *
   * @param folder stays the caller's to close, after this
   * @param incarnation which incarnation of the node requests have to mean
   * @throws OperatorException if the folder or the port cannot be used
   */
  static DataPlane start(
      DatanodeSettings settings,
      DataFolder folder,
      Disk disk,
      Incarnation incarnation,
      ClockSource clock,
      Metrics metrics) {
    CloseStack opened = new CloseStack();
    boolean started = false;
    try {
      DataPlane plane = new DataPlane(settings, folder, disk, incarnation, clock, metrics, opened);
      started = true;
      return plane;
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot read the data folder " + folder.path() + ": " + e.getMessage() + ".", e);
    } finally {
      if (!started) {
        opened.close();
      }
    }
  }

  private void registerGauges(Metrics metrics) {
    metrics.gauge("replicas", "Replicas on this node", store::count);
    metrics.gauge("replicas.dirty", "Replicas not yet marked clean", store::dirtyReplicas);
    metrics.gauge("replicas.open", "Replicas whose files are open", store::openReplicas);
    metrics.gauge("replicas.trash", "Deleted replicas kept in the trash", store::replicasInTrash);
    metrics.gauge(
        "replicas.quarantined",
        "Replicas that a rollback of the master lost, kept for the operator",
        store::quarantinedReplicas);
    metrics.gauge("disk.queue.length", "Disk operations under way", store::waitingOperations);
    metrics.gauge("disk.room.bytes", "Bytes that new replicas may still take", store::roomBytes);
    metrics.gauge("disk.free.bytes", "Bytes free, or kept by the trash", store::freeBytes);
    metrics.gauge("disk.total.bytes", "Bytes of the disk", store::totalBytes);
    metrics.gauge(
        "blocks.corrupt.found", "Corrupt blocks found since the start", store::corruptBlocksFound);
    metrics.gauge("lease.held", "1 while the node may serve", () -> lease.isHeld() ? 1 : 0);
  }

  private void tick() {
    try {
      server.tick();
    } catch (RuntimeException e) {
      LOG.error("A tick of the data server failed", e);
    }
  }

  private NodeIdentity identity() {
    return new NodeIdentity(folder.clusterId(), folder.nodeId(), incarnation.number());
  }

  int port() {
    return listener.port();
  }

  /** After {@link #close}: whether everything was made durable. */
  boolean isLeftInOrder() {
    return !store.hasFailed();
  }

  @Override
  public long bytesCopied() {
    return server.bytesCopied();
  }

  @Override
  public List<Long> troubledChunks(int limit) {
    return server.troubledChunks(limit);
  }

  @Override
  public void revoke(Collection<Long> sessionIds) {
    server.revoke(sessionIds);
  }

  @Override
  public CompletableFuture<Void> discard(long chunkId, int version, Removal removal) {
    return server.discard(chunkId, version, removal);
  }

  @Override
  public int requestsInFlight() {
    return server.requestsInFlight();
  }

  /** Lets what is under way finish, within a bound, and makes everything durable. */
  @Override
  public void close() {
    server.beginClose();
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_BOUND_MS);
    try {
      while (server.requestsInFlight() > 0 && deadlineNs - System.nanoTime() > 0) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (server.requestsInFlight() > 0) {
      LOG.warn("Closing with {} requests under way", server.requestsInFlight());
    }
    opened.close();
  }
}
