package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;

/** Bodies of HELLO and its answer; {@code docs/data-plane.md} has the byte tables. */
public final class HelloCodec {
  private static final int MAX_NAME_BYTES = 255;

  private HelloCodec() {}

  static void write(Hello hello, ByteBuf body) {
    body.writeLong(hello.clusterId());
    final int lengthAt = body.writerIndex();
    body.writeByte(0);
    body.setByte(lengthAt, WireText.writeCut(body, hello.name(), MAX_NAME_BYTES));
  }

  /**
   * @throws FrameException if these bytes are no HELLO
   */
  public static Hello read(ByteBuf body) throws FrameException {
    try {
      final long clusterId = body.readLong();
      final int bytes = body.readUnsignedByte();
      if (bytes != body.readableBytes()) {
        throw new FrameException("the name in a HELLO is not " + bytes + " bytes long");
      }
      return new Hello(clusterId, WireText.readLine(body, bytes));
    } catch (IndexOutOfBoundsException e) {
      throw new FrameException("a HELLO is too short");
    }
  }

  static void writeReply(HelloReply reply, ByteBuf body) {
    body.writeShort(reply.status().code());
    body.writeLong(reply.clusterId());
    body.writeInt(reply.nodeId());
    body.writeLong(reply.incarnation());
    ReplyCodec.writeDetail(reply.detail(), body);
  }

  /**
   * @throws FrameException if these bytes are no answer to a HELLO
   */
  public static HelloReply readReply(ByteBuf body) throws FrameException {
    try {
      return new HelloReply(
          Status.ofCode(body.readUnsignedShort()),
          body.readLong(),
          body.readInt(),
          body.readLong(),
          ReplyCodec.readDetail(body));
    } catch (IndexOutOfBoundsException e) {
      throw new FrameException("the answer to a HELLO is too short");
    }
  }
}
