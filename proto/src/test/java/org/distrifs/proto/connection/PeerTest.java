package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.proto.frame.Hello;
import org.junit.jupiter.api.Test;

class PeerTest {

  @Test
  void aConnectionThatIsClosedWhileItIsBegunDoesNotStay() throws Exception {
    try (IoThreads io = IoThreads.start("test")) {
      final Peer peer = new Peer(new PeerAddress("127.0.0.1", 1));
      final Thread[] ending = new Thread[1];
      peer.connection(
          0,
          lane -> {
            final PeerConnection refused =
                new PeerConnection(peer, lane, io, new Hello(0, "test"), ConnectionBounds.DEFAULT);
            ending[0] = new Thread(() -> peer.detach(refused));
            ending[0].start();
            Loopback.until(
                "its end is told or waits",
                () ->
                    ending[0].getState() == Thread.State.TERMINATED
                        || ending[0].getState() == Thread.State.BLOCKED);
            return refused;
          });
      ending[0].join();
      assertThat(peer.isUnused()).isTrue();
    }
  }
}
