package org.distrifs.client.write;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the packets of one chunk to the head of its chain, in order, several at a time. After a
 * failure it waits until nothing is in flight any more, learns the chain anew and sends again, in
 * the same order. What is in flight when the chain has become another is not waited for: the former
 * chain can acknowledge nothing any more that the new one does not have, and refuses what comes
 * late, so its answers are of no interest. A packet keeps its sequence, by which the chain knows
 * what it has applied already. Only when the head has accepted a later packet and not this one (it
 * was lost with a connection, and the next was sent over a new one before that was noticed) do this
 * one and all after it get new sequences.
 *
 * <p>Not thread-safe: every method is called under the file's lock.
 */
final class ChunkWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkWriter.class);

  /**
   * So often a chain may refuse for reasons that pass by themselves before its head is reported.
   */
  private static final int QUICK_ATTEMPTS = 4;

  private enum State {
    /** Nothing was asked yet. */
    NEW,
    /** The chain is asked for, or will be after a pause. */
    LOCATING,
    READY,
    /** Something failed; waits for the answers to what is in flight. */
    DRAINING,
    FAILED
  }

  private final long index;
  private final long sessionId;
  private final WritableChunks chunks;
  private final PacketWindow window;
  private final WriteServices services;
  private final ChainSearch search;
  private final ChainCheck check;

  /** Sent, the oldest first; an acknowledged one waits for those before it. */
  private final ArrayDeque<Packet> sent = new ArrayDeque<>();

  private final ArrayDeque<Packet> unsent = new ArrayDeque<>();
  private State state = State.NEW;
  private ChunkLocation location;
  private PeerAddress head;
  private List<ChainHop> chain = List.of();
  private ChainTrouble trouble;
  private int inFlight;

  /** Raised when what is in flight is given up: answers to what was sent before do not count. */
  private int sendGeneration;

  private long progressNs;
  private boolean watched;

  ChunkWriter(
      long index,
      long sessionId,
      WritableChunks chunks,
      PacketWindow window,
      WriteServices services) {
    this.index = index;
    this.sessionId = sessionId;
    this.chunks = chunks;
    this.window = window;
    this.services = services;
    this.search = new ChainSearch(chunks, services, index, new Seeker());
    this.check = new ChainCheck(chunks.lock(), services, new Waiter());
  }

  long index() {
    return index;
  }

  boolean isIdle() {
    return sent.isEmpty() && unsent.isEmpty() && inFlight == 0;
  }

  /**
   * The ticket of the oldest packet that is not acknowledged; {@code Long.MAX_VALUE} without any.
   */
  long oldestTicket() {
    Packet oldest = sent.isEmpty() ? unsent.peek() : sent.peek();
    return oldest == null ? Long.MAX_VALUE : oldest.ticket;
  }

  /** Visits the packets that are not acknowledged, in the order in which they apply. */
  void forEachPacket(Consumer<Packet> visitor) {
    sent.forEach(visitor);
    unsent.forEach(visitor);
  }

  void add(Packet packet) {
    if (isIdle()) {
      progressNs = services.clock().monotonicNs();
    }
    unsent.add(packet);
    prepare();
    pump();
  }

  /** Learns the chunk's chain, allocating the chunk if there is none, unless that is done. */
  void prepare() {
    if (state == State.NEW) {
      ChunkLocation known = chunks.known(index);
      if (known != null) {
        adopt(known);
      } else {
        state = State.LOCATING;
        search.allocate();
      }
    }
  }

  /**
   * Sends what the file's window lets through; never so far ahead of the oldest packet that the
   * chain could have forgotten that one when it comes again.
   */
  void pump() {
    if (state == State.READY && !unsent.isEmpty() && !chunks.mayWrite(index)) {
      beginIntent();
      return;
    }
    while (state == State.READY
        && !unsent.isEmpty()
        && sent.size() < DataRequest.MAX_WRITES_IN_FLIGHT
        && window.isOpen()) {
      Packet packet = unsent.poll();
      sent.add(packet);
      if (packet.acknowledged) {
        // It was taken back for the sake of one before it, which may be acknowledged by now.
        completeAcknowledged();
      } else {
        send(packet);
      }
    }
  }

  /**
   * Allocates, although the chunk is there; if that has to wait, what it waits for pumps again when
   * it has ended.
   */
  private void beginIntent() {
    if (chunks.intent().mayBegin()) {
      state = State.LOCATING;
      search.allocate();
    }
  }

  private void send(Packet packet) {
    // Not again after a failure: then SYNCs find out which member it is that does not sync.
    boolean sync = packet.asksForSync && !packet.sent;
    packet.sent = true;
    if (packet.sequence == 0) {
      packet.sequence = services.sequences().incrementAndGet();
    }
    DataRequest.Write request =
        new DataRequest.Write(
            location.getChunkId(),
            location.getVersion(),
            packet.chunkOffset,
            packet.length,
            sessionId,
            packet.sequence,
            0,
            0,
            chain,
            packet.checksums,
            createsReplica(),
            sync);
    if (inFlight++ == 0) {
      check.firstSent();
    }
    window.sent();
    services.metrics().sent(packet.length);
    long sentNs = services.clock().monotonicNs();
    int sentGeneration = sendGeneration;
    int timeoutMs = services.settings().packetTimeoutMs();
    services
        .transport()
        .send(head, request, packet.retained(), timeoutMs)
        .whenComplete(
            (answer, failure) ->
                chunks
                    .lock()
                    .run(() -> answered(packet, request, sentGeneration, sentNs, answer, failure)));
  }

  /** Only until something was acknowledged: a replica lost after that must not come back empty. */
  private boolean createsReplica() {
    return location.getFresh() && location.getVersion() == 1 && chunks.fresh().isUnwritten(index);
  }

  private void answered(
      Packet packet,
      DataRequest.Write request,
      int sentGeneration,
      long sentNs,
      ChunkAnswer answer,
      Throwable failure) {
    services.metrics().answered(services.clock().monotonicNs() - sentNs);
    if (answer != null) {
      answer.payload().release();
    }
    if (sentGeneration != sendGeneration) {
      return;
    }
    check.heard();
    inFlight--;
    if (state != State.FAILED) {
      if (answer != null && answer.reply().isOk()) {
        // One that has lost its sequence meanwhile is to be applied once more, behind others.
        if (packet.sequence == request.sequence()) {
          acknowledged(packet, request.sync());
        }
      } else {
        ChainTrouble seen = ChainTrouble.of(location, answer, failure);
        if (seen.isOvertaken()) {
          renumberFrom(packet);
        }
        trouble = trouble == null ? seen : trouble.worse(seen);
        state = State.DRAINING;
      }
      if (state == State.DRAINING && inFlight == 0) {
        recover();
      }
    }
    window.answered();
  }

  private void acknowledged(Packet packet, boolean synced) {
    packet.acknowledged = true;
    packet.acknowledgedVersion = location.getVersion();
    packet.syncedAt = synced ? location : null;
    progressNs = services.clock().monotonicNs();
    search.succeeded();
    check.acknowledged();
    chunks.fresh().wrote(index);
    completeAcknowledged();
  }

  private void completeAcknowledged() {
    while (!sent.isEmpty() && sent.peek().acknowledged) {
      window.acknowledged(index, location.getChunkId(), sent.poll());
    }
  }

  /**
   * A later packet was applied before this one, which may overlap it: this one and all after it are
   * applied once more, in order, so that the latest bytes are the last.
   */
  private void renumberFrom(Packet overtaken) {
    boolean behind = false;
    for (Packet packet : sent) {
      behind |= packet.ticket == overtaken.ticket;
      if (behind) {
        packet.acknowledged = false;
        packet.sequence = 0;
      }
    }
  }

  // --- recovery

  private void recover() {
    services.metrics().retried();
    LOG.debug("Chunk index {} of inode {}: {}", index, chunks.inode(), trouble);
    ChainTrouble seen =
        search.failures() < QUICK_ATTEMPTS
            ? trouble
            : trouble.blaming(location.getMembers(0).getNodeId());
    takeBackSent();
    if (seen.isFinal()) {
      fail(Errno.EIO, seen.toString());
      return;
    }
    watch();
    state = State.LOCATING;
    search.afterFailure(seen, location);
  }

  /** What was sent is to be sent again, before what was not, in the same order. */
  private void takeBackSent() {
    trouble = null;
    while (!sent.isEmpty()) {
      unsent.addFirst(sent.pollLast());
    }
  }

  private final class Seeker implements ChainSearch.Seeker {
    @Override
    public boolean isSearching() {
      return state == State.LOCATING;
    }

    @Override
    public void found(ChunkLocation found) {
      adopt(found);
    }

    @Override
    public void notFound(Throwable failure) {
      notLocated(failure);
    }
  }

  private final class Waiter implements ChainCheck.Waiter {
    @Override
    public boolean awaitsAnswers() {
      return inFlight > 0 && (state == State.READY || state == State.DRAINING);
    }

    @Override
    public CompletableFuture<Optional<ChunkLocation>> askMaster() {
      return trouble != null && trouble.failedNodeId() != 0
          ? trouble.report(services.chains(), chunks.inode(), location)
          : services.chains().lookUp(chunks.inode(), index);
    }

    @Override
    public boolean isChanged(ChunkLocation found) {
      boolean changed =
          found.getChunkId() == location.getChunkId()
              && Integer.compareUnsigned(found.getVersion(), location.getVersion()) > 0;
      if (changed) {
        LOG.debug("Chunk index {} of inode {} has another chain by now", index, chunks.inode());
        giveUpInFlight();
        adopt(found);
      }
      return changed;
    }
  }

  private void giveUpInFlight() {
    services.metrics().retried();
    sendGeneration++;
    takeBackSent();
    watch();
    state = State.LOCATING;
    for (; inFlight > 0; inFlight--) {
      window.answered();
    }
  }

  private void notLocated(Throwable failure) {
    if (isIdle()) {
      // Nobody waits for this chunk: it was asked for ahead of need.
      state = State.NEW;
    } else {
      ErrnoException known = WriteFailures.asErrno(failure, "write to " + what());
      fail(known.errno(), known.getMessage());
    }
  }

  private void adopt(ChunkLocation found) {
    if (location != null && location.getChunkId() != found.getChunkId()) {
      fail(
          Errno.EIO,
          "chunk %d was replaced by chunk %d while it was written"
              .formatted(location.getChunkId(), found.getChunkId()));
      return;
    }
    location = found;
    chunks.located(found);
    if (!found.getWritable() || found.getMembersCount() == 0) {
      if (isIdle()) {
        // Asked for ahead of need: it is asked for again when somebody waits for it.
        state = State.NEW;
        return;
      }
      watch();
      state = State.LOCATING;
      search.whileNotWritable(found);
      return;
    }
    Member first = found.getMembers(0);
    head = new PeerAddress(first.getHost(), first.getPort());
    chain =
        found.getMembersList().stream()
            .map(
                member ->
                    new ChainHop(
                        member.getNodeId(),
                        member.getIncarnation(),
                        member.getHost(),
                        member.getPort()))
            .toList();
    state = State.READY;
    pump();
  }

  /** From the first trouble on, sees to it that callers get an error when nothing gets better. */
  private void watch() {
    if (watched) {
      return;
    }
    watched = true;
    long boundNs = TimeUnit.MILLISECONDS.toNanos(services.settings().chunkTimeoutMs());
    long leftNs = Math.max(0, progressNs + boundNs - services.clock().monotonicNs());
    services
        .timer()
        .schedule(
            () -> chunks.lock().run(() -> checkProgress(boundNs)), leftNs, TimeUnit.NANOSECONDS);
  }

  private void checkProgress(long boundNs) {
    watched = false;
    if (state == State.FAILED || isIdle()) {
      return;
    }
    if (services.clock().monotonicNs() - progressNs < boundNs) {
      watch();
      return;
    }
    fail(
        Errno.EIO,
        "its chain took no write for %d ms; %s, %d packets under way, %d unsent, %d failures in a row"
            .formatted(
                services.settings().chunkTimeoutMs(),
                state.name().toLowerCase(Locale.ROOT),
                inFlight,
                unsent.size(),
                search.failures()));
  }

  private void fail(Errno errno, String why) {
    state = State.FAILED;
    services.metrics().gaveUp();
    List<Packet> dropped = new ArrayList<>(sent);
    dropped.addAll(unsent);
    sent.clear();
    unsent.clear();
    window.failed(
        this, dropped, new ErrnoException(errno, "write to " + what() + " (" + why + ")"));
  }

  /**
   * Another mount truncated the file: what was sent may lie in a chunk that is not of the file any
   * more. What was not sent finds its chunk anew.
   */
  void fileWasTruncated() {
    if (location != null && !isIdle()) {
      fail(Errno.EIO, "another mount truncated the file meanwhile");
    }
  }

  /** Gives everything up without a word: the file is gone. */
  void discard(Consumer<Packet> release) {
    state = State.FAILED;
    check.end();
    forEachPacket(release);
    sent.clear();
    unsent.clear();
  }

  private String what() {
    return "chunk index %d of inode %d".formatted(index, chunks.inode());
  }
}
