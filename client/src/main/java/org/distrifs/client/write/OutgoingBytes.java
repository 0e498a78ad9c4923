package org.distrifs.client.write;

import it.unimi.dsi.fastutil.longs.LongAVLTreeSet;
import it.unimi.dsi.fastutil.longs.LongSortedSet;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.error.ErrnoException;

/**
 * What was written to a file and is not acknowledged: extents that are not sent yet, and packets
 * with their chunk writers. Not thread-safe: belongs to the file's lock.
 */
final class OutgoingBytes {
  /** Chunk writers without packets that are kept for their chain at most. */
  private static final int MAX_IDLE_CHUNK_WRITERS = 4;

  /** Told what becomes of the bytes. */
  interface Fate {
    /** Whether a packet that ends there makes the file longer. */
    boolean isAtEnd(long fileEnd);

    void acknowledged(long index, long chunkId, Packet packet);

    /** Whether bytes of a chunk were acknowledged that no sync followed. */
    boolean isUnsynced(long index);

    /** The bytes of packets are lost, and dropped already. */
    void lost(ErrnoException failure);

    /** A packet was answered: fewer than before are under way. */
    void answered();
  }

  private final long chunkBytes;
  private final long sessionId;
  private final WritableChunks chunks;
  private final WriteServices services;
  private final Fate fate;
  private final ExtentBuffer extents;
  private final TreeMap<Long, ChunkWriter> chunkWriters = new TreeMap<>();
  private final FlushWaits flushWaits = new FlushWaits();
  private final PacketWindow window = new Window();
  private int inFlight;
  private long nextTicket;
  private long lastProgressNs;

  OutgoingBytes(
      long chunkBytes, long sessionId, WritableChunks chunks, WriteServices services, Fate fate) {
    this.chunkBytes = chunkBytes;
    this.sessionId = sessionId;
    this.chunks = chunks;
    this.services = services;
    this.fate = fate;
    this.extents = new ExtentBuffer((int) Math.min(services.settings().packetBytes(), chunkBytes));
    this.lastProgressNs = services.clock().monotonicNs();
  }

  // --- taking bytes

  /** Where the part of a write ends that {@link #take} can take at once. */
  long slotEnd(long offset) {
    return extents.slotEnd(offset);
  }

  /** The most memory that {@link #take} may need, in bytes. */
  int memoryFor(long offset, int length) {
    return extents.memoryFor(offset, length);
  }

  /**
   * Takes bytes that lie within one slot.
   *
   * @return by how many bytes the memory in use grew; negative when it shrank
   */
  int take(long offset, ByteBuffer piece) {
    return extents.write(offset, piece);
  }

  /** Sends the extent with the byte at an offset, if it makes a whole packet. */
  void sendFull(long offset) {
    Extent full = extents.takeFull(offset);
    if (full != null) {
      dispatch(full, false);
    }
  }

  /** Sends what is unsent, without waiting. */
  void sendAll() {
    sendAll(false);
  }

  /**
   * As {@link #sendAll}; {@code over} completes when no packet made by then is left.
   *
   * @param sync the last packet of a chunk is to sync on its way, if nothing was sent before
   */
  void sendAll(CompletableFuture<Void> over, boolean sync) {
    sendAll(sync);
    flushWaits.add(nextTicket, over);
    flushWaits.oldestIs(oldestTicket());
  }

  /**
   * A packet asks for a sync only where all that the sync has to cover is sent now. A stream may
   * have left so much before that the members need longer for it than a packet may take.
   */
  private void sendAll(boolean sync) {
    List<Extent> all = extents.takeAll();
    boolean maySync = false;
    for (int i = 0; i < all.size(); i++) {
      long index = chunkIndex(all.get(i));
      if (i == 0 || chunkIndex(all.get(i - 1)) != index) {
        maySync = sync && writer(index).isIdle() && !fate.isUnsynced(index);
      }
      boolean isLast = i == all.size() - 1 || chunkIndex(all.get(i + 1)) != index;
      dispatch(all.get(i), maySync && isLast);
    }
  }

  private long chunkIndex(Extent extent) {
    return extent.start() / chunkBytes;
  }

  private void dispatch(Extent extent, boolean sync) {
    long index = chunkIndex(extent);
    int chunkOffset = (int) (extent.start() % chunkBytes);
    Packet packet = new Packet(nextTicket++, extent, chunkOffset, sync);
    writer(index).add(packet);
    boolean pastHalf = chunkOffset + packet.length > chunkBytes / 2;
    boolean isLast = index == Long.MAX_VALUE / chunkBytes;
    if (pastHalf && !isLast && fate.isAtEnd(packet.fileEnd()) && chunks.known(index + 1) == null) {
      writer(index + 1).prepare();
    }
  }

  private ChunkWriter writer(long index) {
    ChunkWriter known = chunkWriters.get(index);
    if (known == null) {
      if (chunkWriters.size() > MAX_IDLE_CHUNK_WRITERS) {
        forgetIdle();
      }
      known = new ChunkWriter(index, sessionId, chunks, window, services);
      chunkWriters.put(index, known);
    }
    return known;
  }

  // --- what there is

  /** Whether bytes are unsent, unacknowledged, or on their way though they were given up. */
  boolean isPending() {
    return inFlight > 0
        || !extents.isEmpty()
        || !chunkWriters.values().stream().allMatch(ChunkWriter::isIdle);
  }

  /** Packets that were sent and not answered. */
  int inFlight() {
    return inFlight;
  }

  /** When bytes were acknowledged or lost last, on the clock. */
  long lastProgressNs() {
    return lastProgressNs;
  }

  /** Behind the last byte; 0 without one. */
  long end() {
    long[] end = {extents.end()};
    for (ChunkWriter writer : chunkWriters.values()) {
      writer.forEachPacket(packet -> end[0] = Math.max(end[0], packet.fileEnd()));
    }
    return end[0];
  }

  /** Lays the bytes of a range over what was read. */
  void addTo(Overlay overlay, long offset, int length) {
    for (ChunkWriter writer : writersOf(offset, length)) {
      writer.forEachPacket(
          packet -> {
            if (overlay.touches(packet.fileOffset, packet.length)) {
              overlay.add(packet.fileOffset, packet.retained());
            }
          });
    }
    extents.overlapping(
        offset, offset + length, extent -> overlay.add(extent.start(), extent.retained()));
  }

  private Iterable<ChunkWriter> writersOf(long offset, int length) {
    long first = offset / chunkBytes;
    long last = (offset + Math.max(length, 1) - 1) / chunkBytes;
    return chunkWriters.subMap(first, true, last, true).values();
  }

  /** The indices of the chunks that the bytes lie in. */
  LongSortedSet chunkIndices() {
    LongSortedSet indices = new LongAVLTreeSet();
    chunkWriters.values().stream()
        .filter(writer -> !writer.isIdle())
        .forEach(writer -> indices.add(writer.index()));
    extents.overlapping(0, Long.MAX_VALUE, extent -> indices.add(chunkIndex(extent)));
    return indices;
  }

  // --- changes from elsewhere

  /** What packets wait for may have changed. */
  void pumpAll() {
    List.copyOf(chunkWriters.values()).forEach(ChunkWriter::pump);
  }

  /** Another mount truncated the file: what is under way may lie in chunks that it has no more. */
  void fileWasTruncated() {
    List.copyOf(chunkWriters.values()).forEach(ChunkWriter::fileWasTruncated);
    forgetIdle();
  }

  /** Chains are learned anew where nothing is under way. */
  void forgetIdle() {
    chunkWriters.values().removeIf(ChunkWriter::isIdle);
  }

  /** Nothing will be sent or sent again. */
  void dropAll() {
    extents.takeAll().forEach(this::drop);
    chunkWriters.values().forEach(writer -> writer.discard(this::giveUp));
    chunkWriters.clear();
    flushWaits.oldestIs(Long.MAX_VALUE);
  }

  private void drop(Extent extent) {
    services.memory().give(extent.capacity());
    extent.release();
  }

  private void giveUp(Packet packet) {
    if (packet.sent && !packet.acknowledged) {
      chunks.intent().bytesWereLost();
    }
    drop(packet);
  }

  private void drop(Packet packet) {
    services.memory().give(packet.chargedBytes);
    packet.release();
  }

  private long oldestTicket() {
    return chunkWriters.values().stream()
        .mapToLong(ChunkWriter::oldestTicket)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void progressed() {
    lastProgressNs = services.clock().monotonicNs();
    flushWaits.oldestIs(oldestTicket());
  }

  private final class Window implements PacketWindow {
    @Override
    public boolean isOpen() {
      return inFlight < services.settings().windowPackets();
    }

    @Override
    public void sent() {
      inFlight++;
    }

    @Override
    public void answered() {
      inFlight--;
      pumpAll();
      fate.answered();
    }

    @Override
    public void acknowledged(long index, long chunkId, Packet packet) {
      fate.acknowledged(index, chunkId, packet);
      drop(packet);
      progressed();
    }

    @Override
    public void failed(ChunkWriter writer, List<Packet> dropped, ErrnoException failure) {
      chunkWriters.remove(writer.index(), writer);
      dropped.forEach(OutgoingBytes.this::giveUp);
      fate.lost(failure);
      progressed();
    }
  }
}
