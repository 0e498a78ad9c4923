package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;

/** A listener and a transport of one process; closing it proves that no buffer was left behind. */
final class Loopback implements AutoCloseable {
  static final long CLUSTER = 0xD15;
  static final int NODE = 7;
  static final long INCARNATION = 99;
  static final int ANSWER_BOUND_MS = 20_000;

  static final ConnectionBounds SHORT = new ConnectionBounds(1000, 300, 400, 800, 500);

  private static final int WAIT_BOUND_MS = 10_000;

  final IoThreads io;
  final ChunkListener listener;
  final SocketChunkTransport transport;
  final PeerAddress address;
  private final long buffersBefore = buffersInUse();

  Loopback(ChunkRequestHandler handler) {
    this(handler, Way.UNIX_SOCKET, ConnectionBounds.DEFAULT);
  }

  Loopback(ChunkRequestHandler handler, Way way, ConnectionBounds bounds) {
    io = way == Way.TCP_OF_THE_JDK ? IoThreads.startWithoutEpoll("test") : IoThreads.start("test");
    listener =
        ChunkListener.start(
            io,
            "127.0.0.1",
            0,
            way == Way.UNIX_SOCKET,
            () -> new NodeIdentity(CLUSTER, NODE, INCARNATION),
            handler,
            bounds);
    transport = transportOf(CLUSTER, bounds);
    address = new PeerAddress("127.0.0.1", listener.port());
  }

  SocketChunkTransport transportOf(long cluster, ConnectionBounds bounds) {
    return new SocketChunkTransport(io, () -> cluster, "test", bounds);
  }

  CompletableFuture<ChunkAnswer> send(DataRequest request, ByteBuf payload) {
    return transport.send(address, request, payload, ANSWER_BOUND_MS);
  }

  CompletableFuture<ChunkAnswer> probe(long number) {
    return send(new DataRequest.Probe(number), null);
  }

  CompletableFuture<ChunkAnswer> probeOf(PeerAddress other) {
    return transport.send(other, new DataRequest.Probe(1), null, ANSWER_BOUND_MS);
  }

  static DataRequest.Write write(int offset, long sequence, ByteBuf payload) {
    return new DataRequest.Write(
        1,
        1,
        offset,
        payload.readableBytes(),
        5,
        sequence,
        0,
        0,
        List.of(new ChainHop(NODE, INCARNATION, "127.0.0.1", 1)),
        BlockChecksums.ofParts(payload, offset),
        false,
        false);
  }

  static DataRequest.Read read(int offset, int length) {
    return new DataRequest.Read(1, 1, INCARNATION, offset, length, false, false);
  }

  /** A pooled buffer of random bytes. (Filled at once: leak detection records each access.) */
  static ByteBuf bytes(int length, long seed) {
    final byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return PooledByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(bytes);
  }

  /** Waits for an answer, releases its payload and returns it. */
  static ChunkAnswer await(CompletableFuture<ChunkAnswer> future) {
    try {
      final ChunkAnswer answer = future.get(WAIT_BOUND_MS, TimeUnit.MILLISECONDS);
      answer.payload().release();
      return answer;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  static Throwable awaitFailure(CompletableFuture<ChunkAnswer> future) {
    try {
      throw new AssertionError("answered: " + future.get(WAIT_BOUND_MS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("neither answer nor failure", e);
    }
  }

  static TransportException.Cause awaitCause(CompletableFuture<ChunkAnswer> future) {
    final Throwable failure = awaitFailure(future);
    assertThat(failure).isInstanceOf(TransportException.class);
    return ((TransportException) failure).why();
  }

  static void until(String what, BooleanSupplier condition) {
    final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_BOUND_MS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  static ByteBuf nothing() {
    return Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void close() {
    transport.close();
    listener.close();
    io.close();
    until("all buffers are released", () -> buffersInUse() <= buffersBefore);
  }

  private static long buffersInUse() {
    long inUse = 0;
    for (final PoolArenaMetric arena : PooledByteBufAllocator.DEFAULT.metric().directArenas()) {
      inUse += arena.numActiveAllocations();
    }
    return inUse;
  }
}
