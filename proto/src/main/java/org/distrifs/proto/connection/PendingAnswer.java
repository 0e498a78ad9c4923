package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameType;

/**
 * The answer to one request. When it is sent, the connection no longer counts the bytes of the
 * request.
 */
final class PendingAnswer implements ChunkRequestHandler.Answer, ChannelFutureListener {
  private final ListenerConnection connection;
  private final FrameType type;
  private final long requestId;
  private final int weightBytes;
  private final AtomicBoolean used = new AtomicBoolean();

  PendingAnswer(ListenerConnection connection, FrameType type, long requestId, int weightBytes) {
    this.connection = connection;
    this.type = type;
    this.requestId = requestId;
    this.weightBytes = weightBytes;
  }

  @Override
  public void reply(DataReply reply, ByteBuf payload) {
    if (!used.compareAndSet(false, true)) {
      payload.release();
      throw usedTwice();
    }
    if (payload.readableBytes() > DataRequest.MAX_PAYLOAD_BYTES) {
      payload.release();
      used.set(false);
      throw new IllegalArgumentException("an answer's payload is longer than a frame's");
    }
    connection.answer(this, reply, payload, payload.readableBytes());
  }

  @Override
  public void replyFromFile(
      DataReply reply, FileChannel file, long position, int length, LongConsumer done) {
    if (!used.compareAndSet(false, true)) {
      done.accept(0);
      throw usedTwice();
    }
    if (position < 0 || length < 0 || length > DataRequest.MAX_PAYLOAD_BYTES) {
      done.accept(0);
      used.set(false);
      throw new IllegalArgumentException(
          "cannot answer with " + length + " bytes at position " + position + " of a file");
    }
    connection.answer(this, reply, new KeepOpenFileRegion(file, position, length, done), length);
  }

  @Override
  public void operationComplete(ChannelFuture written) {
    connection.answerWritten(weightBytes, written.cause());
  }

  FrameType type() {
    return type;
  }

  long requestId() {
    return requestId;
  }

  private IllegalStateException usedTwice() {
    return new IllegalStateException(
        "request " + requestId + " (" + type + ") was answered a second time");
  }
}
