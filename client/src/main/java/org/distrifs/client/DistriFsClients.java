package org.distrifs.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.file.SdkClient;
import org.distrifs.client.session.GrpcControlStreams;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.TcpChunkTransport;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.metrics.Metrics;

/** Makes clients that speak to real masters and datanodes. */
public final class DistriFsClients {
  private static final int CONNECT_TIMEOUT_MS = 3_000;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private DistriFsClients() {}

  /**
   * Opens a session with the first master that answers.
   *
   * @throws org.distrifs.runtime.lifecycle.OperatorException when none answers within {@link
   *     ClientSettings#connectTimeoutMs}, or one refuses: a sentence that says what to do
   */
  public static DistriFsClient connect(ClientSettings settings) {
    CloseStack opened = new CloseStack();
    return connect(settings, opened.add("metrics", new Metrics("client")), opened);
  }

  /**
   * As {@link #connect(ClientSettings)}.
   *
   * @param metrics where the client counts; stays the caller's
   */
  public static DistriFsClient connect(ClientSettings settings, Metrics metrics) {
    return connect(settings, metrics, new CloseStack());
  }

  private static DistriFsClient connect(
      ClientSettings settings, Metrics metrics, CloseStack opened) {
    try {
      IoThreads io = opened.add("I/O threads", IoThreads.start("client"));
      AtomicLong clusterId = new AtomicLong();
      TcpChunkTransport transport =
          opened.add(
              "data connections", new TcpChunkTransport(io, clusterId::get, settings.clientName()));
      GrpcControlStreams streams = new GrpcControlStreams(master -> channel(io, master));
      return SdkClient.connect(
          settings,
          streams,
          transport,
          new SystemClock(),
          new SystemEntropy(),
          metrics,
          clusterId::set,
          opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static ManagedChannel channel(IoThreads io, PeerAddress master) {
    return NettyChannelBuilder.forAddress(master.host(), master.port())
        .usePlaintext()
        .eventLoopGroup(io.group())
        .channelType(io.socketType())
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
        .withOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .directExecutor()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .disableRetry()
        .build();
  }
}
