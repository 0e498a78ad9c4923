package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;

/**
 * A request and the future of its answer. It holds the payload, and counts as waiting to be sent,
 * until the payload is written or dropped.
 */
final class Exchange implements ChannelFutureListener {
  private final Peer peer;
  private final DataRequest request;
  private final FrameType type;
  private final int payloadLength;
  private final int timeoutMs;
  private final long deadlineNs;
  private final CompletableFuture<ChunkAnswer> answer = new CompletableFuture<>();

  /** Null after {@link #takePayload}. */
  private ByteBuf payload;

  Exchange(Peer peer, DataRequest request, ByteBuf payload, int timeoutMs) {
    this.peer = peer;
    this.request = request;
    this.type = FrameType.of(request);
    this.payload = payload;
    this.payloadLength = payload.readableBytes();
    this.timeoutMs = timeoutMs;
    this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  CompletableFuture<ChunkAnswer> answer() {
    return answer;
  }

  DataRequest request() {
    return request;
  }

  FrameType type() {
    return type;
  }

  int payloadLength() {
    return payloadLength;
  }

  /** How many bytes this exchange counts for while it waits to be sent. */
  int weightBytes() {
    return FrameHeader.LENGTH + payloadLength;
  }

  int timeoutMs() {
    return timeoutMs;
  }

  /** When its bound passes, on the clock of {@link System#nanoTime}. */
  long deadlineNs() {
    return deadlineNs;
  }

  boolean isExpired(long nowNs) {
    return nowNs - deadlineNs >= 0;
  }

  /**
   * Gives the payload to the caller, who writes it and then has {@link #operationComplete} called.
   */
  ByteBuf takePayload() {
    final ByteBuf taken = payload;
    payload = null;
    return taken;
  }

  /** The frame has been written, or cannot be any more. */
  @Override
  public void operationComplete(ChannelFuture written) {
    peer.left(weightBytes());
  }

  /** Completes with an answer that came. Its payload is released if nobody waits any more. */
  void complete(ChunkAnswer received) {
    if (!answer.complete(received)) {
      ReferenceCountUtil.release(received.payload());
    }
  }

  void fail(Exception failure) {
    answer.completeExceptionally(failure);
  }

  /** Releases a payload that will not be written. */
  void dropPayload() {
    if (payload != null) {
      payload.release();
      payload = null;
      peer.left(weightBytes());
    }
  }
}
