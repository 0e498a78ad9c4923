package org.distrifs.proto.control;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes channels to the master. */
public final class ControlChannels {
  private static final int CONNECT_MS = 3000;

  /**
   * Without this bound gRPC waits up to two minutes between attempts, far longer than a master
   * takes to restart.
   */
  private static final int RECONNECT_MS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(ControlChannels.class);

  static {
    NameResolverRegistry.getDefaultRegistry().register(new MasterResolverProvider());
  }

  private ControlChannels() {}

  /**
   * A channel to the first of the masters that can be reached. It connects with the first call, and
   * while it cannot, tries again every {@value #RECONNECT_MS} ms.
   *
   * @param io belongs to the caller, who closes it after the channel
   * @param masters where masters listen, at least one
   * @param executor runs callbacks; {@code Runnable::run} to stay on the I/O threads, for callbacks
   *     that never block
   * @return belongs to the caller, who shuts it down
   */
  public static ManagedChannel open(IoThreads io, List<PeerAddress> masters, Executor executor) {
    final ManagedChannel channel =
        NettyChannelBuilder.forTarget(MasterResolverProvider.target(masters))
            .usePlaintext()
            .eventLoopGroup(io.group())
            .channelType(io.socketType())
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
            .withOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .executor(executor)
            .maxInboundMessageSize(ControlLimits.MAX_MESSAGE_BYTES)
            .flowControlWindow(ControlLimits.FLOW_WINDOW_BYTES)
            .keepAliveTime(ControlLimits.KEEP_ALIVE_MS, TimeUnit.MILLISECONDS)
            .keepAliveTimeout(ControlLimits.KEEP_ALIVE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
            .disableRetry()
            .build();
    watch(io, channel);
    return channel;
  }

  /** Follows the channel's state until it is shut down. */
  private static void watch(IoThreads io, ManagedChannel channel) {
    final ConnectivityState state = channel.getState(false);
    if (state == ConnectivityState.SHUTDOWN) {
      return;
    }
    channel.notifyWhenStateChanged(state, () -> watch(io, channel));
    if (state == ConnectivityState.TRANSIENT_FAILURE) {
      connectAgain(io, channel);
    }
  }

  private static void connectAgain(IoThreads io, ManagedChannel channel) {
    try {
      io.group()
          .schedule(
              () -> {
                if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                  channel.resetConnectBackoff();
                  connectAgain(io, channel);
                }
              },
              RECONNECT_MS,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("The I/O threads ended before a channel to the master");
    }
  }
}
