package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests and answers between a transport and a listener, with epoll and without. */
class ExchangeTest {
  private static final int PACKET = 512 << 10;
  private static final int FILE_READS = 60;

  private final ExecutorService workers = Executors.newFixedThreadPool(3);

  @AfterEach
  void endWorkers() throws InterruptedException {
    workers.shutdown();
    assertThat(workers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void thousandsOfSmallRequestsInFlightEachGetTheirOwnAnswer(Way way) throws Exception {
    final ChunkRequestHandler answerElsewhere =
        (request, payload, answer) -> {
          payload.release();
          final int number = (int) ((DataRequest.Probe) request).incarnation();
          workers.execute(() -> answer.reply(withOrder(number), Unpooled.EMPTY_BUFFER));
        };
    try (Loopback loopback = new Loopback(answerElsewhere, way, ConnectionBounds.DEFAULT)) {
      final int perThread = 5000;
      final List<CompletableFuture<Void>> senders = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        final int first = thread * perThread;
        senders.add(CompletableFuture.runAsync(() -> probeAll(loopback, first, perThread)));
      }
      for (final CompletableFuture<Void> sender : senders) {
        sender.get(30, TimeUnit.SECONDS);
      }
      assertThat(loopback.listener.connections()).isEqualTo(1);
    }
  }

  private static void probeAll(Loopback loopback, int first, int count) {
    final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(loopback.probe(first + i));
    }
    for (int i = 0; i < count; i++) {
      assertThat(Loopback.await(answers.get(i)).reply().lastOrder()).isEqualTo(first + i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void writesOfOneThreadArriveInOrderWithTheBytesTheyLeftWith(Way way) {
    final List<Long> arrived = new ArrayList<>();
    final ChunkRequestHandler verify =
        (request, payload, answer) -> {
          final DataRequest.Write write = (DataRequest.Write) request;
          final boolean direct = payload.isDirect() && payload.nioBufferCount() == 1;
          final int bad = BlockChecksums.firstMismatch(payload, write.offset(), write.checksums());
          payload.release();
          arrived.add(write.sequence());
          answer.reply(
              direct && bad < 0 ? DataReply.ok() : DataReply.failure(Status.CORRUPT_REQUEST, ""),
              Unpooled.EMPTY_BUFFER);
        };
    final Random random = new Random(Seeds.fromPropertyOrFresh());
    try (Loopback loopback = new Loopback(verify, way, ConnectionBounds.DEFAULT)) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        final int length = random.nextInt(4) == 0 ? PACKET : 1 + random.nextInt(60_000);
        final ByteBuf payload = Loopback.bytes(length, i);
        answers.add(loopback.send(Loopback.write(random.nextInt(1 << 26), i, payload), payload));
        awaitWritable(loopback);
      }
      answers.forEach(answer -> assertThat(Loopback.await(answer).reply().isOk()).isTrue());
      assertThat(arrived).hasSize(400).isSorted();
    }
  }

  private static void awaitWritable(Loopback loopback) {
    final Semaphore writable = new Semaphore(0);
    loopback.transport.whenWritable(loopback.address, writable::release);
    assertThat(acquire(writable)).isTrue();
  }

  private static boolean acquire(Semaphore semaphore) {
    try {
      return semaphore.tryAcquire(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersFromAFileCarryItsBytesAndLeaveItOpen(Way way, @TempDir Path folder)
      throws IOException {
    final byte[] content = new byte[3 << 20];
    new Random(1).nextBytes(content);
    final Path path = Files.write(folder.resolve("chunk"), content);
    final AtomicInteger done = new AtomicInteger();
    final AtomicInteger timed = new AtomicInteger();
    final LongConsumer sent =
        blockedNs -> {
          timed.addAndGet(Long.signum(blockedNs));
          done.incrementAndGet();
        };
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      final ChunkRequestHandler serve =
          (request, payload, answer) -> {
            payload.release();
            final DataRequest.Read read = (DataRequest.Read) request;
            final DataReply reply = withOrder(read.offset());
            workers.execute(
                () -> answer.replyFromFile(reply, file, read.offset(), read.length(), sent));
          };
      final Random random = new Random(Seeds.fromPropertyOrFresh());
      try (Loopback loopback = new Loopback(serve, way, ConnectionBounds.DEFAULT)) {
        final Map<Integer, CompletableFuture<ChunkAnswer>> answers = new ConcurrentHashMap<>();
        for (int i = 0; i < FILE_READS; i++) {
          final int offset = random.nextInt(content.length);
          final int length = Math.min(1 + random.nextInt(1 << 20), content.length - offset);
          answers.put(offset, loopback.send(Loopback.read(offset, length), null));
        }
        answers.forEach(
            (offset, future) -> {
              final ChunkAnswer answer = future.orTimeout(10, TimeUnit.SECONDS).join();
              final ByteBuffer bytes = answer.payload().nioBuffer();
              final ByteBuffer expected = ByteBuffer.wrap(content, offset, bytes.remaining());
              assertThat(answer.reply().lastOrder()).isEqualTo((long) offset);
              assertThat(bytes).isEqualTo(expected);
              answer.payload().release();
            });
        Loopback.until("each transfer is told done", () -> done.get() == FILE_READS);
      }
      assertThat(done).hasValue(FILE_READS);
      assertThat(timed).hasValue(FILE_READS);
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
    }
  }

  @Test
  void aFileThatIsShorterThanTheAnswerBreaksTheConnectionAndIsGivenBack(@TempDir Path folder)
      throws IOException {
    final Path path = Files.write(folder.resolve("chunk"), new byte[100]);
    final AtomicLong blocked = new AtomicLong(-1);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        Loopback loopback =
            new Loopback(
                (request, payload, answer) ->
                    answer.replyFromFile(DataReply.ok(), file, 0, 5000, blocked::set))) {
      assertThat(Loopback.awaitCause(loopback.send(Loopback.read(0, 5000), null)))
          .isEqualTo(TransportException.Cause.BROKEN);
      Loopback.until("the transfer is told done", () -> blocked.get() == 0);
    }
  }

  @Test
  void writesToEachPositionOfAChainAndSmallRequestsHaveTheirOwnConnections() {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      final ByteBuf payload = Loopback.bytes(10, 1);
      final DataRequest.Write first = Loopback.write(0, 1, payload);
      final DataRequest.Write second =
          new DataRequest.Write(
              1,
              1,
              0,
              10,
              5,
              1,
              1,
              1,
              List.of(first.chain().get(0), first.chain().get(0)),
              first.checksums(),
              false,
              false);
      Loopback.await(loopback.send(first, payload.retain()));
      Loopback.await(loopback.send(second, payload));
      Loopback.await(loopback.probe(1));
      assertThat(loopback.listener.connections()).isEqualTo(3);
    }
  }

  @Test
  void anAnswerCanBeGivenOnlyOnce() {
    final CompletableFuture<Throwable> second = new CompletableFuture<>();
    final ChunkRequestHandler twice =
        (request, payload, answer) -> {
          answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
          try {
            answer.reply(DataReply.ok(), Loopback.bytes(100, 1));
            second.complete(null);
          } catch (IllegalStateException e) {
            second.complete(e);
          }
        };
    try (Loopback loopback = new Loopback(twice)) {
      assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
      assertThat(second.orTimeout(10, TimeUnit.SECONDS).join()).hasMessageContaining("second time");
    }
  }

  @Test
  void whatDoesNotFitAFrameFailsInTheSenderAndSpoilsNothing() {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      final ByteBuf payload = Loopback.bytes(10, 1);
      final DataRequest.Write write = Loopback.write(0, 1, payload);
      payload.writerIndex(9);
      assertThat(Loopback.awaitFailure(loopback.send(write, payload)))
          .isInstanceOf(IllegalArgumentException.class);
      final ByteBuf other = Loopback.bytes(10, 1);
      final DataRequest.Write badPosition =
          new DataRequest.Write(
              1, 1, 0, 10, 5, 1, 1, 3, write.chain(), write.checksums(), false, false);
      assertThat(Loopback.awaitFailure(loopback.send(badPosition, other)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
    }
  }

  static void acknowledge(DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
  }

  private static DataReply withOrder(long order) {
    return new DataReply(Status.OK, 0, "", 0, 0, order, false, false, false, new int[0]);
  }
}
