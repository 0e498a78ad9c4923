package org.distrifs.datanode.store;

import java.nio.ByteBuffer;
import org.distrifs.proto.checksum.BlockChecksums;

/** CRC32C of parts of the structures that this package keeps in files. */
final class Crc {
  private Crc() {}

  /** Of a part of a buffer, whose position and limit do not matter. */
  static int of(ByteBuffer bytes, int from, int length) {
    return BlockChecksums.of(bytes.duplicate().clear().position(from).limit(from + length));
  }
}
