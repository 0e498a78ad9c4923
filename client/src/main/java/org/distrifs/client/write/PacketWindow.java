package org.distrifs.client.write;

import java.util.List;
import org.distrifs.proto.error.ErrnoException;

/**
 * The packets of a file that are under way, as the {@link ChunkWriter} of one chunk sees them.
 * Every method is called under the file's lock.
 */
interface PacketWindow {
  /** Whether one more packet may be sent. */
  boolean isOpen();

  /** A packet is being sent. */
  void sent();

  /** A packet that was sent is not under way any more, however that ended. */
  void answered();

  /** A packet and all before it in its chunk were applied by every member. */
  void acknowledged(long index, long chunkId, Packet packet);

  /** No packet of this writer will be sent any more. */
  void failed(ChunkWriter writer, List<Packet> dropped, ErrnoException failure);
}
