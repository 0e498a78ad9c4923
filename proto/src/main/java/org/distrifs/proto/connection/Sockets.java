package org.distrifs.proto.connection;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Sets up the socket of a connection in the same way at both ends. */
final class Sockets {
  /** Frames that may be written before one flush, while reading goes on. */
  private static final int MAX_FRAMES_PER_FLUSH = 64;

  /** So that a packet fits; the kernel gives less if {@code net.core.wmem_max} is less. */
  private static final int LOCAL_SEND_BUFFER_BYTES = 2 << 20;

  private Sockets() {}

  /** Sets the options of a connection and puts a reader into its pipeline. */
  static FrameReader prepare(
      Channel channel, FrameSink sink, IoThreads io, ConnectionBounds bounds) {
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    if (channel instanceof SocketChannel) {
      channel.config().setOption(ChannelOption.TCP_NODELAY, true);
      channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
      if (io.isEpoll()) {
        channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, bounds.stallMs());
      }
    } else {
      channel.config().setOption(ChannelOption.SO_SNDBUF, LOCAL_SEND_BUFFER_BYTES);
    }
    channel.pipeline().addLast(new FlushConsolidationHandler(MAX_FRAMES_PER_FLUSH, true));
    final FrameReader reader = new FrameReader(sink, channel.alloc());
    reader.attachTo(channel);
    return reader;
  }

  /**
   * Sends what was written to a connection. On its I/O thread.
   *
   * @param atOnce else when the thread has handled what it read, so that the frames of that time go
   *     together
   */
  static void flush(Channel channel, boolean atOnce) {
    if (atOnce) {
      channel.pipeline().context(FlushConsolidationHandler.class).flush();
    } else {
      channel.flush();
    }
  }

  /** The other end of an accepted connection, for logs. */
  static String peerName(Channel accepted) {
    return accepted.remoteAddress() instanceof InetSocketAddress inet ? name(inet) : "this machine";
  }

  /** An address for logs. */
  static String name(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : String.valueOf(address).replace('\0', '@');
  }
}
