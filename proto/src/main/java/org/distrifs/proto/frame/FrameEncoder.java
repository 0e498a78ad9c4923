package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * Encodes header and body of a frame into one direct buffer, which the caller owns. The payload is
 * not copied: the connection sends it behind this buffer.
 *
 * <p>Not thread-safe: one per connection.
 */
public final class FrameEncoder {
  /**
   * The first capacity of a buffer. Most frames without their payload fit; for others the buffer
   * grows.
   */
  private static final int USUAL_BYTES = 1024;

  private final FrameHeader header = new FrameHeader();
  private final ByteBufAllocator allocator;

  public FrameEncoder(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * @throws IllegalArgumentException if the request is outside the limits of a frame
   */
  public ByteBuf request(long requestId, DataRequest request, int payloadLength) {
    final int typeCode = FrameType.of(request).code();
    return frame(typeCode, requestId, payloadLength, body -> RequestCodec.write(request, body));
  }

  /**
   * @throws IllegalArgumentException if the answer is outside the limits of a frame
   */
  public ByteBuf reply(FrameType type, long requestId, DataReply reply, int payloadLength) {
    return frame(
        type.answerCode(), requestId, payloadLength, body -> ReplyCodec.write(reply, body));
  }

  public ByteBuf hello(Hello hello) {
    return frame(FrameType.HELLO.code(), 0, 0, body -> HelloCodec.write(hello, body));
  }

  public ByteBuf helloReply(HelloReply reply) {
    return frame(FrameType.HELLO.answerCode(), 0, 0, body -> HelloCodec.writeReply(reply, body));
  }

  private ByteBuf frame(int typeCode, long requestId, int payloadLength, Consumer<ByteBuf> body) {
    if (payloadLength < 0 || payloadLength > DataRequest.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a payload of " + payloadLength + " bytes does not fit a frame");
    }
    final ByteBuf frame =
        allocator.directBuffer(USUAL_BYTES, FrameHeader.LENGTH + FrameHeader.MAX_BODY_BYTES);
    try {
      frame.writeZero(FrameHeader.LENGTH);
      body.accept(frame);
      header
          .wrap(frame, frame.readerIndex())
          .write(typeCode, requestId, frame.readableBytes() - FrameHeader.LENGTH, payloadLength);
      return frame;
    } catch (IndexOutOfBoundsException e) {
      frame.release();
      throw new IllegalArgumentException(
          "a body is longer than the " + FrameHeader.MAX_BODY_BYTES + " bytes of a frame", e);
    } catch (IllegalArgumentException e) {
      frame.release();
      throw e;
    }
  }
}
