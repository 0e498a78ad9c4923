package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;
import org.distrifs.proto.frame.Hello;
import org.distrifs.proto.frame.HelloCodec;
import org.distrifs.proto.frame.HelloReply;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

/** What is no frame, or comes from another cluster or release, on either side of a connection. */
class GarbageTest {
  private static final int READ_BOUND_MS = 5000;

  private final FrameEncoder encoder = new FrameEncoder(UnpooledByteBufAllocator.DEFAULT);
  private final AtomicInteger handled = new AtomicInteger();

  @Test
  void eachKindOfGarbageClosesItsConnectionWithOneLine() throws IOException {
    final byte[] hello = bytes(encoder.hello(new Hello(Loopback.CLUSTER, "odd")));
    final byte[] probe = bytes(encoder.request(1, new DataRequest.Probe(1), 0));
    try (Loopback loopback = new Loopback(this::count)) {
      final CompletableFuture<ChunkAnswer> before = loopback.probe(1);
      Loopback.await(before);
      expectOneLine(loopback, "the magic", ascii("GET / HTTP/1.1\r\n\r\n"));
      expectOneLine(loopback, "no plain HELLO", probe);
      expectOneLine(loopback, "checksum", hello, flipped(probe, 33));
      expectOneLine(loopback, "checksum", hello, flipped(probe, probe.length - 1));
      expectOneLine(loopback, "unknown type", hello, flipped(probe, 5));
      expectOneLine(loopback, "claims a body", hello, flipped(probe, 8));
      expectOneLine(loopback, "claims a payload", hello, flipped(probe, 12));
      expectOneLine(loopback, "format", hello, flipped(probe, 4));
      expectOneLine(loopback, "second HELLO", hello, hello);
      expectOneLine(
          loopback,
          "an answer",
          hello,
          bytes(encoder.helloReply(new HelloReply(Status.OK, 0, 0, 0, ""))));
      expectOneLine(
          loopback, "payload of 5", hello, bytes(encoder.request(1, new DataRequest.Probe(1), 5)));
      assertThat(handled).hasValue(1);
      // The connection that was there all the time has noticed nothing.
      Loopback.await(loopback.probe(2));
      assertThat(loopback.listener.connections()).isEqualTo(1);
    }
  }

  @Test
  void randomBytesNeverReachTheHandler() throws IOException {
    final Random random = new Random(Seeds.fromPropertyOrFresh());
    final byte[] hello = bytes(encoder.hello(new Hello(Loopback.CLUSTER, "odd")));
    try (Loopback loopback = new Loopback(this::count);
        LogWatch log = new LogWatch()) {
      for (int round = 0; round < 50; round++) {
        final byte[] garbage = new byte[4 + random.nextInt(200_000)];
        random.nextBytes(garbage);
        exchange(
            loopback,
            random.nextBoolean() ? new byte[][] {garbage} : new byte[][] {hello, garbage});
      }
      Loopback.until("all are closed", () -> loopback.listener.connections() == 0);
      assertThat(handled).hasValue(0);
      assertThat(log.lines()).hasSize(50);
      assertThat(log.hasStackTrace()).isFalse();
    }
  }

  @Test
  void whoSaysNothingOrStopsInTheMiddleOfAFrameIsCut() throws IOException {
    final byte[] hello = bytes(encoder.hello(new Hello(Loopback.CLUSTER, "slow")));
    final ByteBuf payload = Loopback.bytes(100_000, 1);
    final byte[] head = bytes(encoder.request(1, Loopback.write(0, 1, payload), 100_000));
    payload.release();
    try (Loopback loopback = new Loopback(this::count, Way.TCP, Loopback.SHORT);
        LogWatch log = new LogWatch();
        Socket silent = connect(loopback);
        Socket stopped = connect(loopback)) {
      stopped.getOutputStream().write(hello);
      stopped.getOutputStream().write(head);
      stopped.getOutputStream().write(new byte[50_000]);
      drain(silent);
      drain(stopped);
      assertThat(log.lines()).anyMatch(line -> line.contains("did not say HELLO"));
      assertThat(log.lines()).anyMatch(line -> line.contains("stopped in its middle"));
      assertThat(handled).hasValue(0);
    }
  }

  @Test
  void anotherReleaseIsAnsweredWithBothVersions() throws IOException {
    final byte[] later = bytes(encoder.hello(new Hello(Loopback.CLUSTER, "later")));
    later[4] = 3;
    try (Loopback loopback = new Loopback(this::count)) {
      final byte[] answer = exchange(loopback, later);
      final HelloReply reply = helloReply(answer);
      assertThat(reply.status()).isEqualTo(Status.BAD_REQUEST);
      assertThat(reply.detail()).contains("format 3").contains("format 1");
    }
  }

  @Test
  void anotherClusterIsRefusedOnEitherSide() {
    try (Loopback loopback = new Loopback(this::count);
        SocketChunkTransport stranger = loopback.transportOf(0xBAD, ConnectionBounds.DEFAULT);
        SocketChunkTransport newcomer = loopback.transportOf(0, ConnectionBounds.DEFAULT)) {
      final ByteBuf payload = Loopback.bytes(1000, 1);
      final DataReply refused =
          Loopback.await(
                  stranger.send(
                      loopback.address, Loopback.write(0, 1, payload), payload, READ_BOUND_MS))
              .reply();
      assertThat(refused.status()).isEqualTo(Status.WRONG_CLUSTER);
      assertThat(refused.detail()).contains("0000000000000bad").contains("0000000000000d15");
      assertThat(handled).hasValue(0);
      final DataRequest probe = new DataRequest.Probe(1);
      assertThat(
              Loopback.await(newcomer.send(loopback.address, probe, null, READ_BOUND_MS)).reply())
          .matches(DataReply::isOk);
    }
  }

  @Test
  void aListenerThatAnswersGarbageIsCutAndItsRequestsFail() throws IOException {
    final byte[] welcome = bytes(encoder.helloReply(new HelloReply(Status.OK, 0, 1, 1, "")));
    final byte[] unasked = bytes(encoder.reply(FrameType.READ, 1, DataReply.ok(), 0));
    assertThat(causeWhenAnsweredWith(ascii("HTTP/1.1 400 Bad Request\r\n")))
        .isEqualTo(TransportException.Cause.BROKEN);
    assertThat(causeWhenAnsweredWith(welcome, flipped(welcome, 20)))
        .isEqualTo(TransportException.Cause.BROKEN);
    assertThat(causeWhenAnsweredWith(welcome, ascii("nonsense")))
        .isEqualTo(TransportException.Cause.BROKEN);
    // An answer of another type than the request's.
    assertThat(causeWhenAnsweredWith(welcome, unasked)).isEqualTo(TransportException.Cause.BROKEN);
  }

  private TransportException.Cause causeWhenAnsweredWith(byte[]... answer) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Loopback loopback = new Loopback(this::count)) {
      final CompletableFuture<ChunkAnswer> probe =
          loopback.transport.send(
              new PeerAddress("127.0.0.1", server.getLocalPort()),
              new DataRequest.Probe(1),
              null,
              READ_BOUND_MS);
      try (Socket socket = server.accept()) {
        socket.setSoTimeout(READ_BOUND_MS);
        final byte[] hello = bytes(encoder.hello(new Hello(Loopback.CLUSTER, "test")));
        socket.getInputStream().readNBytes(hello.length);
        socket.getOutputStream().write(answer[0]);
        if (answer.length > 1) {
          // The request comes after the greeting, and only then can it be answered wrongly.
          socket.getInputStream().readNBytes(FrameHeader.LENGTH);
          socket.getOutputStream().write(answer[1]);
        }
        return Loopback.awaitCause(probe);
      }
    }
  }

  private static void expectOneLine(Loopback loopback, String reason, byte[]... parts)
      throws IOException {
    try (LogWatch log = new LogWatch()) {
      exchange(loopback, parts);
      Loopback.until("the line is there", () -> !log.lines().isEmpty());
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().get(0)).contains("127.0.0.1:").contains(reason);
      assertThat(log.hasStackTrace()).isFalse();
    }
  }

  /** Sends bytes and returns what comes until the listener closes. */
  private static byte[] exchange(Loopback loopback, byte[]... parts) throws IOException {
    try (Socket socket = connect(loopback)) {
      try {
        for (final byte[] part : parts) {
          socket.getOutputStream().write(part);
        }
      } catch (IOException e) {
        // Cut in the middle of the garbage: as it should be.
        return new byte[0];
      }
      return drain(socket);
    }
  }

  private static Socket connect(Loopback loopback) throws IOException {
    final Socket socket = new Socket("127.0.0.1", loopback.address.port());
    socket.setSoTimeout(READ_BOUND_MS);
    return socket;
  }

  private static byte[] drain(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (SocketException e) {
      // Reset, because what we sent was not read to its end.
      return new byte[0];
    }
  }

  private static HelloReply helloReply(byte[] frame) throws FrameException {
    return HelloCodec.readReply(
        Unpooled.wrappedBuffer(frame, FrameHeader.LENGTH, frame.length - FrameHeader.LENGTH));
  }

  private static byte[] flipped(byte[] frame, int at) {
    final byte[] copy = frame.clone();
    copy[at] ^= 0x40;
    return copy;
  }

  private static byte[] bytes(ByteBuf frame) {
    final byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes).release();
    return bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void count(DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    handled.incrementAndGet();
    ExchangeTest.acknowledge(request, payload, answer);
  }
}
