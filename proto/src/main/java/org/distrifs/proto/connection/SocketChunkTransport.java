package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.distrifs.proto.connection.TransportException.Cause;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Hello;

/**
 * The asking side of the data plane over TCP, or over Unix sockets to a listener of the same
 * machine. A connection is made when it is first needed, stays open, and is made again after it
 * broke.
 *
 * <p>A listener that belongs to another cluster, or speaks another format version, answers with a
 * status like any other refusal ({@code WRONG_CLUSTER}, {@code BAD_REQUEST}).
 */
public final class SocketChunkTransport implements ChunkTransport {
  /**
   * The most peers that are remembered. When there are more, those without a connection are
   * forgotten.
   */
  private static final int MAX_PEERS = 4096;

  private final IoThreads io;
  private final LongSupplier clusterId;
  private final String name;
  private final ConnectionBounds bounds;
  private final Map<PeerAddress, Peer> peers = new ConcurrentHashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param io belongs to the caller, who closes it after this
   * @param clusterId this process's cluster, 0 while not known; asked at each new connection
   * @param name of this process for the logs of others, such as {@code mount} or {@code datanode-2}
   */
  public SocketChunkTransport(IoThreads io, LongSupplier clusterId, String name) {
    this(io, clusterId, name, ConnectionBounds.DEFAULT);
  }

  SocketChunkTransport(IoThreads io, LongSupplier clusterId, String name, ConnectionBounds bounds) {
    this.io = io;
    this.clusterId = clusterId;
    this.name = name;
    this.bounds = bounds;
  }

  /**
   * {@inheritDoc}
   *
   * <p>When {@value PeerConnection#MAX_EXCHANGES} requests are under way on a connection, a further
   * one is answered {@code OVERLOADED} without being sent. A request or payload that does not fit a
   * frame fails with {@link IllegalArgumentException}.
   */
  @Override
  public CompletableFuture<ChunkAnswer> send(
      PeerAddress address, DataRequest request, ByteBuf payload, int timeoutMs) {
    final ByteBuf bytes = payload == null ? Unpooled.EMPTY_BUFFER : payload;
    final int expected = request instanceof DataRequest.Write write ? write.length() : 0;
    if (bytes.readableBytes() != expected) {
      final String mismatch =
          "a request for " + expected + " bytes came with " + bytes.readableBytes();
      bytes.release();
      return CompletableFuture.failedFuture(new IllegalArgumentException(mismatch));
    }
    final Peer peer = peer(address);
    final Exchange exchange = new Exchange(peer, request, bytes, timeoutMs);
    peer.enqueued(exchange.weightBytes());
    underWay.incrementAndGet();
    exchange.answer().whenComplete((answer, failure) -> underWay.decrementAndGet());
    try {
      if (closed) {
        throw new RejectedExecutionException("closed");
      }
      peer.connection(Peer.laneOf(request), lane -> connect(peer, lane)).submit(exchange);
    } catch (RejectedExecutionException e) {
      exchange.dropPayload();
      exchange.fail(
          new TransportException(Cause.CLOSED, "this process has closed its connections"));
    }
    return exchange.answer();
  }

  /** Whether answers are expected. Any thread. */
  public boolean isExpecting() {
    return underWay.get() > 0;
  }

  @Override
  public boolean isWritable(PeerAddress address) {
    final Peer peer = peers.get(address);
    return peer == null || peer.isWritable();
  }

  @Override
  public void whenWritable(PeerAddress address, Runnable action) {
    peer(address).whenWritable(action);
  }

  /** Cuts all connections; exchanges under way fail with {@code CLOSED}. */
  @Override
  public void close() {
    closed = true;
    peers.values().forEach(Peer::closeAll);
  }

  private Peer peer(PeerAddress address) {
    final Peer known = peers.get(address);
    if (known != null) {
      return known;
    }
    if (peers.size() >= MAX_PEERS) {
      peers.values().removeIf(Peer::isUnused);
    }
    return peers.computeIfAbsent(address, Peer::new);
  }

  private PeerConnection connect(Peer peer, int lane) {
    final Hello hello = new Hello(clusterId.getAsLong(), name);
    final PeerConnection connection = new PeerConnection(peer, lane, io, hello, bounds);
    connection.start();
    if (closed) {
      connection.close();
    }
    return connection;
  }
}
