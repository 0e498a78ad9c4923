package org.distrifs.client.write;

import io.netty.buffer.ByteBuf;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.control.ChunkLocation;

/**
 * Bytes on their way to a chain: frozen, checksummed, with a place in the order of their chunk's
 * writes. Not thread-safe: belongs to the file's lock.
 */
final class Packet {
  /** Rises with each packet of the file, in the order in which they were made. */
  final long ticket;

  final long fileOffset;
  final int chunkOffset;
  final int length;
  final int chargedBytes;
  final int[] checksums;

  /** The members are asked to make it durable, when it is sent for the first time. */
  final boolean asksForSync;

  private final ByteBuf bytes;

  /** What the datanodes tell duplicates by; 0 until it is first sent. */
  long sequence;

  /** Whether it was sent at least once, so that members may have applied it. */
  boolean sent;

  /** Every member has applied it. It stays behind those before it until they have, too. */
  boolean acknowledged;

  /** The version of the chain that has acknowledged it. */
  int acknowledgedVersion;

  /**
   * Where its chunk was when all members had made it durable, with all before it in the chunk; null
   * when that is not known.
   */
  ChunkLocation syncedAt;

  Packet(long ticket, Extent extent, int chunkOffset, boolean asksForSync) {
    this.ticket = ticket;
    this.asksForSync = asksForSync;
    this.fileOffset = extent.start();
    this.chunkOffset = chunkOffset;
    this.length = extent.length();
    this.chargedBytes = extent.capacity();
    this.bytes = extent.take();
    this.checksums = BlockChecksums.ofParts(bytes, chunkOffset);
  }

  long fileEnd() {
    return fileOffset + length;
  }

  /** The bytes for one more owner. */
  ByteBuf retained() {
    return bytes.retainedDuplicate();
  }

  void release() {
    bytes.release();
  }
}
