package org.distrifs.proto.connection;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening side of the data plane, over TCP and beside that over Unix sockets for processes of
 * the same machine. Requests go to a {@link ChunkRequestHandler} on the I/O thread of their
 * connection.
 *
 * <p>When a peer breaks the protocol, its connection is closed with one log line. If the listener
 * itself fails, the process halts: its peers then see a refused connection, rather than a node that
 * sends heartbeats and does not serve.
 */
public final class ChunkListener implements AutoCloseable {
  /** The most connections at once. A further one is closed at once. */
  static final int MAX_CONNECTIONS = 1024;

  /** The most bytes of requests and answers that may be under way on one connection. */
  static final int MAX_BYTES_PER_CONNECTION = 16 << 20;

  /** What each connection may have under way at least, however many there are; in bytes. */
  static final int MIN_BYTES_PER_CONNECTION = 2 << 20;

  /** What all connections together may have under way, in bytes. */
  static final int MAX_BYTES = 256 << 20;

  private static final int BACKLOG = 1024;
  private static final int ACCEPT_PAUSE_MS = 1000;
  private static final int CLOSE_BOUND_MS = 3000;

  private static final Logger LOG = LoggerFactory.getLogger(ChunkListener.class);

  private final IoThreads io;
  private final Supplier<NodeIdentity> identity;
  private final ChunkRequestHandler handler;
  private final ConnectionBounds bounds;
  private final Set<ListenerConnection> connections = ConcurrentHashMap.newKeySet();
  private final List<Channel> local = new CopyOnWriteArrayList<>();
  private volatile boolean closing;
  private volatile Channel channel;

  private ChunkListener(
      IoThreads io,
      Supplier<NodeIdentity> identity,
      ChunkRequestHandler handler,
      ConnectionBounds bounds) {
    this.io = io;
    this.identity = identity;
    this.handler = handler;
    this.bounds = bounds;
  }

  /**
   * Starts to listen.
   *
   * @param host an address or name of this machine; {@code 127.0.0.1} unless the operator wants
   *     others to reach it
   * @param port 0 to have a free one chosen, see {@link #port}
   * @param unixSockets whether processes of this machine may connect by Unix sockets too
   * @param identity asked at each HELLO
   * @throws OperatorException if the host is not of this machine or the port is in use
   */
  public static ChunkListener start(
      IoThreads io,
      String host,
      int port,
      boolean unixSockets,
      Supplier<NodeIdentity> identity,
      ChunkRequestHandler handler) {
    return start(io, host, port, unixSockets, identity, handler, ConnectionBounds.DEFAULT);
  }

  static ChunkListener start(
      IoThreads io,
      String host,
      int port,
      boolean unixSockets,
      Supplier<NodeIdentity> identity,
      ChunkRequestHandler handler,
      ConnectionBounds bounds) {
    final ChunkListener listener = new ChunkListener(io, identity, handler, bounds);
    listener.bind(host, port);
    if (unixSockets && io.isEpoll()) {
      LocalSockets.besideListener((InetSocketAddress) listener.channel.localAddress())
          .forEach(listener::listenLocally);
    }
    return listener;
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** Connections at present. */
  public int connections() {
    return connections.size();
  }

  /** Stops listening and cuts all connections. Not to be called on an I/O thread. */
  @Override
  public void close() {
    closing = true;
    // The port last: whoever can have it can have the names beside it.
    local.forEach(each -> each.close().awaitUninterruptibly(CLOSE_BOUND_MS));
    channel.close().awaitUninterruptibly(CLOSE_BOUND_MS);
    for (final ListenerConnection connection : connections) {
      connection.channel().close().awaitUninterruptibly(CLOSE_BOUND_MS);
    }
  }

  NodeIdentity identity() {
    return identity.get();
  }

  ChunkRequestHandler handler() {
    return handler;
  }

  /** What one connection may have under way now, in bytes. */
  int shareBytes() {
    final int share = MAX_BYTES / Math.max(1, connections.size());
    return Math.max(MIN_BYTES_PER_CONNECTION, Math.min(MAX_BYTES_PER_CONNECTION, share));
  }

  void forget(ListenerConnection connection) {
    connections.remove(connection);
  }

  private void bind(String host, int port) {
    final ChannelFuture bound =
        new ServerBootstrap()
            .group(io.group())
            .channel(io.listenerType())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new AcceptFailures())
            .childHandler(new Accepted())
            .bind(address(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw BindFailure.describe("chunk data", host, port, bound.cause());
    }
    channel = bound.channel();
    channel.closeFuture().addListener(gone -> haltUnlessClosing());
  }

  /** Whoever cannot connect to it, because it is not there, uses TCP. */
  private void listenLocally(DomainSocketAddress address) {
    final ChannelFuture bound =
        new ServerBootstrap()
            .group(io.group())
            .channel(io.localListenerType())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .handler(new AcceptFailures())
            .childHandler(new Accepted())
            .bind(address)
            .awaitUninterruptibly();
    if (bound.isSuccess()) {
      local.add(bound.channel());
    } else {
      LOG.warn(
          "Cannot listen on the Unix socket {}, so processes of this machine use TCP: {}",
          Sockets.name(address),
          bound.cause().toString());
    }
  }

  private static InetSocketAddress address(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw BindFailure.describe("chunk data", host, port, e);
    }
  }

  private void haltUnlessClosing() {
    if (!closing) {
      ProcessHalt.now("the data-plane listener closed by itself");
    }
  }

  private final class Accepted extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel accepted) {
      if (closing) {
        // It was accepted just before the listener stopped. Its peer sees a closed connection.
        accepted.close();
        return;
      }
      if (connections.size() >= MAX_CONNECTIONS) {
        LOG.warn(
            "Closed the connection from {}: {} others are open, which is the limit",
            Sockets.peerName(accepted),
            connections.size());
        accepted.close();
        return;
      }
      connections.add(new ListenerConnection(ChunkListener.this, accepted, io, bounds));
    }
  }

  /** Pauses accepting when it fails, usually because the process has no file descriptor left. */
  private static final class AcceptFailures extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      final Channel listener = context.channel();
      LOG.warn(
          "Cannot accept connections on {}, trying again in {} ms: {}. If too many files are open,"
              + " raise the limit (ulimit -n)",
          Sockets.name(listener.localAddress()),
          ACCEPT_PAUSE_MS,
          cause.toString());
      listener.config().setAutoRead(false);
      context
          .executor()
          .schedule(
              () -> listener.config().setAutoRead(true), ACCEPT_PAUSE_MS, TimeUnit.MILLISECONDS);
    }
  }
}
