package org.distrifs.proto.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.BindableService;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.LogWatch;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.log.Logging;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ControlPlaneTest {
  private static final BindableService STATUS = new FixedStatus();
  private static final String ANY_HOST = "127.0.0.1";

  private final IoThreads io = IoThreads.start("test");

  @BeforeAll
  static void takeOverJavaUtilLogging() {
    Logging.start(Logging.Use.ROLE);
  }

  @AfterEach
  void endThreads() {
    io.close();
  }

  @Test
  void theFirstMasterThatCanBeReachedAnswers() throws IOException {
    try (ControlServer server = start(0)) {
      final List<PeerAddress> masters =
          PeerAddress.parseList("localhost:" + freePort() + ",localhost:" + server.port());
      final ManagedChannel channel = ControlChannels.open(io, masters, Runnable::run);
      assertThat(term(channel)).isEqualTo(42);
      channel.shutdownNow();
    }
  }

  @Test
  void aChannelFindsItsMasterSoonAfterItCameBack() throws IOException {
    final int port = freePort();
    final ManagedChannel channel =
        ControlChannels.open(io, List.of(new PeerAddress("::1", port)), Runnable::run);
    assertThatThrownBy(() -> term(channel)).isInstanceOf(StatusRuntimeException.class);
    until(() -> channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE);
    // By now gRPC alone would wait for seconds.
    final long since = System.nanoTime();
    until(() -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since) >= 5);
    try (ControlServer server =
        ControlServer.start(io, "::1", port, Runnable::run, List.of(STATUS))) {
      assertThat(server.port()).isEqualTo(port);
      final long started = System.nanoTime();
      until(() -> channel.getState(true) == ConnectivityState.READY);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)).isLessThan(2000);
      assertThat(term(channel)).isEqualTo(42);
      channel.shutdownNow();
    }
  }

  @Test
  void aPortInUseIsToldInASentence() {
    try (ControlServer server = start(0)) {
      assertThatThrownBy(() -> start(server.port()))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining(ANY_HOST + ":" + server.port())
          .hasMessageContaining("in use")
          .hasMessageContaining("Choose another port");
    }
  }

  @Test
  void garbageIsCutWithoutAStackTraceAndCallersNoticeNothing() throws IOException {
    final Random random = new Random(Seeds.fromPropertyOrFresh());
    try (ControlServer server = start(0);
        LogWatch log = new LogWatch()) {
      final ManagedChannel channel =
          ControlChannels.open(
              io, List.of(new PeerAddress(ANY_HOST, server.port())), Runnable::run);
      assertThat(term(channel)).isEqualTo(42);
      for (int round = 0; round < 20; round++) {
        final byte[] garbage = new byte[1 + random.nextInt(100_000)];
        random.nextBytes(garbage);
        sendAndDrain(server.port(), garbage);
      }
      sendAndDrain(server.port(), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(term(channel)).isEqualTo(42);
      assertThat(log.hasStackTrace()).isFalse();
      channel.shutdownNow();
    }
  }

  @Test
  void addressesThatAreNoneAreToldInASentence() {
    assertThat(PeerAddress.parseList("a:1,[::1]:2"))
        .containsExactly(new PeerAddress("a", 1), new PeerAddress("::1", 2));
    for (final String wrong :
        List.of("", "a", "a:", ":1", "a:0", "a:65536", "a:b", "::1:5", "a:1,")) {
      assertThatThrownBy(() -> PeerAddress.parseList(wrong))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("HOST:PORT");
    }
  }

  private ControlServer start(int port) {
    return ControlServer.start(io, ANY_HOST, port, Runnable::run, List.of(STATUS));
  }

  private static long term(ManagedChannel channel) {
    return AdministrationGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance())
        .getTerm();
  }

  private static void sendAndDrain(int port, byte[] bytes) {
    try (Socket socket = new Socket(ANY_HOST, port)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      final InputStream in = socket.getInputStream();
      while (in.read() >= 0) {}
    } catch (IOException e) {
      // Being cut off in the middle is as good as an orderly end.
      assertThat(e).hasMessageNotContaining("timed out");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void until(BooleanSupplier condition) {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static final class FixedStatus extends AdministrationGrpc.AdministrationImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusReply> observer) {
      observer.onNext(StatusReply.newBuilder().setTerm(42).build());
      observer.onCompleted();
    }
  }
}
