package org.distrifs.client.write;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a range that were not acknowledged at one moment, to be laid over what the replicas
 * hold. Holds references to buffers until it is closed. Belongs to one thread.
 */
public final class Overlay implements AutoCloseable {
  private record Piece(long start, ByteBuf bytes) {
    long end() {
      return start + bytes.readableBytes();
    }
  }

  private final long offset;
  private final long end;
  private final List<Piece> pieces = new ArrayList<>();

  Overlay(long offset, long end) {
    this.offset = offset;
    this.end = end;
  }

  /** Lays bytes over those added before. Ownership passes. */
  void add(long start, ByteBuf bytes) {
    pieces.add(new Piece(start, bytes));
  }

  boolean touches(long start, long length) {
    return start < end && start + length > offset;
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /** Whether one piece alone covers the whole range, so that nothing below it shows. */
  public boolean coversAll() {
    return pieces.stream().anyMatch(piece -> piece.start() <= offset && piece.end() >= end);
  }

  /**
   * Copies the pieces.
   *
   * @param target holds the range, from its position on; the position stays
   */
  public void apply(ByteBuffer target) {
    for (Piece piece : pieces) {
      long from = Math.max(offset, piece.start());
      long to = Math.min(end, piece.end());
      ByteBuffer part = target.slice(target.position() + (int) (from - offset), (int) (to - from));
      piece.bytes().getBytes(piece.bytes().readerIndex() + (int) (from - piece.start()), part);
    }
  }

  @Override
  public void close() {
    pieces.forEach(piece -> piece.bytes().release());
    pieces.clear();
  }
}
