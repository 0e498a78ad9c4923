package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;

/**
 * Cuts the bytes that arrive on a connection into frames. Each payload is read from the socket
 * directly into the buffer in which it is passed on.
 *
 * <p>It chooses the buffer of each {@code recv}. Between frames that is a small <em>stage</em>,
 * which collects header and body. When the body is complete, it is a buffer of exactly the
 * payload's length. Only those bytes of a payload that were read into the stage together with the
 * header are copied.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
  /** Larger than any header with its body, so a full stage always holds at least one of them. */
  private static final int STAGE_BYTES = FrameHeader.LENGTH + FrameHeader.MAX_BODY_BYTES + 4056;

  /**
   * The most reads in a row from one connection; then the other connections of the thread get their
   * turn.
   */
  private static final int MAX_READS_IN_A_ROW = 16;

  private final FrameSink sink;
  private final ByteBufAllocator allocator;
  private final FrameHeader header = new FrameHeader();

  private ByteBuf stage;

  /**
   * The payload of the frame that is being read; null between frames and while header and body are
   * incomplete.
   */
  private ByteBuf payload;

  private FrameType type;
  private long requestId;
  private Object body;

  private boolean parsing;
  private boolean ended;
  private long lastReadNs = System.nanoTime();

  FrameReader(FrameSink sink, ByteBufAllocator allocator) {
    this.sink = sink;
    this.allocator = allocator;
  }

  /** Makes this the reader of a channel that is not registered yet. */
  void attachTo(Channel channel) {
    channel.config().setRecvByteBufAllocator(new ReadTarget());
    channel.pipeline().addLast(this);
  }

  /** Continues reading after the sink was not ready. On the I/O thread. */
  void resume() throws FrameException {
    if (!parsing) {
      parse();
    }
  }

  /** Whether a frame has begun to arrive and is incomplete. */
  boolean isInsideFrame() {
    return payload != null || (stage != null && stage.isReadable());
  }

  /** When bytes last arrived, on the clock of {@link System#nanoTime}. */
  long lastReadNs() {
    return lastReadNs;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    // This is the stage or the payload: release the reference that the transport held.
    ((ByteBuf) message).release();
    lastReadNs = System.nanoTime();
    if (ended) {
      return;
    }
    try {
      if (payload != null && !payload.isWritable()) {
        takePayload();
      }
      resume();
    } catch (FrameException e) {
      end();
      sink.malformed(e);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    sink.closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    sink.failed(cause);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
  }

  private void parse() throws FrameException {
    parsing = true;
    try {
      boolean more = true;
      while (more && !ended && payload == null && sink.isReady()) {
        more = parseOne();
      }
    } finally {
      parsing = false;
    }
  }

  /**
   * Takes one frame, or the beginning of one, from the stage; false when the stage holds too
   * little.
   */
  private boolean parseOne() throws FrameException {
    final int available = stage == null ? 0 : stage.readableBytes();
    if (available < FrameHeader.LENGTH) {
      if (available >= FrameHeader.MAGIC_LENGTH) {
        header.wrap(stage, stage.readerIndex()).checkMagic();
      }
      return false;
    }
    header.wrap(stage, stage.readerIndex()).checkLimits();
    final int bodyLength = header.bodyLength();
    if (available < FrameHeader.LENGTH + bodyLength) {
      return false;
    }
    header.checkCrc();
    final int payloadLength = header.payloadLength();
    type = FrameType.ofCode(header.typeCode());
    requestId = header.requestId();
    body =
        sink.decode(
            header, type, stage.slice(stage.readerIndex() + FrameHeader.LENGTH, bodyLength));
    stage.skipBytes(FrameHeader.LENGTH + bodyLength);
    if (payloadLength == 0) {
      sink.take(type, requestId, body, Unpooled.EMPTY_BUFFER);
      return true;
    }
    payload = allocator.directBuffer(payloadLength, payloadLength);
    payload.writeBytes(stage, Math.min(stage.readableBytes(), payloadLength));
    if (!payload.isWritable()) {
      takePayload();
    }
    return true;
  }

  private void takePayload() throws FrameException {
    final ByteBuf whole = payload;
    payload = null;
    sink.take(type, requestId, body, whole);
  }

  private void end() {
    ended = true;
    if (stage != null) {
      stage.release();
      stage = null;
    }
    if (payload != null) {
      payload.release();
      payload = null;
    }
  }

  /** The buffer for the next read, with a reference for the transport. */
  private ByteBuf target() {
    if (payload != null) {
      return payload.retain();
    }
    if (stage == null) {
      if (ended) {
        return allocator.directBuffer(STAGE_BYTES, STAGE_BYTES);
      }
      stage = allocator.directBuffer(STAGE_BYTES, STAGE_BYTES);
    }
    stage.discardReadBytes();
    return stage.retain();
  }

  private final class ReadTarget extends DefaultMaxMessagesRecvByteBufAllocator {
    ReadTarget() {
      super(MAX_READS_IN_A_ROW);
    }

    @Override
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
          return target();
        }

        @Override
        public int guess() {
          return STAGE_BYTES;
        }
      };
    }
  }
}
