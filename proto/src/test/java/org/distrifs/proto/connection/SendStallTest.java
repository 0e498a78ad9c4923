package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.Hello;
import org.distrifs.proto.frame.HelloReply;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.Test;

/**
 * The other side takes no bytes. Over the JDK's sockets, where the kernel is not asked to notice.
 */
class SendStallTest {
  private static final int ANSWER_BYTES = 1 << 20;

  /** More than the kernel holds of one connection. */
  private static final int MANY = 64;

  private final FrameEncoder encoder = new FrameEncoder(UnpooledByteBufAllocator.DEFAULT);

  @Test
  void aListenerClosesItsConnection() throws IOException {
    try (Loopback loopback =
            new Loopback(SendStallTest::answer, Way.TCP_OF_THE_JDK, Loopback.SHORT);
        LogWatch log = new LogWatch();
        Socket deaf = new Socket("127.0.0.1", loopback.listener.port())) {
      write(deaf, encoder.hello(new Hello(Loopback.CLUSTER, "deaf")));
      for (int i = 0; i < MANY; i++) {
        write(deaf, encoder.request(i, Loopback.read(0, ANSWER_BYTES), 0));
      }
      Loopback.until("it is closed", () -> loopback.listener.connections() == 0);
      assertThat(log.lines()).singleElement().asString().contains("took no byte");
    }
  }

  @Test
  void anAskerClosesItsConnection() throws IOException {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Loopback loopback =
            new Loopback(SendStallTest::answer, Way.TCP_OF_THE_JDK, Loopback.SHORT)) {
      final PeerAddress address = new PeerAddress("127.0.0.1", listening.getLocalPort());
      CompletableFuture<ChunkAnswer> last = write(loopback, address, 0, 60_000);
      try (Socket deaf = listening.accept()) {
        write(deaf, encoder.helloReply(new HelloReply(Status.OK, Loopback.CLUSTER, 1, 1, "")));
        for (int i = 1; i < MANY; i++) {
          last = write(loopback, address, i, 60_000);
        }
        // It looks when an exchange is overdue.
        Loopback.until(
            "it is closed",
            () ->
                Loopback.awaitCause(write(loopback, address, MANY, 100))
                    != TransportException.Cause.TIMED_OUT);
        assertThat(Loopback.awaitFailure(last)).hasMessageContaining("took no byte");
      }
    }
  }

  private static CompletableFuture<ChunkAnswer> write(
      Loopback loopback, PeerAddress address, int number, int timeoutMs) {
    final ByteBuf payload = Loopback.bytes(ANSWER_BYTES, number);
    return loopback.transport.send(address, Loopback.write(0, number, payload), payload, timeoutMs);
  }

  private static void answer(
      DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    answer.reply(DataReply.ok(), Loopback.bytes(ANSWER_BYTES, 1));
  }

  private static void write(Socket socket, ByteBuf frame) throws IOException {
    final byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes).release();
    socket.getOutputStream().write(bytes);
  }
}
