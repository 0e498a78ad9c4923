package org.distrifs.simulation.checker;

/** One write of a run, and what is known of its fate. */
public final class WriteRecord {

  final int number;
  final int client;
  final int chunk;
  final int firstCell;
  final int cells;
  final long begunNs;

  /** Since when it is known to have taken effect: its acknowledgement, or a read that saw it. */
  long knownNs = Long.MAX_VALUE;

  WriteRecord(int number, int client, int chunk, int firstCell, int cells, long begunNs) {
    this.number = number;
    this.client = client;
    this.chunk = chunk;
    this.firstCell = firstCell;
    this.cells = cells;
    this.begunNs = begunNs;
  }

  public int number() {
    return number;
  }

  /** Whether this one cannot be seen any more once the other was. */
  boolean isBefore(WriteRecord other) {
    return (client == other.client && number < other.number) || knownNs < other.begunNs;
  }

  @Override
  public String toString() {
    return "write %d of client %d (chunk %d, cells %d to %d)"
        .formatted(number, client, chunk, firstCell, firstCell + cells - 1);
  }
}
