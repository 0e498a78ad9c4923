package org.distrifs.master.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.distrifs.proto.journal.JournalEntry;

/**
 * Where a valid record lies in a segment, and its numbers. All fields are big endian.
 *
 * <pre>
 *  0  1  op code: the field number of the entry's kind
 *  1  4  length n of the payload, which follows
 *  5  8  txid
 * 13  8  durable mark: the highest txid known durable when this was written; below the txid
 * 21  m  operation: a JournalEntry, m = n - 20
 *  …  4  CRC32C of everything before it, op code and length included
 * </pre>
 *
 * @param operationOffset where in the segment the operation's bytes begin
 * @param endOffset where the next record begins
 */
record JournalRecord(
    int opCode,
    long txid,
    long durableMark,
    int operationOffset,
    int operationBytes,
    int endOffset) {

  /** An operation at most. */
  static final int MAX_OPERATION_BYTES = 8 << 20;

  /** The bytes of a record besides its operation. */
  static final int OVERHEAD_BYTES = 1 + 4 + 8 + 8 + 4;

  private static final int PREFIX_BYTES = 1 + 4;
  private static final int OPERATION_OFFSET = PREFIX_BYTES + 8 + 8;
  private static final int CRC_BYTES = 4;
  private static final int MIN_PAYLOAD_BYTES = OVERHEAD_BYTES - PREFIX_BYTES;

  /** Writes a record at the target's position; it must have room. */
  static void encode(ByteBuffer target, int opCode, long txid, long durableMark, byte[] operation) {
    int start = target.position();
    target.put((byte) opCode).putInt(MIN_PAYLOAD_BYTES + operation.length);
    target.putLong(txid).putLong(durableMark).put(operation);
    target.putInt(crc(target, start, target.position()));
  }

  /** The record that begins at an offset, or null if no valid one does. Never throws. */
  static JournalRecord at(ByteBuffer segment, int offset) {
    int left = segment.limit() - offset;
    if (left < OVERHEAD_BYTES) {
      return null;
    }
    int opCode = segment.get(offset) & 0xFF;
    int payloadBytes = segment.getInt(offset + 1);
    int operationBytes = payloadBytes - MIN_PAYLOAD_BYTES;
    if (opCode == 0
        || payloadBytes < MIN_PAYLOAD_BYTES
        || operationBytes > MAX_OPERATION_BYTES
        || payloadBytes > left - PREFIX_BYTES) {
      return null;
    }
    long txid = segment.getLong(offset + PREFIX_BYTES);
    long durableMark = segment.getLong(offset + PREFIX_BYTES + Long.BYTES);
    if (durableMark < 0 || durableMark >= txid) {
      return null;
    }
    int end = offset + PREFIX_BYTES + payloadBytes;
    if (segment.getInt(end - CRC_BYTES) != crc(segment, offset, end - CRC_BYTES)) {
      return null;
    }
    return new JournalRecord(
        opCode, txid, durableMark, offset + OPERATION_OFFSET, operationBytes, end);
  }

  /**
   * The txid that the next record follows: that of this one, unless it accepts a rollback. Then the
   * txids up to the one that it names may have been given to other entries, and are left out.
   */
  static long lastTxidAfter(long txid, JournalEntry entry) {
    return entry.hasRollbackAccepted()
        ? Math.max(txid, entry.getRollbackAccepted().getNextTxid() - 1)
        : txid;
  }

  private static int crc(ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }
}
