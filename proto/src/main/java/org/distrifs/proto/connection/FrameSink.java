package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;

/** One end of a connection, as {@link FrameReader} sees it. All calls are on its I/O thread. */
interface FrameSink {
  /** Whether another frame can be taken now; otherwise {@link FrameReader#resume} is to follow. */
  boolean isReady();

  /**
   * Decodes a body. Called before a buffer for the payload is allocated.
   *
   * @param body to be read during the call only
   */
  Object decode(FrameHeader header, FrameType type, ByteBuf body) throws FrameException;

  /**
   * Takes a complete frame.
   *
   * @param body what {@link #decode} made of it
   * @param payload direct; ownership passes
   */
  void take(FrameType type, long requestId, Object body, ByteBuf payload) throws FrameException;

  /**
   * The peer sent bytes that are no frame. Nothing more is read, and the sink must close the
   * connection.
   */
  void malformed(FrameException reason);

  /** Reading or writing failed. */
  void failed(Throwable cause);

  /** The connection is closed. */
  void closed();
}
