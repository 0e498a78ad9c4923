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
 * Cuts what arrives on a connection into frames, and has each payload read from the socket straight
 * into the buffer that it will live in.
 *
 * <p>It decides what the next {@code recv} reads into: between frames a small <em>stage</em>, in
 * which header and body come to lie side by side; once a body is there, a buffer of exactly the
 * payload's length. Only the few bytes of a payload that came into the stage with its header are
 * copied.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
  /** More than any header with its body, so that a stage that is full holds one to be taken out. */
  private static final int STAGE_BYTES = FrameHeader.LENGTH + FrameHeader.MAX_BODY_BYTES + 4056;

  /** Reads in a row from one connection, before the others of its thread get their turn. */
  private static final int MAX_READS_IN_A_ROW = 16;

  private final FrameSink sink;
  private final ByteBufAllocator allocator;
  private final FrameHeader header = new FrameHeader();

  private ByteBuf stage;

  /** Of the frame under way; null between frames and while header and body are incomplete. */
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

  /** Goes on after the sink was not ready. On the I/O thread. */
  void resume() throws FrameException {
    if (!parsing) {
      parse();
    }
  }

  /** Whether the peer owes the rest of a frame. */
  boolean isInsideFrame() {
    return payload != null || (stage != null && stage.isReadable());
  }

  /** When bytes last arrived, on the clock of {@link System#nanoTime}. */
  long lastReadNs() {
    return lastReadNs;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    // Always the stage or the payload: the transport's own claim on it ends here.
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

  /** Takes one frame from the stage, or its beginning; false when the stage does not hold it. */
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

  /** The buffer for the next read, with a claim for the transport. */
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
