package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.checksum.BlockChecksums;

/** Bodies of requests; {@code docs/data-plane.md} has the byte tables. */
public final class RequestCodec {
  private static final int MAX_HOST_BYTES = 255;

  private static final int WRITE_CREATE = 1;
  private static final int WRITE_SYNC = 2;
  private static final int READ_VERIFY = 1;
  private static final int READ_RECONCILE = 2;
  private static final int CHECKSUMS_PER_BLOCK = 1;
  private static final int CHECKSUMS_RECONCILE = 2;
  private static final int FENCE_STOP_READS = 1;

  private RequestCodec() {}

  /**
   * Appends a request's body.
   *
   * @throws IllegalArgumentException if the request is outside the limits of a frame
   */
  static void write(DataRequest request, ByteBuf body) {
    if (request instanceof DataRequest.Write write) {
      writeWrite(write, body);
    } else if (request instanceof DataRequest.Read read) {
      body.writeLong(read.chunkId()).writeInt(read.version()).writeLong(read.incarnation());
      body.writeInt(read.offset()).writeInt(read.length());
      body.writeByte(flag(read.verify(), READ_VERIFY) | flag(read.reconcile(), READ_RECONCILE));
    } else if (request instanceof DataRequest.Sync sync) {
      body.writeLong(sync.chunkId()).writeInt(sync.version()).writeLong(sync.incarnation());
    } else if (request instanceof DataRequest.Checksums sums) {
      body.writeLong(sums.chunkId()).writeInt(sums.version()).writeLong(sums.incarnation());
      body.writeInt(sums.offset()).writeInt(sums.length());
      body.writeByte(
          flag(sums.perBlock(), CHECKSUMS_PER_BLOCK) | flag(sums.reconcile(), CHECKSUMS_RECONCILE));
    } else if (request instanceof DataRequest.Fence fence) {
      body.writeLong(fence.chunkId()).writeInt(fence.newVersion()).writeLong(fence.incarnation());
      body.writeLong(fence.term()).writeByte(flag(fence.stopReads(), FENCE_STOP_READS));
    } else if (request instanceof DataRequest.Install install) {
      writeInstall(install, body);
    } else if (request instanceof DataRequest.Reconcile reconcile) {
      body.writeLong(reconcile.chunkId()).writeInt(reconcile.newVersion());
      body.writeLong(reconcile.incarnation()).writeLong(reconcile.term());
      writeHop(reconcile.source(), body);
    } else if (request instanceof DataRequest.Copy copy) {
      body.writeLong(copy.chunkId()).writeInt(copy.version());
      body.writeLong(copy.incarnation()).writeLong(copy.term());
      writeHop(copy.source(), body);
    } else if (request instanceof DataRequest.Probe probe) {
      body.writeLong(probe.incarnation());
    }
  }

  /**
   * Reads the body of a request of a type other than {@link FrameType#HELLO}.
   *
   * @param body read from its reader index to its end
   * @throws FrameException if these bytes are no such body
   */
  public static DataRequest read(FrameType type, ByteBuf body, int payloadLength)
      throws FrameException {
    try {
      final DataRequest request = readFields(type, body);
      if (body.isReadable()) {
        throw new FrameException(
            "the body of a " + type + " has " + body.readableBytes() + " bytes too many");
      }
      final int expected = request instanceof DataRequest.Write write ? write.length() : 0;
      if (payloadLength != expected) {
        throw new FrameException(
            "a " + type + " of " + expected + " bytes has a payload of " + payloadLength);
      }
      return request;
    } catch (IndexOutOfBoundsException e) {
      throw new FrameException("the body of a " + type + " is too short");
    }
  }

  private static DataRequest readFields(FrameType type, ByteBuf body) throws FrameException {
    return switch (type) {
      case WRITE -> readWrite(body);
      case READ -> readRead(body);
      case SYNC -> new DataRequest.Sync(body.readLong(), body.readInt(), body.readLong());
      case CHECKSUMS -> readChecksums(body);
      case FENCE ->
          new DataRequest.Fence(
              body.readLong(),
              body.readInt(),
              body.readLong(),
              body.readLong(),
              readFlags(body, FENCE_STOP_READS) != 0);
      case INSTALL -> readInstall(body);
      case RECONCILE ->
          new DataRequest.Reconcile(
              body.readLong(), body.readInt(), body.readLong(), body.readLong(), readHop(body));
      case COPY ->
          new DataRequest.Copy(
              body.readLong(), body.readInt(), body.readLong(), body.readLong(), readHop(body));
      case PROBE -> new DataRequest.Probe(body.readLong());
      case HELLO -> throw new FrameException("a second HELLO came on one connection");
    };
  }

  private static void writeWrite(DataRequest.Write write, ByteBuf body) {
    requireLimit("chain", write.chain().size(), DataRequest.MAX_CHAIN_MEMBERS);
    requireLimit("payload", write.length(), DataRequest.MAX_PAYLOAD_BYTES);
    if (write.position() < 0 || write.position() >= write.chain().size()) {
      throw new IllegalArgumentException(
          "position " + write.position() + " is not in a chain of " + write.chain().size());
    }
    final int parts = BlockChecksums.count(write.offset(), write.length());
    if (write.checksums().length != parts) {
      throw new IllegalArgumentException(
          write.checksums().length + " checksums for a WRITE that touches " + parts + " blocks");
    }
    body.writeLong(write.chunkId()).writeInt(write.version());
    body.writeInt(write.offset()).writeInt(write.length());
    body.writeLong(write.sessionId()).writeLong(write.sequence()).writeLong(write.order());
    body.writeByte(flag(write.create(), WRITE_CREATE) | flag(write.sync(), WRITE_SYNC));
    body.writeByte(write.position()).writeByte(write.chain().size());
    for (final ChainHop hop : write.chain()) {
      writeHop(hop, body);
    }
    for (final int checksum : write.checksums()) {
      body.writeInt(checksum);
    }
  }

  private static DataRequest readWrite(ByteBuf body) throws FrameException {
    final long chunkId = body.readLong();
    final int version = body.readInt();
    final int offset = body.readInt();
    final int length = body.readInt();
    checkRange("WRITE", offset, length, DataRequest.MAX_PAYLOAD_BYTES);
    final long sessionId = body.readLong();
    final long sequence = body.readLong();
    final long order = body.readLong();
    final int flags = readFlags(body, WRITE_CREATE | WRITE_SYNC);
    final int position = body.readUnsignedByte();
    final int members = readMembers(body);
    if (position >= members) {
      throw new FrameException("a WRITE is for position " + position + " of a chain of " + members);
    }
    final List<ChainHop> chain = new ArrayList<>(members);
    for (int i = 0; i < members; i++) {
      chain.add(readHop(body));
    }
    final int[] checksums = new int[BlockChecksums.count(offset, length)];
    for (int i = 0; i < checksums.length; i++) {
      checksums[i] = body.readInt();
    }
    return new DataRequest.Write(
        chunkId,
        version,
        offset,
        length,
        sessionId,
        sequence,
        order,
        position,
        List.copyOf(chain),
        checksums,
        (flags & WRITE_CREATE) != 0,
        (flags & WRITE_SYNC) != 0);
  }

  private static DataRequest readRead(ByteBuf body) throws FrameException {
    final long chunkId = body.readLong();
    final int version = body.readInt();
    final long incarnation = body.readLong();
    final int offset = body.readInt();
    final int length = body.readInt();
    checkRange("READ", offset, length, DataRequest.MAX_PAYLOAD_BYTES);
    final int flags = readFlags(body, READ_VERIFY | READ_RECONCILE);
    return new DataRequest.Read(
        chunkId,
        version,
        incarnation,
        offset,
        length,
        (flags & READ_VERIFY) != 0,
        (flags & READ_RECONCILE) != 0);
  }

  private static DataRequest readChecksums(ByteBuf body) throws FrameException {
    final long chunkId = body.readLong();
    final int version = body.readInt();
    final long incarnation = body.readLong();
    final int offset = body.readInt();
    final int length = body.readInt();
    checkRange("CHECKSUMS", offset, length, Integer.MAX_VALUE);
    final int flags = readFlags(body, CHECKSUMS_PER_BLOCK | CHECKSUMS_RECONCILE);
    return new DataRequest.Checksums(
        chunkId,
        version,
        incarnation,
        offset,
        length,
        (flags & CHECKSUMS_PER_BLOCK) != 0,
        (flags & CHECKSUMS_RECONCILE) != 0);
  }

  private static void writeInstall(DataRequest.Install install, ByteBuf body) {
    requireLimit("chain", install.nodeIds().size(), DataRequest.MAX_CHAIN_MEMBERS);
    body.writeLong(install.chunkId()).writeInt(install.newVersion());
    body.writeLong(install.incarnation()).writeLong(install.term());
    body.writeInt(install.lengthBytes()).writeByte(install.nodeIds().size());
    for (final int nodeId : install.nodeIds()) {
      body.writeInt(nodeId);
    }
  }

  private static DataRequest readInstall(ByteBuf body) throws FrameException {
    final long chunkId = body.readLong();
    final int newVersion = body.readInt();
    final long incarnation = body.readLong();
    final long term = body.readLong();
    final int lengthBytes = body.readInt();
    if (lengthBytes < 0 && lengthBytes != DataRequest.KEEP_LENGTH) {
      throw new FrameException("an INSTALL asks for a length of " + lengthBytes);
    }
    final int members = readMembers(body);
    final List<Integer> nodeIds = new ArrayList<>(members);
    for (int i = 0; i < members; i++) {
      nodeIds.add(body.readInt());
    }
    return new DataRequest.Install(
        chunkId, newVersion, incarnation, term, List.copyOf(nodeIds), lengthBytes);
  }

  private static void writeHop(ChainHop hop, ByteBuf body) {
    body.writeInt(hop.nodeId()).writeLong(hop.incarnation()).writeShort(hop.port());
    final int lengthAt = body.writerIndex();
    body.writeByte(0);
    body.setByte(lengthAt, WireText.writeWhole(body, hop.host(), MAX_HOST_BYTES, "host name"));
  }

  private static ChainHop readHop(ByteBuf body) {
    final int nodeId = body.readInt();
    final long incarnation = body.readLong();
    final int port = body.readUnsignedShort();
    return new ChainHop(nodeId, incarnation, WireText.read(body, body.readUnsignedByte()), port);
  }

  private static int readMembers(ByteBuf body) throws FrameException {
    final int members = body.readUnsignedByte();
    if (members == 0 || members > DataRequest.MAX_CHAIN_MEMBERS) {
      throw new FrameException("a request names a chain of " + members + " members");
    }
    return members;
  }

  /**
   * Refuses flags that this build does not know: to ignore them would change what the request
   * means.
   */
  private static int readFlags(ByteBuf body, int known) throws FrameException {
    final int flags = body.readUnsignedByte();
    if ((flags & ~known) != 0) {
      throw new FrameException("a request carries the unknown flags " + (flags & ~known));
    }
    return flags;
  }

  private static void checkRange(String type, int offset, int length, int max)
      throws FrameException {
    if (offset < 0 || length < 0 || length > max || length > Integer.MAX_VALUE - offset) {
      throw new FrameException(
          "a " + type + " is for " + length + " bytes at offset " + offset + " of a chunk");
    }
  }

  private static void requireLimit(String what, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException("a " + what + " of " + value + " does not fit a frame");
    }
  }

  private static int flag(boolean set, int bit) {
    return set ? bit : 0;
  }
}
