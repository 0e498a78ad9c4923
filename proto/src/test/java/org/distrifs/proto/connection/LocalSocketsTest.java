package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalSocketsTest {
  private static final NodeIdentity SELF = new NodeIdentity(Loopback.CLUSTER, 1, 1);

  /** Takes an abstract name, and gives it back when its standard input ends. */
  private static final String SQUATTER =
      "use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or die;"
          + "bind(S, pack_sockaddr_un(\"\\0distrifs/127.0.0.1/$ARGV[0]\")) or die;"
          + "listen(S, 5) or die; $| = 1; print \"here\\n\"; <STDIN>;";

  @Test
  void aProcessOfTheSameMachineConnectsByTheUnixSocket() throws IOException {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
      assertThat(unixConnections("127.0.0.1", loopback.listener.port())).isEqualTo(1);
      assertThat(loopback.listener.connections()).isEqualTo(1);
    }
  }

  @Test
  void itConnectsByTcpIfThereIsNone() throws IOException {
    try (Loopback loopback =
        new Loopback(ExchangeTest::acknowledge, Way.TCP, ConnectionBounds.DEFAULT)) {
      assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
      assertThat(unixConnections("127.0.0.1", loopback.listener.port())).isZero();
    }
  }

  @Test
  void aListenerOnAllAddressesHasOneForEach() throws IOException {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge);
        ChunkListener all =
            ChunkListener.start(
                loopback.io, "0.0.0.0", 0, true, () -> SELF, ExchangeTest::acknowledge)) {
      final PeerAddress address = new PeerAddress("127.0.0.1", all.port());
      assertThat(Loopback.await(loopback.probeOf(address)).reply().isOk()).isTrue();
      assertThat(unixConnections("127.0.0.1", all.port())).isEqualTo(1);
    }
  }

  @Test
  void itsNameIsFreeAgainAfterItsListener() throws IOException {
    try (Loopback loopback = new Loopback(ExchangeTest::acknowledge)) {
      final int port = loopback.listener.port();
      Loopback.await(loopback.probe(1));
      loopback.listener.close();
      assertThat(unixSockets("127.0.0.1", port)).isZero();
      try (ChunkListener again =
          ChunkListener.start(
              loopback.io, "127.0.0.1", port, true, () -> SELF, ExchangeTest::acknowledge)) {
        Loopback.await(loopback.probe(2));
        assertThat(unixConnections("127.0.0.1", again.port())).isEqualTo(1);
      }
    }
  }

  /** Any user may take an abstract name, so that the bytes would go to whoever was first. */
  @Test
  void theSocketOfAnotherUserIsNotUsed() throws IOException, InterruptedException {
    try (Loopback loopback =
            new Loopback(ExchangeTest::acknowledge, Way.TCP, ConnectionBounds.DEFAULT);
        LogWatch log = new LogWatch()) {
      final String port = Integer.toString(loopback.listener.port());
      final Process squatter =
          new ProcessBuilder(
                  "setpriv", "--reuid=65534", "--clear-groups", "perl", "-e", SQUATTER, port)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        assertThat(squatter.inputReader().readLine()).isEqualTo("here");
        assertThat(Loopback.await(loopback.probe(1)).reply().isOk()).isTrue();
        assertThat(log.lines()).singleElement().asString().contains("belongs to another user");
      } finally {
        squatter.getOutputStream().close();
        assertThat(squatter.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /** The accepted ends, which bear the name of the listener; as /proc/net/unix tells (proc(5)). */
  private static long unixConnections(String address, int port) throws IOException {
    return lines(address, port, "03");
  }

  private static long unixSockets(String address, int port) throws IOException {
    return lines(address, port, "01") + lines(address, port, "03");
  }

  private static long lines(String address, int port, String state) throws IOException {
    final String name = "@distrifs/" + address + "/" + port;
    try (var all = Files.lines(Path.of("/proc/net/unix"))) {
      return all.map(line -> line.trim().split(" +"))
          .filter(each -> each.length > 7 && each[7].equals(name) && each[5].equals(state))
          .count();
    }
  }
}
