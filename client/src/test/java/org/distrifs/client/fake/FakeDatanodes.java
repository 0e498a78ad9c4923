package org.distrifs.client.fake;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.TransportException;
import org.distrifs.proto.control.ReportFailure;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * Datanodes in memory that check what clients do: {@link #violations} lists each rule that was
 * broken. All members of a chunk share one replica; a node is only an address and an incarnation.
 */
public final class FakeDatanodes implements ChunkTransport {
  /** What happens to a request that has arrived. */
  public enum Fate {
    SERVE,
    /** Carried out, but the connection breaks before the answer. */
    LOSE_ANSWER,
    /** The connection breaks before it is carried out. */
    LOSE_REQUEST,
    REFUSE_OVERLOADED,
    REFUSE_NO_LEASE,
    REFUSE_CORRUPT_REQUEST,
    /** The chain gets a new version first, so the request is stale. */
    CHANGE_CHAIN,
    /** As {@link #CHANGE_CHAIN}, after the machines of all members went down. */
    CHANGE_CHAIN_AFTER_POWER_CUT,
    /** The node starts anew first, so the request is for its former incarnation. */
    RESTART_NODE,
    CORRUPT_ANSWER,
    REFUSE_CORRUPT_REPLICA,
    REFUSE_SUSPECT,
    REFUSE_NO_SPACE,
    REFUSE_SESSION_OVER
  }

  /** Decides the fate of each request. Called on the thread of the fake network. */
  @FunctionalInterface
  public interface Faults {
    Fate fateOf(DataRequest request);
  }

  static final int NODES = 3;

  /** One chunk, which all its members share. */
  static final class Chunk {
    int version = 1;
    int lossyVersion;
    int length;
    int syncedLength = -1;
    byte[] bytes = new byte[0];
    final Map<Long, Integer> applied = new HashMap<>();
    long highestSequence;

    /** The sequence of a refused write. Later writes are refused until it is sent again. */
    long refusedSequence = Long.MAX_VALUE;

    void ensure(int end) {
      if (bytes.length < end) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
      }
    }
  }

  /** Whether the master knows that a session may write to a chunk. */
  @FunctionalInterface
  interface WritePermission {
    boolean isGiven(long sessionId, long chunkId);
  }

  private record Pending(
      PeerAddress peer,
      DataRequest request,
      ByteBuf payload,
      CompletableFuture<ChunkAnswer> answer) {}

  private final ScheduledExecutorService network =
      Executors.newSingleThreadScheduledExecutor(
          body -> {
            Thread thread = new Thread(body, "fake-datanodes");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<Long, Chunk> chunks = new HashMap<>();
  private final long[] incarnations = {0, 101, 201, 301};
  private final Map<PeerAddress, ArrayDeque<Pending>> arrived = new HashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private volatile Faults faults = request -> Fate.SERVE;
  private volatile boolean chainsWritable = true;
  private volatile WritePermission permission = (sessionId, chunkId) -> true;
  private final boolean[] stopped = new boolean[NODES + 1];
  private final boolean[] outOfChains = new boolean[NODES + 1];
  private final long[] asked = new long[NODES + 1];
  private final List<Future<?>> timeouts = new ArrayList<>();
  private final Queue<ReportFailure> reports = new ConcurrentLinkedQueue<>();
  private long syncs;
  private long syncingWrites;
  private long reads;

  public void setFaults(Faults newFaults) {
    faults = newFaults;
  }

  void setPermission(WritePermission newPermission) {
    permission = newPermission;
  }

  /** The rules that clients have broken. */
  public List<String> violations() {
    return new ArrayList<>(violations);
  }

  public void setChainsWritable(boolean writable) {
    chainsWritable = writable;
  }

  public synchronized long syncs() {
    return syncs;
  }

  /** Writes that asked for a sync and reached their chunk. */
  public synchronized long syncingWrites() {
    return syncingWrites;
  }

  public synchronized long reads() {
    return reads;
  }

  /** Pauses a node, as SIGSTOP does. Requests that arrive wait until it goes on. */
  public synchronized void stop(int nodeId) {
    stopped[nodeId] = true;
  }

  public synchronized void goOn(int nodeId) {
    stopped[nodeId] = false;
    PeerAddress peer = address(nodeId);
    int kept = arrived.computeIfAbsent(peer, key -> new ArrayDeque<>()).size();
    for (int i = 0; i < kept; i++) {
      network.execute(() -> serveNext(peer));
    }
  }

  /** Changes every chain so that a node is no longer a member. */
  public synchronized void takeOutOfChains(int nodeId) {
    outOfChains[nodeId] = true;
    for (Chunk chunk : chunks.values()) {
      chunk.version++;
      chunk.refusedSequence = Long.MAX_VALUE;
    }
  }

  synchronized boolean isOutOfChains(int nodeId) {
    return outOfChains[nodeId];
  }

  /** How many requests were sent to a node. */
  public synchronized long asked(int nodeId) {
    return asked[nodeId];
  }

  void reported(ReportFailure report) {
    reports.add(report);
  }

  /** The failure reports of clients to the master. */
  public List<ReportFailure> reports() {
    return List.copyOf(reports);
  }

  synchronized boolean areChainsWritable() {
    return chainsWritable;
  }

  synchronized long incarnation(int nodeId) {
    return incarnations[nodeId];
  }

  synchronized int version(long chunkId) {
    Chunk chunk = chunks.get(chunkId);
    return chunk == null ? 1 : chunk.version;
  }

  /** The last version of a chunk before which all members lost power; 0 without one. */
  public synchronized int lossyVersion(long chunkId) {
    Chunk chunk = chunks.get(chunkId);
    return chunk == null ? 0 : chunk.lossyVersion;
  }

  /** Cuts a chunk on every member by a chain change, for a truncation. */
  synchronized void cut(long chunkId, int length) {
    Chunk chunk = chunks.get(chunkId);
    if (chunk != null) {
      chunk.version++;
      if (length < chunk.length) {
        Arrays.fill(chunk.bytes, length, chunk.length, (byte) 0);
        chunk.length = length;
      }
    }
  }

  synchronized void violated(String what) {
    violations.add(what);
  }

  static PeerAddress address(int nodeId) {
    return new PeerAddress("node", nodeId);
  }

  @Override
  public CompletableFuture<ChunkAnswer> send(
      PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
    if (request instanceof DataRequest.Write write
        && !permission.isGiven(write.sessionId(), write.chunkId())) {
      violated("chunk " + write.chunkId() + " is written and the master does not know");
    }
    Pending pending = new Pending(peer, request, payload, new CompletableFuture<>());
    synchronized (this) {
      arrived.computeIfAbsent(peer, key -> new ArrayDeque<>()).add(pending);
      asked[peer.port()]++;
      if (stopped[peer.port()]) {
        timeouts.add(network.schedule(() -> timedOut(pending), timeoutMs, TimeUnit.MILLISECONDS));
      }
    }
    network.execute(() -> serveNext(peer));
    return pending.answer();
  }

  private void serveNext(PeerAddress peer) {
    Pending pending;
    synchronized (this) {
      pending = stopped[peer.port()] ? null : arrived.get(peer).poll();
    }
    if (pending == null) {
      return;
    }
    try {
      serve(pending);
    } catch (RuntimeException | AssertionError e) {
      violated("the fake failed on " + pending.request() + ": " + e);
      pending.answer().completeExceptionally(e);
    } finally {
      if (pending.payload() != null) {
        pending.payload().release();
      }
    }
  }

  private void serve(Pending pending) {
    Fate fate = faults.fateOf(pending.request());
    switch (fate) {
      case SERVE -> answer(pending, carryOut(pending));
      case LOSE_ANSWER -> {
        carryOut(pending).payload().release();
        breakConnection(pending);
      }
      case LOSE_REQUEST -> breakConnection(pending);
      case REFUSE_OVERLOADED -> {
        refuseFrom(pending.request());
        answer(pending, refusal(Status.OVERLOADED));
      }
      case REFUSE_NO_LEASE -> {
        refuseFrom(pending.request());
        answer(pending, refusal(Status.NO_LEASE));
      }
      case REFUSE_CORRUPT_REQUEST -> answer(pending, refusal(Status.CORRUPT_REQUEST));
      case REFUSE_SESSION_OVER -> answer(pending, refusal(Status.SESSION_OVER));
      case REFUSE_NO_SPACE -> answer(pending, refusal(Status.NO_SPACE));
      case REFUSE_SUSPECT -> answer(pending, refusal(Status.SUSPECT));
      case REFUSE_CORRUPT_REPLICA -> answer(pending, refusal(Status.CORRUPT_REPLICA));
      case CHANGE_CHAIN, CHANGE_CHAIN_AFTER_POWER_CUT -> {
        synchronized (this) {
          Chunk chunk = chunks.get(chunkId(pending.request()));
          if (chunk != null) {
            chunk.version++;
            chunk.refusedSequence = Long.MAX_VALUE;
            if (fate == Fate.CHANGE_CHAIN_AFTER_POWER_CUT) {
              chunk.lossyVersion = chunk.version;
            }
          }
        }
        answer(pending, carryOut(pending));
      }
      case RESTART_NODE -> {
        synchronized (this) {
          incarnations[pending.peer().port()]++;
        }
        answer(pending, carryOut(pending));
      }
      case CORRUPT_ANSWER -> {
        ChunkAnswer answer = carryOut(pending);
        if (answer.payload().isReadable()) {
          int at = answer.payload().readerIndex();
          answer.payload().setByte(at, answer.payload().getByte(at) ^ 1);
        }
        answer(pending, answer);
      }
    }
  }

  private synchronized void refuseFrom(DataRequest request) {
    Chunk chunk = chunks.get(chunkId(request));
    if (chunk != null
        && request instanceof DataRequest.Write write
        && !chunk.applied.containsKey(write.sequence())) {
      chunk.refusedSequence = Math.min(chunk.refusedSequence, write.sequence());
    }
  }

  /** Loses all requests under way to the node of {@code first}, and tells their senders. */
  private void breakConnection(Pending first) {
    List<Pending> lost = new ArrayList<>();
    synchronized (this) {
      lost.addAll(arrived.get(first.peer()));
      arrived.get(first.peer()).clear();
    }
    fail(first);
    for (Pending pending : lost) {
      fail(pending);
      if (pending.payload() != null) {
        pending.payload().release();
      }
    }
  }

  private static void timedOut(Pending pending) {
    pending
        .answer()
        .completeExceptionally(
            new TransportException(TransportException.Cause.TIMED_OUT, "the fake node is silent"));
  }

  private static void fail(Pending pending) {
    pending
        .answer()
        .completeExceptionally(
            new TransportException(TransportException.Cause.BROKEN, "the fake connection broke"));
  }

  private static void answer(Pending pending, ChunkAnswer answer) {
    if (!pending.answer().complete(answer)) {
      answer.payload().release();
    }
  }

  private static ChunkAnswer refusal(Status status) {
    return new ChunkAnswer(DataReply.failure(status, "by the fake"), Unpooled.EMPTY_BUFFER);
  }

  private synchronized ChunkAnswer carryOut(Pending pending) {
    DataRequest request = pending.request();
    if (request instanceof DataRequest.Write write) {
      return write(pending.peer(), write, pending.payload());
    }
    if (request instanceof DataRequest.Read read) {
      reads++;
      return read(pending.peer(), read);
    }
    if (request instanceof DataRequest.Sync sync) {
      syncs++;
      Chunk chunk = chunks.get(sync.chunkId());
      Status refused = refused(pending.peer(), chunk, sync.version(), sync.incarnation());
      if (refused == null) {
        chunk.syncedLength = chunk.length;
        return new ChunkAnswer(DataReply.ok(), Unpooled.EMPTY_BUFFER);
      }
      return refusal(refused);
    }
    throw new IllegalArgumentException("a client never sends " + request);
  }

  private Status refused(PeerAddress peer, Chunk chunk, int version, long incarnation) {
    if (incarnation != incarnations[peer.port()]) {
      return Status.WRONG_INCARNATION;
    }
    if (chunk == null) {
      return Status.NO_SUCH_CHUNK;
    }
    return chunk.version == version ? null : Status.STALE_VERSION;
  }

  private ChunkAnswer write(PeerAddress peer, DataRequest.Write write, ByteBuf payload) {
    Chunk chunk = chunks.get(write.chunkId());
    if (chunk == null && write.create() && write.version() == 1) {
      chunk = new Chunk();
    }
    Status refused = refused(peer, chunk, write.version(), write.incarnation());
    if (refused != null) {
      return refusal(refused);
    }
    checkWrite(write, payload);
    syncingWrites += write.sync() ? 1 : 0;
    byte[] bytes = new byte[write.length()];
    payload.getBytes(payload.readerIndex(), bytes);
    int hash = Arrays.hashCode(bytes);
    Integer before = chunk.applied.get(write.sequence());
    if (before == null && write.sequence() > chunk.refusedSequence) {
      return refusal(Status.OVERLOADED);
    }
    if (write.sequence() == chunk.refusedSequence) {
      chunk.refusedSequence = Long.MAX_VALUE;
    }
    if (before != null) {
      if (before != hash) {
        violated("sequence " + write.sequence() + " came again with other bytes");
      }
      return new ChunkAnswer(DataReply.ok(), Unpooled.EMPTY_BUFFER);
    }
    if (write.sequence() < chunk.highestSequence) {
      // The client sends this write and all later ones again under new sequences, refused ones too.
      chunk.refusedSequence = Long.MAX_VALUE;
      return refusal(Status.SEQUENCE_GAP);
    }
    chunks.put(write.chunkId(), chunk);
    chunk.ensure(write.offset() + write.length());
    System.arraycopy(bytes, 0, chunk.bytes, write.offset(), bytes.length);
    chunk.length = Math.max(chunk.length, write.offset() + write.length());
    chunk.applied.put(write.sequence(), hash);
    chunk.highestSequence = write.sequence();
    return new ChunkAnswer(DataReply.ok(), Unpooled.EMPTY_BUFFER);
  }

  private void checkWrite(DataRequest.Write write, ByteBuf payload) {
    if (payload.readableBytes() != write.length()) {
      violated("a write of " + write.length() + " bytes carried " + payload.readableBytes());
    }
    if (BlockChecksums.firstMismatch(payload, write.offset(), write.checksums()) >= 0) {
      violated("the checksums of a write do not match its bytes");
    }
    if (write.order() != 0 || write.position() != 0) {
      violated("a client numbered a write or addressed another than the head");
    }
    if (!payload.isDirect()) {
      violated("a payload is not direct");
    }
  }

  private ChunkAnswer read(PeerAddress peer, DataRequest.Read read) {
    Chunk chunk = chunks.get(read.chunkId());
    Status refused = refused(peer, chunk, read.version(), read.incarnation());
    if (refused != null) {
      return refusal(refused);
    }
    if (read.offset() % DataRequest.BLOCK_BYTES != 0 || read.reconcile()) {
      violated("a read that is not of whole blocks: " + read);
    }
    int length = Math.max(0, Math.min(read.length(), chunk.length - read.offset()));
    ByteBuf payload = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(length, 1));
    payload.writeBytes(chunk.bytes, Math.min(read.offset(), chunk.length), length);
    DataReply reply =
        new DataReply(
            Status.OK,
            0,
            "",
            chunk.version,
            chunk.length,
            0,
            false,
            false,
            false,
            BlockChecksums.ofParts(payload, read.offset()));
    return new ChunkAnswer(reply, payload);
  }

  private static long chunkId(DataRequest request) {
    if (request instanceof DataRequest.Write write) {
      return write.chunkId();
    }
    return request instanceof DataRequest.Read read
        ? read.chunkId()
        : ((DataRequest.Sync) request).chunkId();
  }

  @Override
  public boolean isWritable(PeerAddress peer) {
    return true;
  }

  @Override
  public void whenWritable(PeerAddress peer, Runnable action) {
    action.run();
  }

  /** Does nothing: several clients share this object, which {@link #shutDown} ends. */
  @Override
  public void close() {}

  private synchronized void releaseWhatStoppedNodesKept() {
    for (ArrayDeque<Pending> kept : arrived.values()) {
      for (Pending pending : kept) {
        if (pending.payload() != null) {
          pending.payload().release();
        }
      }
      kept.clear();
    }
  }

  public void shutDown() throws InterruptedException {
    synchronized (this) {
      timeouts.forEach(timeout -> timeout.cancel(false));
    }
    network.shutdown();
    network.awaitTermination(10, TimeUnit.SECONDS);
    releaseWhatStoppedNodesKept();
  }
}
