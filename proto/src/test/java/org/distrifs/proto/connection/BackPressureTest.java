package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.Test;

class BackPressureTest {
  private static final int MIB = 1 << 20;

  private final Queue<ChunkRequestHandler.Answer> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger arrived = new AtomicInteger();

  @Test
  void aListenerThatDoesNotAnswerStopsReadingAndTheSenderIsToldToWait() {
    final int writes = 64;
    try (Loopback loopback = new Loopback(this::hold)) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < writes; i++) {
        final ByteBuf payload = Loopback.bytes(MIB, i);
        answers.add(loopback.send(Loopback.write(0, i, payload), payload));
      }
      final int limit = ChunkListener.MAX_BYTES_PER_CONNECTION / MIB;
      Loopback.until("the limit is reached", () -> arrived.get() == limit);
      assertThat(loopback.transport.isWritable(loopback.address)).isFalse();
      final AtomicInteger woken = new AtomicInteger();
      loopback.transport.whenWritable(loopback.address, woken::incrementAndGet);
      // Small requests take another lane and are not held up.
      final CompletableFuture<ChunkAnswer> probe = loopback.probe(1);
      Loopback.until("a small request arrives", () -> arrived.get() == limit + 1);
      assertThat(woken).hasValue(0);

      Loopback.until("all are answered", () -> answerAll() && arrived.get() == writes + 1);
      answers.forEach(answer -> assertThat(Loopback.await(answer).reply().isOk()).isTrue());
      Loopback.await(probe);
      Loopback.until("the sender is woken", () -> woken.get() == 1);
      assertThat(loopback.transport.isWritable(loopback.address)).isTrue();
    }
  }

  @Test
  void readsCountWithTheBytesOfTheirAnswers() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(loopback.send(Loopback.read(0, MIB), null));
      }
      final int limit = ChunkListener.MAX_BYTES_PER_CONNECTION / MIB;
      Loopback.until("the limit is reached", () -> arrived.get() >= limit);
      assertThat(arrived).hasValue(limit);
      Loopback.until("all are answered", () -> answerAll() && arrived.get() == 100);
      answers.forEach(Loopback::await);
    }
  }

  @Test
  void aWaitingSenderIsWokenWhenThePeerBreaks() {
    final AtomicInteger woken = new AtomicInteger();
    try (Loopback loopback = new Loopback(this::hold)) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        final ByteBuf payload = Loopback.bytes(MIB, i);
        answers.add(loopback.send(Loopback.write(0, i, payload), payload));
      }
      assertThat(loopback.transport.isWritable(loopback.address)).isFalse();
      loopback.transport.whenWritable(loopback.address, woken::incrementAndGet);
      Loopback.until("something arrives", () -> arrived.get() > 0);
      loopback.listener.close();
      answers.forEach(
          answer ->
              assertThat(Loopback.awaitCause(answer)).isEqualTo(TransportException.Cause.BROKEN));
      Loopback.until("the sender is woken", () -> woken.get() == 1);
      answerAll();
    }
  }

  private void hold(DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    held.add(answer);
    arrived.incrementAndGet();
  }

  private boolean answerAll() {
    for (ChunkRequestHandler.Answer next = held.poll(); next != null; next = held.poll()) {
      next.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
    }
    return true;
  }
}
