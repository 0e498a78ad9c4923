package org.distrifs.proto.control;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.connection.BindFailure;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The listening side of the control plane: gRPC services on one port. */
public final class ControlServer implements AutoCloseable {
  private static final int GRACE_MS = 1000;
  private static final int CLOSE_BOUND_MS = 3000;

  private final Server server;

  private ControlServer(Server server) {
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param io belongs to the caller, who closes it after this
   * @param host an address or name of this machine; {@code 127.0.0.1} unless the operator wants
   *     others to reach it
   * @param port 0 to have a free one chosen, see {@link #port}
   * @param executor runs the callbacks of calls; {@code Runnable::run} to stay on the I/O threads,
   *     for services that never block
   * @throws OperatorException if the host is not of this machine or the port is in use
   */
  public static ControlServer start(
      IoThreads io, String host, int port, Executor executor, List<BindableService> services) {
    try {
      final NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByName(host), port))
              .bossEventLoopGroup(io.group())
              .workerEventLoopGroup(io.group())
              .channelType(io.listenerType())
              .withChildOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
              .executor(executor)
              .maxInboundMessageSize(ControlLimits.MAX_MESSAGE_BYTES)
              .flowControlWindow(ControlLimits.FLOW_WINDOW_BYTES)
              .permitKeepAliveTime(ControlLimits.MIN_KEEP_ALIVE_MS, TimeUnit.MILLISECONDS)
              .permitKeepAliveWithoutCalls(true)
              .keepAliveTime(ControlLimits.KEEP_ALIVE_MS, TimeUnit.MILLISECONDS)
              .keepAliveTimeout(ControlLimits.KEEP_ALIVE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
              .maxConnectionIdle(ControlLimits.IDLE_MS, TimeUnit.MILLISECONDS);
      builder.handshakeTimeout(ControlLimits.HANDSHAKE_MS, TimeUnit.MILLISECONDS);
      services.forEach(builder::addService);
      return new ControlServer(builder.build().start());
    } catch (IOException e) {
      throw BindFailure.describe("the control plane", host, port, e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Stops listening, gives open calls {@value #GRACE_MS} ms, then cuts them. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE_MS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_BOUND_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
