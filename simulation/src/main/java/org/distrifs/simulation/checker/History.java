package org.distrifs.simulation.checker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.distrifs.simulation.scheduler.Scheduler;

/**
 * All writes and reads of a run, by cell. Checks what each read sees: it must have been written to
 * that cell, and must not be older than a write that was acknowledged or read before this read
 * began.
 *
 * <p>A write is older than another of the same cell if the same client began it first, or if it was
 * known to have taken effect before the other began. Writes that overlap in time may take effect in
 * any order.
 */
public final class History {

  private final Scheduler scheduler;
  private final int cellsOfChunk;
  private final Consumer<String> violated;
  private final List<WriteRecord> writes = new ArrayList<>();

  /**
   * By chunk and cell: the writes that are known to have taken effect. A write is left out if it is
   * older than another of them.
   */
  private final List<WriteRecord>[] known;

  /**
   * As {@link #known}, but only acknowledged writes. A write that was only read may not have
   * reached the whole chain yet.
   */
  private final List<WriteRecord>[] acknowledged;

  /** A read under way, with the writes that its result must not be older than. */
  public static final class Read {
    private final int client;
    private final int chunk;
    private final int firstCell;
    private final List<List<WriteRecord>> floor;

    private Read(int client, int chunk, int firstCell, List<List<WriteRecord>> floor) {
      this.client = client;
      this.chunk = chunk;
      this.firstCell = firstCell;
      this.floor = floor;
    }
  }

  /**
   * @param violated takes each violation
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public History(Scheduler scheduler, int chunks, int cellsOfChunk, Consumer<String> violated) {
    this.scheduler = scheduler;
    this.cellsOfChunk = cellsOfChunk;
    this.violated = violated;
    this.known = new List[chunks * cellsOfChunk];
    this.acknowledged = new List[chunks * cellsOfChunk];
    Arrays.fill(known, List.of());
    Arrays.fill(acknowledged, List.of());
  }

  public int cellsOfChunk() {
    return cellsOfChunk;
  }

  /** Records that a client begins to write. */
  public WriteRecord beginWrite(int client, int chunk, int firstCell, int cells) {
    WriteRecord write =
        new WriteRecord(writes.size() + 1, client, chunk, firstCell, cells, scheduler.nowNs());
    writes.add(write);
    return write;
  }

  /** Records that a write was acknowledged to its client. */
  public void acknowledged(WriteRecord write) {
    for (int cell = write.firstCell; cell < write.firstCell + write.cells; cell++) {
      int at = write.chunk * cellsOfChunk + cell;
      write.isKnown(cell, scheduler.nowNs());
      known[at] = with(known[at], write, cell);
      acknowledged[at] = with(acknowledged[at], write, cell);
    }
  }

  private static List<WriteRecord> with(List<WriteRecord> before, WriteRecord write, int cell) {
    boolean isOld = before.stream().anyMatch(other -> write.isBefore(other, cell));
    if (isOld || before.contains(write)) {
      return before;
    }
    List<WriteRecord> latest = new ArrayList<>(before);
    latest.removeIf(other -> other.isBefore(write, cell));
    latest.add(write);
    return latest;
  }

  /** Records that a client begins to read. */
  public Read beginRead(int client, int chunk, int firstCell, int cells) {
    List<List<WriteRecord>> floor = new ArrayList<>(cells);
    for (int cell = firstCell; cell < firstCell + cells; cell++) {
      floor.add(known[chunk * cellsOfChunk + cell]);
    }
    return new Read(client, chunk, firstCell, floor);
  }

  /**
   * Checks the result of a read.
   *
   * @param bytes all bytes that were asked for; zeros where there is no data
   */
  public void endRead(Read read, ByteBuffer bytes) {
    for (int i = 0; i < read.floor.size(); i++) {
      int cell = read.firstCell + i;
      String what = "client " + read.client + " read chunk " + read.chunk;
      WriteRecord seen = check(what, read.chunk, cell, read.floor.get(i), bytes, i);
      if (seen != null) {
        int at = read.chunk * cellsOfChunk + cell;
        seen.isKnown(cell, scheduler.nowNs());
        known[at] = with(known[at], seen, cell);
      }
    }
  }

  /** Checks that the readable cells of a replica hold everything that was acknowledged. */
  public void checkReplica(String what, int chunk, ByteBuffer bytes, ReadableCell readable) {
    for (int cell = 0; cell < cellsOfChunk; cell++) {
      if (readable.test(cell)) {
        check(what, chunk, cell, acknowledged[chunk * cellsOfChunk + cell], bytes, cell);
      }
    }
  }

  /** Tells whether a cell of a replica can be read, and so must be right. */
  public interface ReadableCell {
    boolean test(int cell);
  }

  private WriteRecord check(
      String what, int chunk, int cell, List<WriteRecord> floor, ByteBuffer bytes, int at) {
    int number = Cells.writeIn(bytes, at * Cells.CELL_BYTES);
    if (number == Cells.ZERO) {
      if (!floor.isEmpty()) {
        violated.accept(what + " cell " + cell + ": zeros, though there was " + floor);
      }
      return null;
    }
    boolean covers = number > 0 && number <= writes.size();
    WriteRecord seen = covers ? writes.get(number - 1) : null;
    boolean isOfCell = covers && seen.chunk == chunk && seen.covers(cell);
    if (!isOfCell) {
      violated.accept(
          what + " cell " + cell + ": bytes that were never written there (" + number + ")");
      return null;
    }
    for (WriteRecord other : floor) {
      if (seen != other && seen.isBefore(other, cell)) {
        violated.accept(what + " cell " + cell + ": " + seen + ", though there was " + other);
      }
    }
    return seen;
  }
}
