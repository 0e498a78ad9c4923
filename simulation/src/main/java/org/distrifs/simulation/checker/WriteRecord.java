package org.distrifs.simulation.checker;

import java.util.Arrays;

/** One write of a run, and what is known of its effect. */
public final class WriteRecord {

  final int number;
  final int client;
  final int chunk;
  final int firstCell;
  final int cells;
  final long begunNs;

  /**
   * By cell: when it became known that the write took effect there, by its acknowledgement or by a
   * read. Kept for each cell, because a write is sent in packets that take effect one by one.
   */
  private final long[] knownNs;

  WriteRecord(int number, int client, int chunk, int firstCell, int cells, long begunNs) {
    this.number = number;
    this.client = client;
    this.chunk = chunk;
    this.firstCell = firstCell;
    this.cells = cells;
    this.begunNs = begunNs;
    this.knownNs = new long[cells];
    Arrays.fill(knownNs, Long.MAX_VALUE);
  }

  public int number() {
    return number;
  }

  boolean covers(int cell) {
    return cell >= firstCell && cell < firstCell + cells;
  }

  /** Records that the write is known to have taken effect in a cell. */
  void isKnown(int cell, long nowNs) {
    knownNs[cell - firstCell] = Math.min(knownNs[cell - firstCell], nowNs);
  }

  /** Whether this write is older than another in a cell, so that it cannot be read after that. */
  boolean isBefore(WriteRecord other, int cell) {
    return (client == other.client && number < other.number)
        || knownNs[cell - firstCell] < other.begunNs;
  }

  @Override
  public String toString() {
    return "write %d of client %d (chunk %d, cells %d to %d)"
        .formatted(number, client, chunk, firstCell, firstCell + cells - 1);
  }
}
