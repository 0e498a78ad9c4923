package org.distrifs.proto.frame;

import java.util.List;
import org.distrifs.proto.checksum.BlockChecksums;

/**
 * A request of the data plane. Offsets and lengths are bytes within one chunk; versions are
 * unsigned 32-bit numbers; {@code incarnation} is the one that the sender believes the addressed
 * node to have.
 *
 * <p>The payload of a {@link Write} is not in its record. It is passed beside it, in a buffer, so
 * that it need not be copied. {@code docs/data-plane.md} has the byte tables.
 */
public sealed interface DataRequest {

  /** Bytes of a block, the unit of checksums. */
  int BLOCK_BYTES = BlockChecksums.BLOCK_BYTES;

  /** The largest payload of one frame, in bytes. */
  int MAX_PAYLOAD_BYTES = 1 << 20;

  /** The most members a chain can have. */
  int MAX_CHAIN_MEMBERS = 16;

  /**
   * The most writes to one chunk that a session may have in flight. A member remembers as many of
   * the last writes of a session, to recognise them when they are sent again.
   */
  int MAX_WRITES_IN_FLIGHT = 32;

  /** The value of {@link Install#lengthBytes()} that leaves the length of the replica as it is. */
  int KEEP_LENGTH = -1;

  /**
   * Writes bytes to a chunk. Clients send it to the head; each member forwards it to the next and
   * acknowledges when it and all behind it have applied it.
   *
   * <p>Exactly once: a {@code (sessionId, sequence)} that was applied is acknowledged and not
   * applied again. The sequences that a client gives to the writes of one chunk rise in the order
   * in which these must be applied.
   *
   * @param order the number that the head gave to this write within the chunk version, counting
   *     from 1; 0 from a client. Members refuse a write whose predecessor they do not have.
   * @param position index of the addressed member in {@code chain}; 0 is the head
   * @param checksums CRC32C of each part of the payload that falls into one block, in order
   * @param create make the replica if it does not exist. Only the session that holds a fresh chunk
   *     sets this, at version 1
   * @param sync each member does what a {@link Sync} does, once it has applied the write, before it
   *     acknowledges: OK says that all members have durably what they had applied by then
   */
  record Write(
      long chunkId,
      int version,
      int offset,
      int length,
      long sessionId,
      long sequence,
      long order,
      int position,
      List<ChainHop> chain,
      int[] checksums,
      boolean create,
      boolean sync)
      implements DataRequest {
    public long incarnation() {
      return chain.get(position).incarnation();
    }

    /** A copy with the order that the head gives to this write. */
    public Write withOrder(long newOrder) {
      return with(newOrder, position, chain, checksums, sync);
    }

    /**
     * A copy that is addressed to the member at a position of a chain, which may be a newer one.
     */
    public Write withMember(List<ChainHop> newChain, int newPosition) {
      return with(order, newPosition, newChain, checksums, sync);
    }

    /** A copy with the checksums of other bytes. */
    public Write withChecksums(int[] newChecksums) {
      return with(order, position, chain, newChecksums, sync);
    }

    /** A copy that asks for a sync, or does not. */
    public Write withSync(boolean newSync) {
      return with(order, position, chain, checksums, newSync);
    }

    private Write with(
        long newOrder,
        int newPosition,
        List<ChainHop> newChain,
        int[] newChecksums,
        boolean newSync) {
      return new Write(
          chunkId,
          version,
          offset,
          length,
          sessionId,
          sequence,
          newOrder,
          newPosition,
          newChain,
          newChecksums,
          create,
          newSync);
    }
  }

  /**
   * Reads whole blocks: {@code offset} is a multiple of {@link #BLOCK_BYTES}. The answer carries
   * the stored checksum of each block and is shorter than asked where the replica ends; the last
   * block's checksum covers the bytes that are there. Bytes past the replica's end are zeros to the
   * reader.
   *
   * @param length at most {@link #MAX_PAYLOAD_BYTES}
   * @param verify the member checks the blocks under the chunk's lock. A reader asks for this after
   *     a mismatch, to tell rot from a race with an overwrite. Rot is answered with {@link
   *     Status#CORRUPT_REPLICA} and reported to the master by this node.
   * @param reconcile the reader is another member of the chunk in a change; {@code version} is the
   *     number under which this replica is fenced
   */
  record Read(
      long chunkId,
      int version,
      long incarnation,
      int offset,
      int length,
      boolean verify,
      boolean reconcile)
      implements DataRequest {}

  /** Makes all writes to a chunk that this member has applied, and their checksums, durable. */
  record Sync(long chunkId, int version, long incarnation) implements DataRequest {}

  /**
   * Asks for checksums or hashes of a replica's content. The payload of the answer holds, for
   * {@code perBlock}, the CRC32C (4 bytes) of each block that starts in {@code [offset, offset +
   * length)}, otherwise a 16-byte hash of each MiB that starts there; the answer's {@code
   * replicaLength} tells where the replica ends.
   *
   * <p>With {@code perBlock} and a {@code length} of 0 the payload is the table of recent writes,
   * oldest first: session and sequence of each, 8 bytes each. Without {@code perBlock} and {@code
   * reconcile} a {@code length} of 0 asks for the replica's state alone.
   */
  record Checksums(
      long chunkId,
      int version,
      long incarnation,
      int offset,
      int length,
      boolean perBlock,
      boolean reconcile)
      implements DataRequest {}

  /**
   * Step 2 of a change: stop writes under every version below {@code newVersion}, drain, and answer
   * with the replica's state.
   *
   * @param stopReads stop reads, too: this member is about to leave the chain
   */
  record Fence(long chunkId, int newVersion, long incarnation, long term, boolean stopReads)
      implements DataRequest {}

  /**
   * Step 3 of a change: make this replica equal to {@code source}'s by copying the blocks that
   * differ, verified. Both are fenced under {@code newVersion}. If a block that differs does not
   * match its checksum at the source, the answer is {@link Status#CORRUPT_REPLICA}: another member
   * has to be the source.
   *
   * <p>A suspect member that is told to reconcile with itself rechecksums: among the blocks that it
   * was writing when it stopped, it gives each one that does not match its checksum a checksum of
   * the bytes that are there. This is the last resort for a chunk that no member has whole.
   */
  record Reconcile(long chunkId, int newVersion, long incarnation, long term, ChainHop source)
      implements DataRequest {}

  /**
   * Step 4 of a change: take over the new version, chain and length, durably. Accepted only while
   * fenced under {@code newVersion}; ends the fence, and a replica that was suspect no longer is.
   *
   * @param nodeIds the chain, head first
   * @param lengthBytes cut or extend with zeros to this length, or {@link #KEEP_LENGTH}
   */
  record Install(
      long chunkId,
      int newVersion,
      long incarnation,
      long term,
      List<Integer> nodeIds,
      int lengthBytes)
      implements DataRequest {}

  /**
   * Makes a copy of {@code source}'s replica that can join the chain by a later change, while the
   * source goes on taking writes. A replica that is here already becomes that copy, and only what
   * differs is copied. It has version 0 until an INSTALL, and serves nobody.
   *
   * @param version the committed version, under which the source serves
   */
  record Copy(long chunkId, int version, long incarnation, long term, ChainHop source)
      implements DataRequest {}

  /** Asks whether this process is running: the master's probe of a node that fell silent. */
  record Probe(long incarnation) implements DataRequest {}
}
