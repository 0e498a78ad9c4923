package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;
import org.distrifs.proto.frame.Hello;
import org.distrifs.proto.frame.HelloCodec;
import org.distrifs.proto.frame.HelloReply;
import org.distrifs.proto.frame.RequestCodec;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening end of one connection. It answers HELLO, passes requests to the handler, sends the
 * answers, and stops reading while requests and answers under way exceed its limit. All state is
 * confined to its I/O thread.
 */
final class ListenerConnection implements FrameSink {
  /** The least that a request counts for. It bounds how many requests can be under way. */
  private static final int MIN_WEIGHT_BYTES = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(ListenerConnection.class);

  private final ChunkListener owner;
  private final Channel channel;
  private final ConnectionBounds bounds;
  private final FrameEncoder encoder;
  private final FrameReader reader;
  private final ScheduledFuture<?> watch;
  private final long openedNs = System.nanoTime();

  private final SendStall stall = new SendStall();
  private String peer;
  private boolean greeted;
  private boolean paused;
  private boolean closing;

  /** Bytes of requests that are not answered, and of answers that are not sent yet. */
  private long underWayBytes;

  ListenerConnection(ChunkListener owner, Channel channel, IoThreads io, ConnectionBounds bounds) {
    this.owner = owner;
    this.channel = channel;
    this.bounds = bounds;
    this.peer = Sockets.peerName(channel);
    this.reader = Sockets.prepare(channel, this, io, bounds);
    this.encoder = new FrameEncoder(channel.alloc());
    final int everyMs = Math.max(1, Math.min(bounds.helloMs(), bounds.stallMs()) / 4);
    this.watch =
        channel
            .eventLoop()
            .scheduleWithFixedDelay(this::watch, everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean isReady() {
    return !paused && !closing;
  }

  @Override
  public Object decode(FrameHeader header, FrameType type, ByteBuf body) throws FrameException {
    if (header.isAnswer()) {
      throw new FrameException("an answer came to a listener");
    }
    if (greeted) {
      return RequestCodec.read(type, body, header.payloadLength());
    }
    if (type != FrameType.HELLO || header.payloadLength() != 0) {
      throw new FrameException("the first frame is a " + type + " and no plain HELLO");
    }
    return HelloCodec.read(body);
  }

  @Override
  public void take(FrameType type, long requestId, Object body, ByteBuf payload) {
    if (body instanceof Hello hello) {
      greet(hello);
      return;
    }
    final DataRequest request = (DataRequest) body;
    final int weightBytes = weigh(request, payload);
    underWayBytes += weightBytes;
    if (underWayBytes > owner.shareBytes()) {
      paused = true;
      channel.config().setAutoRead(false);
    }
    final PendingAnswer answer = new PendingAnswer(this, type, requestId, weightBytes);
    try {
      owner.handler().handle(request, payload, answer);
    } catch (RuntimeException e) {
      // The handler may still hold the Answer and use it, so do not answer here: close instead.
      LOG.error("Handling a {} from {} failed; closing the connection", type, peer, e);
      close();
    }
  }

  @Override
  public void malformed(FrameException reason) {
    if (reason.isOtherVersion() && !greeted) {
      refuse(Status.BAD_REQUEST, reason.getMessage());
    } else {
      closeBecause(reason.getMessage());
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("The connection from {} broke: {}", peer, cause.toString());
      close();
    } else {
      closeBecause(cause.toString());
    }
  }

  @Override
  public void closed() {
    closing = true;
    watch.cancel(false);
    owner.forget(this);
  }

  /** Closes without logging. On the I/O thread. */
  void close() {
    closing = true;
    channel.close();
  }

  Channel channel() {
    return channel;
  }

  /**
   * Sends an answer. Any thread.
   *
   * @param payload a buffer or a region of a file; ownership passes
   */
  void answer(PendingAnswer answer, DataReply reply, ReferenceCounted payload, int length) {
    if (channel.eventLoop().inEventLoop()) {
      write(answer, reply, payload, length);
      return;
    }
    try {
      channel.eventLoop().execute(() -> write(answer, reply, payload, length));
    } catch (RejectedExecutionException e) {
      // This process is stopping, and the connection is gone with its thread.
      payload.release();
    }
  }

  /** Subtracts a request whose answer was written from the bytes under way. On the I/O thread. */
  void answerWritten(int weightBytes, Throwable failure) {
    underWayBytes -= weightBytes;
    if (failure != null) {
      failed(failure);
    } else if (paused && underWayBytes <= owner.shareBytes() / 2) {
      paused = false;
      readOn();
    }
  }

  private void readOn() {
    try {
      reader.resume();
      if (isReady()) {
        channel.config().setAutoRead(true);
      }
    } catch (FrameException e) {
      malformed(e);
    }
  }

  private void write(PendingAnswer answer, DataReply reply, ReferenceCounted payload, int length) {
    final ByteBuf head;
    try {
      head = encoder.reply(answer.type(), answer.requestId(), reply, length);
    } catch (IllegalArgumentException | OutOfMemoryError e) {
      payload.release();
      closeBecause("the answer to a " + answer.type() + " cannot be sent: " + e.getMessage());
      return;
    }
    if (length == 0) {
      payload.release();
      channel.writeAndFlush(head).addListener(answer);
    } else {
      channel.write(head, channel.voidPromise());
      channel.writeAndFlush(payload).addListener(answer);
    }
  }

  private void greet(Hello hello) {
    peer = hello.name() + " at " + peer;
    final NodeIdentity self = owner.identity();
    if (hello.clusterId() != 0 && self.clusterId() != 0 && hello.clusterId() != self.clusterId()) {
      refuse(
          Status.WRONG_CLUSTER,
          String.format(
              "the peer belongs to cluster %016x, this node to cluster %016x",
              hello.clusterId(), self.clusterId()));
      return;
    }
    greeted = true;
    channel.writeAndFlush(encoder.helloReply(reply(Status.OK, "")), channel.voidPromise());
  }

  private void refuse(Status status, String detail) {
    closing = true;
    LOG.warn("Closed the connection from {}: {}", peer, detail);
    channel
        .writeAndFlush(encoder.helloReply(reply(status, detail)))
        .addListener(ChannelFutureListener.CLOSE);
  }

  private HelloReply reply(Status status, String detail) {
    final NodeIdentity self = owner.identity();
    return new HelloReply(status, self.clusterId(), self.nodeId(), self.incarnation(), detail);
  }

  private void closeBecause(String reason) {
    if (!closing) {
      LOG.warn("Closed the connection from {}: {}", peer, reason);
    }
    close();
  }

  private void watch() {
    final long nowNs = System.nanoTime();
    final long silentMs = TimeUnit.NANOSECONDS.toMillis(nowNs - reader.lastReadNs());
    if (!greeted && TimeUnit.NANOSECONDS.toMillis(nowNs - openedNs) >= bounds.helloMs()) {
      closeBecause("it did not say HELLO within " + bounds.helloMs() + " ms");
    } else if (!paused && reader.isInsideFrame() && silentMs >= bounds.stallMs()) {
      closeBecause("a frame stopped in its middle " + silentMs + " ms ago");
    } else if (stall.ms(channel, nowNs) >= bounds.stallMs()) {
      closeBecause("it took no byte for " + bounds.stallMs() + " ms");
    } else if (underWayBytes == 0 && silentMs >= bounds.listenerIdleMs()) {
      LOG.debug("Closed the idle connection from {}", peer);
      close();
    }
  }

  /**
   * The bytes that a request counts for: it holds its own payload now, and that of its answer
   * later.
   */
  private static int weigh(DataRequest request, ByteBuf payload) {
    int answerBytes = 0;
    if (request instanceof DataRequest.Read read) {
      answerBytes = read.length();
    } else if (request instanceof DataRequest.Checksums) {
      answerBytes = MIN_WEIGHT_BYTES;
    }
    return MIN_WEIGHT_BYTES + payload.readableBytes() + answerBytes;
  }
}
