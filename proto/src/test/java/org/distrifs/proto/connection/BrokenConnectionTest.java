package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;

class BrokenConnectionTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final Queue<ChunkRequestHandler.Answer> held = new ConcurrentLinkedQueue<>();

  @Test
  void nobodyListeningIsToldAtOnce() throws IOException {
    final int port;
    try (ServerSocket socket = new ServerSocket(0, 1, HERE)) {
      port = socket.getLocalPort();
    }
    for (final Way way : Way.values()) {
      try (Loopback loopback =
          new Loopback(ExchangeTest::acknowledge, way, ConnectionBounds.DEFAULT)) {
        final ByteBuf payload = Loopback.bytes(100_000, 1);
        final long before = System.nanoTime();
        final CompletableFuture<ChunkAnswer> answer =
            loopback.transport.send(
                new PeerAddress("localhost", port),
                Loopback.write(0, 1, payload),
                payload,
                Loopback.ANSWER_BOUND_MS);
        assertThat(Loopback.awaitCause(answer)).isEqualTo(TransportException.Cause.REFUSED);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isLessThan(3000);
      }
    }
  }

  @Test
  void anUnknownHostCannotBeReached() {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      final CompletableFuture<ChunkAnswer> answer =
          loopback.transport.send(
              new PeerAddress("no-such-host.invalid", 1), new DataRequest.Probe(1), null, 5000);
      assertThat(Loopback.awaitCause(answer)).isEqualTo(TransportException.Cause.UNREACHABLE);
    }
  }

  @Test
  void aConnectionThatBreaksFailsWhatIsUnderWayAndTheNextRequestMakesANewOne() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        final ByteBuf payload = Loopback.bytes(300_000, i);
        answers.add(loopback.send(Loopback.write(0, i, payload), payload));
      }
      Loopback.until("requests arrive", () -> held.size() == 10);
      final int port = loopback.listener.port();
      loopback.listener.close();
      answers.forEach(
          answer ->
              assertThat(Loopback.awaitCause(answer)).isEqualTo(TransportException.Cause.BROKEN));
      // Answers that come too late to be sent harm nothing.
      held.forEach(answer -> answer.reply(DataReply.ok(), Loopback.bytes(5000, 1)));

      final NodeIdentity self = new NodeIdentity(Loopback.CLUSTER, 1, 1);
      try (ChunkListener again =
          ChunkListener.start(
              loopback.io, "127.0.0.1", port, true, () -> self, ExchangeTest::acknowledge)) {
        assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
        assertThat(again.connections()).isEqualTo(1);
      }
    }
  }

  @Test
  void eachExchangeEndsAtItsOwnBoundWhateverTheBoundsOfOthers() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final CompletableFuture<ChunkAnswer> patient = holdUp(loopback, 60_000);
      final CompletableFuture<ChunkAnswer> second = holdUp(loopback, 600);
      final CompletableFuture<ChunkAnswer> first = holdUp(loopback, 200);

      assertThat(Loopback.awaitCause(first)).isEqualTo(TransportException.Cause.TIMED_OUT);
      assertThat(Loopback.awaitCause(second)).isEqualTo(TransportException.Cause.TIMED_OUT);
      final CompletableFuture<ChunkAnswer> later = holdUp(loopback, 100);
      assertThat(Loopback.awaitCause(later)).isEqualTo(TransportException.Cause.TIMED_OUT);
      assertThat(patient).isNotDone();
    }
  }

  private static CompletableFuture<ChunkAnswer> holdUp(Loopback loopback, int timeoutMs) {
    return loopback.transport.send(loopback.address, Loopback.read(0, 4096), null, timeoutMs);
  }

  @Test
  void anExchangeEndsAtItsBoundAndTheLateAnswerIsDropped() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final CompletableFuture<ChunkAnswer> late =
          loopback.transport.send(loopback.address, Loopback.read(0, 4096), null, 200);
      assertThat(Loopback.awaitCause(late)).isEqualTo(TransportException.Cause.TIMED_OUT);
      held.remove().reply(DataReply.ok(), Loopback.bytes(4096, 1));
      final CompletableFuture<ChunkAnswer> next = loopback.probe(1);
      Loopback.until("the next request arrives", () -> !held.isEmpty());
      held.remove().reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
      assertThat(Loopback.await(next).reply().isOk()).isTrue();
      assertThat(loopback.listener.connections()).isEqualTo(1);
    }
  }

  @Test
  void theAnswerToACancelledRequestIsReleased() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final CompletableFuture<ChunkAnswer> cancelled = loopback.send(Loopback.read(0, 4096), null);
      Loopback.until("the request arrives", () -> !held.isEmpty());
      cancelled.cancel(false);
      held.remove().reply(DataReply.ok(), Loopback.bytes(4096, 1));
    }
  }

  @Test
  void aPeerThatAcceptsAndIsSilentCannotBeReached() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, HERE);
        Loopback loopback =
            new Loopback(ExchangeTest::acknowledge, Way.UNIX_SOCKET, ConnectionBounds.DEFAULT);
        SocketChunkTransport shortBounds = loopback.transportOf(1, Loopback.SHORT)) {
      final PeerAddress address = new PeerAddress("127.0.0.1", silent.getLocalPort());
      final ByteBuf payload = Loopback.bytes(100_000, 1);
      final CompletableFuture<ChunkAnswer> noHello =
          shortBounds.send(address, Loopback.write(0, 1, payload), payload.retain(), 20_000);
      final CompletableFuture<ChunkAnswer> outOfTime =
          loopback.transport.send(address, Loopback.write(0, 1, payload), payload, 100);
      assertThat(Loopback.awaitCause(noHello)).isEqualTo(TransportException.Cause.UNREACHABLE);
      assertThat(Loopback.awaitCause(outOfTime)).isEqualTo(TransportException.Cause.UNREACHABLE);
    }
  }

  @Test
  void aClosedTransportFailsWhatIsUnderWayAndWhatComesLater() {
    try (Loopback loopback = new Loopback(this::hold)) {
      final ByteBuf payload = Loopback.bytes(100_000, 1);
      final CompletableFuture<ChunkAnswer> underWay =
          loopback.send(Loopback.write(0, 1, payload), payload.retain());
      Loopback.until("the request arrives", () -> !held.isEmpty());
      loopback.transport.close();
      final CompletableFuture<ChunkAnswer> later =
          loopback.send(Loopback.write(0, 2, payload), payload);
      assertThat(Loopback.awaitCause(underWay)).isEqualTo(TransportException.Cause.CLOSED);
      assertThat(Loopback.awaitCause(later)).isEqualTo(TransportException.Cause.CLOSED);
    }
  }

  @Test
  void idleConnectionsAreClosedAndMadeAnew() {
    try (Loopback loopback =
        new Loopback(ExchangeTest::acknowledge, Way.UNIX_SOCKET, Loopback.SHORT)) {
      Loopback.await(loopback.probe(1));
      assertThat(loopback.listener.connections()).isEqualTo(1);
      Loopback.until("the connection is closed", () -> loopback.listener.connections() == 0);
      assertThat(Loopback.await(loopback.probe(2)).reply().isOk()).isTrue();
    }
  }

  @Test
  void whenTooManyRequestsAreUnderWayAFurtherOneIsRefusedUnsent() {
    try (Loopback loopback = new Loopback((request, payload, answer) -> payload.release())) {
      final List<CompletableFuture<ChunkAnswer>> answers = new ArrayList<>();
      for (int i = 0; i <= PeerConnection.MAX_EXCHANGES; i++) {
        answers.add(loopback.probe(i));
      }
      final DataReply last = Loopback.await(answers.remove(answers.size() - 1)).reply();
      assertThat(last.status()).isEqualTo(Status.OVERLOADED);
      loopback.transport.close();
      answers.forEach(
          answer ->
              assertThat(Loopback.awaitCause(answer)).isEqualTo(TransportException.Cause.CLOSED));
    }
  }

  @Test
  void aPortInUseIsToldInASentence() {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      final int port = loopback.listener.port();
      assertThatThrownBy(
              () ->
                  ChunkListener.start(
                      loopback.io, "127.0.0.1", port, true, () -> null, ExchangeTest::acknowledge))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("in use");
    }
  }

  private void hold(DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    held.add(answer);
  }
}
