package org.distrifs.datanode.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.distrifs.datanode.store.LocalChunkStore;
import org.distrifs.datanode.store.StoreSettings;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.ManualClock;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.log.EventSums;
import org.distrifs.runtime.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ReplicaReadsTest {
  private static final long CHUNK = 7;
  private static final NodeIdentity SELF = new NodeIdentity(1, 2, 3);
  private static final byte[] CONTENT = {1, 2, 3, 4, 5};
  private static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(ReplicaReads.SLOW_MS) + 1;

  @TempDir Path folder;
  private final ManualClock clock = new ManualClock();
  private final Metrics metrics = new Metrics("test");
  private LocalChunkStore store;
  private DataServer server;

  /** Where the bytes of an answer came from; completes with the bytes if it was memory. */
  private static final class Answer implements ChunkRequestHandler.Answer {
    private final CompletableFuture<byte[]> fromMemory = new CompletableFuture<>();
    private final CompletableFuture<LongConsumer> fromFile = new CompletableFuture<>();

    @Override
    public void reply(DataReply reply, ByteBuf payload) {
      byte[] bytes = new byte[payload.readableBytes()];
      payload.readBytes(bytes).release();
      if (reply.isOk()) {
        fromMemory.complete(bytes);
      } else {
        fromMemory.completeExceptionally(new AssertionError(reply.toString()));
      }
    }

    @Override
    public void replyFromFile(
        DataReply reply, FileChannel file, long position, int length, LongConsumer done) {
      fromFile.complete(done);
    }
  }

  @BeforeEach
  void writeAReplica() throws Exception {
    store =
        LocalChunkStore.open(
            new LocalDisk(),
            folder,
            SELF::clusterId,
            new UUID(7, 8),
            clock,
            new StoreSettings(2, 4, 0, 60_000, 0, 3_600_000, 3_600_000));
    NodeLease lease = new NodeLease(clock);
    lease.extend(clock.monotonicNs(), 3_600_000);
    EventSums sums = new EventSums(LoggerFactory.getLogger(ReplicaReadsTest.class));
    // A chain of one sends nothing on, and so needs no transport.
    server =
        new DataServer(
            new ServerContext(store, null, clock, () -> SELF, lease, new TermGuard(), 1000, sums),
            metrics);
    ByteBuf payload = ByteBufAllocator.DEFAULT.directBuffer().writeBytes(CONTENT);
    List<ChainHop> chain = List.of(new ChainHop(SELF.nodeId(), SELF.incarnation(), "self", 1));
    DataRequest.Write write =
        new DataRequest.Write(
            CHUNK,
            1,
            0,
            CONTENT.length,
            9,
            1,
            0,
            0,
            chain,
            BlockChecksums.ofParts(payload, 0),
            true,
            false);
    Answer written = new Answer();
    server.handle(write, payload, written);
    assertThat(bytesOf(written)).isEmpty();
  }

  @AfterEach
  void close() {
    store.close();
    metrics.close();
  }

  @Test
  void aReadThatWaitedForTheDiskHasDiskThreadsReadForAWhile() throws Exception {
    sendFromFile().accept(SLOW_NS);

    assertThat(bytesOf(read())).isEqualTo(CONTENT);
    clock.advance(ReplicaReads.PAUSE_MS, TimeUnit.MILLISECONDS);
    sendFromFile().accept(0);
  }

  @Test
  void aReadThatDidNotWaitChangesNothing() throws Exception {
    sendFromFile().accept(SLOW_NS - 1);
    sendFromFile().accept(0);
  }

  private LongConsumer sendFromFile() throws Exception {
    return read().fromFile.get(10, TimeUnit.SECONDS);
  }

  private Answer read() {
    Answer answer = new Answer();
    server.handle(
        new DataRequest.Read(CHUNK, 1, SELF.incarnation(), 0, 4096, false, false),
        Unpooled.EMPTY_BUFFER,
        answer);
    return answer;
  }

  private static byte[] bytesOf(Answer answer) throws Exception {
    return answer.fromMemory.get(10, TimeUnit.SECONDS);
  }
}
