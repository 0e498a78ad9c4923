package org.distrifs.proto.frame;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/**
 * A flyweight over the 40 bytes with which every frame of the data plane begins. No other class
 * knows their layout ({@code docs/data-plane.md}). Big endian.
 *
 * <p>Not thread-safe; does not own the buffer.
 */
public final class FrameHeader {
  /** Bytes of a header. */
  public static final int LENGTH = 40;

  /** "DiSF". */
  public static final int MAGIC = 0x44695346;

  /** The version of the layout of header and bodies that this build writes and reads. */
  public static final int FORMAT_VERSION = 1;

  /** The longest body, in bytes. */
  public static final int MAX_BODY_BYTES = 16 << 10;

  /** Bytes of the magic, the first of a header. */
  public static final int MAGIC_LENGTH = 4;

  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = 4;
  private static final int TYPE_AT = 5;
  private static final int FLAGS_AT = 6;
  private static final int BODY_LENGTH_AT = 8;
  private static final int PAYLOAD_LENGTH_AT = 12;
  private static final int REQUEST_ID_AT = 16;
  private static final int ACCESS_TOKEN_AT = 24;
  private static final int CRC_AT = 32;
  private static final int RESERVED_AT = 36;

  private final CRC32C crc = new CRC32C();
  private ByteBuf buffer;
  private int start;

  /** Makes this the view of the header at an absolute index of a buffer. */
  public FrameHeader wrap(ByteBuf buffer, int index) {
    this.buffer = buffer;
    this.start = index;
    return this;
  }

  public int typeCode() {
    return buffer.getUnsignedByte(start + TYPE_AT);
  }

  public boolean isAnswer() {
    return (typeCode() & FrameType.ANSWER_BIT) != 0;
  }

  public int bodyLength() {
    return buffer.getInt(start + BODY_LENGTH_AT);
  }

  public int payloadLength() {
    return buffer.getInt(start + PAYLOAD_LENGTH_AT);
  }

  public long requestId() {
    return buffer.getLong(start + REQUEST_ID_AT);
  }

  /**
   * Checks the fields of the header before the body has arrived: magic, version, type, and that the
   * lengths are within their limits.
   *
   * @throws FrameException if the connection cannot be understood any more
   */
  public void checkLimits() throws FrameException {
    checkMagic();
    final int version = buffer.getUnsignedByte(start + VERSION_AT);
    if (version != FORMAT_VERSION) {
      throw FrameException.otherVersion(version);
    }
    FrameType.ofCode(typeCode());
    checkLength("body", bodyLength(), MAX_BODY_BYTES);
    checkLength("payload", payloadLength(), DataRequest.MAX_PAYLOAD_BYTES);
  }

  /**
   * Checks the first four bytes. This needs no whole header, so a peer of another protocol is
   * refused even if it sends little and waits.
   *
   * @throws FrameException if they are not the magic
   */
  public void checkMagic() throws FrameException {
    final int magic = buffer.getInt(start + MAGIC_AT);
    if (magic != MAGIC) {
      throw new FrameException(
          String.format("a frame starts with %08x, not with the magic %08x", magic, MAGIC));
    }
  }

  private static void checkLength(String part, int length, int max) throws FrameException {
    if (length < 0 || length > max) {
      throw new FrameException(
          String.format(
              "a frame claims a %s of %d bytes, more than %d",
              part, Integer.toUnsignedLong(length), max));
    }
  }

  /**
   * Checks header and body against the checksum. The body must follow the header in the buffer.
   *
   * @throws FrameException on a mismatch
   */
  public void checkCrc() throws FrameException {
    final int stored = buffer.getInt(start + CRC_AT);
    final int computed = computeCrc();
    if (stored != computed) {
      throw new FrameException(
          String.format("a frame's checksum is %08x, its bytes give %08x", stored, computed));
    }
  }

  /**
   * Writes the header in front of a body that is already in the buffer, right behind the header's
   * {@value #LENGTH} bytes.
   */
  void write(int typeCode, long requestId, int bodyLength, int payloadLength) {
    buffer.setInt(start + MAGIC_AT, MAGIC);
    buffer.setByte(start + VERSION_AT, FORMAT_VERSION);
    buffer.setByte(start + TYPE_AT, typeCode);
    buffer.setShort(start + FLAGS_AT, 0);
    buffer.setInt(start + BODY_LENGTH_AT, bodyLength);
    buffer.setInt(start + PAYLOAD_LENGTH_AT, payloadLength);
    buffer.setLong(start + REQUEST_ID_AT, requestId);
    buffer.setLong(start + ACCESS_TOKEN_AT, 0);
    buffer.setInt(start + RESERVED_AT, 0);
    buffer.setInt(start + CRC_AT, computeCrc());
  }

  private int computeCrc() {
    crc.reset();
    crc.update(buffer.internalNioBuffer(start, CRC_AT));
    final int bodyLength = bodyLength();
    if (bodyLength > 0) {
      crc.update(buffer.internalNioBuffer(start + LENGTH, bodyLength));
    }
    return (int) crc.getValue();
  }
}
