package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;

/** Bodies of answers; {@code docs/data-plane.md} has the byte tables. */
public final class ReplyCodec {
  private static final int MAX_DETAIL_BYTES = 1000;

  private static final int DIRTY = 1;
  private static final int SUSPECT = 2;
  private static final int SAME_BOOT = 4;
  private static final int KNOWN_FLAGS = DIRTY | SUSPECT | SAME_BOOT;

  private ReplyCodec() {}

  /** Appends an answer's body. A detail that is too long is cut. */
  static void write(DataReply reply, ByteBuf body) {
    body.writeShort(reply.status().code());
    body.writeByte(
        (reply.dirty() ? DIRTY : 0)
            | (reply.suspect() ? SUSPECT : 0)
            | (reply.sameBoot() ? SAME_BOOT : 0));
    body.writeInt(reply.failedNodeId());
    body.writeInt(reply.version());
    body.writeInt(reply.replicaLength());
    body.writeLong(reply.lastOrder());
    body.writeShort(reply.checksums().length);
    for (final int checksum : reply.checksums()) {
      body.writeInt(checksum);
    }
    writeDetail(reply.detail(), body);
  }

  /**
   * Reads the body of an answer to any request but HELLO.
   *
   * @throws FrameException if these bytes are no such body
   */
  public static DataReply read(ByteBuf body) throws FrameException {
    try {
      final Status status = Status.ofCode(body.readUnsignedShort());
      final int flags = body.readUnsignedByte();
      if ((flags & ~KNOWN_FLAGS) != 0) {
        throw new FrameException("an answer carries the unknown flags " + (flags & ~KNOWN_FLAGS));
      }
      final int failedNodeId = body.readInt();
      final int version = body.readInt();
      final int replicaLength = body.readInt();
      final long lastOrder = body.readLong();
      final int count = body.readUnsignedShort();
      if (count > body.readableBytes() / Integer.BYTES) {
        throw new FrameException("an answer claims " + count + " checksums that are not in it");
      }
      final int[] checksums = new int[count];
      for (int i = 0; i < count; i++) {
        checksums[i] = body.readInt();
      }
      final String detail = readDetail(body);
      return new DataReply(
          status,
          failedNodeId,
          detail,
          version,
          replicaLength,
          lastOrder,
          (flags & DIRTY) != 0,
          (flags & SUSPECT) != 0,
          (flags & SAME_BOOT) != 0,
          checksums);
    } catch (IndexOutOfBoundsException e) {
      throw new FrameException("the body of an answer is too short");
    }
  }

  static void writeDetail(String detail, ByteBuf body) {
    final int lengthAt = body.writerIndex();
    body.writeShort(0);
    body.setShort(lengthAt, WireText.writeCut(body, detail, MAX_DETAIL_BYTES));
  }

  /** Reads the detail, which is the last field of a body and must end where the body ends. */
  static String readDetail(ByteBuf body) throws FrameException {
    final int bytes = body.readUnsignedShort();
    if (bytes != body.readableBytes()) {
      throw new FrameException(
          "an answer ends " + body.readableBytes() + " bytes after its fields, not " + bytes);
    }
    return WireText.readLine(body, bytes);
  }
}
