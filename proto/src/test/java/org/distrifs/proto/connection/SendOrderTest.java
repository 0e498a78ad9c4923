package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.Test;

class SendOrderTest {
  private final List<Long> arrived = new CopyOnWriteArrayList<>();

  private final ChunkRequestHandler noting =
      (request, payload, answer) -> {
        payload.release();
        arrived.add(((DataRequest.Probe) request).incarnation());
        answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
      };

  /** One of the threads serves the connection; so each is asked in turn. */
  @Test
  void aRequestOfAnIoThreadDoesNotOvertakeWhatAnotherThreadSentBefore() throws Exception {
    try (Loopback loopback = new Loopback(noting)) {
      await(loopback.probe(0));
      for (EventExecutor thread : loopback.io.group()) {
        arrived.clear();
        CountDownLatch sent = new CountDownLatch(1);
        Future<CompletableFuture<ChunkAnswer>> second =
            thread.submit(
                () -> {
                  assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
                  return loopback.probe(2);
                });
        CompletableFuture<ChunkAnswer> first = loopback.probe(1);
        sent.countDown();
        await(first);
        await(second.get());
        assertThat(arrived).containsExactly(1L, 2L);
      }
    }
  }

  @Test
  void aRequestThatIsAloneLeavesBeforeItsThreadGoesOn() throws Exception {
    CountDownLatch second = new CountDownLatch(2);
    ChunkRequestHandler counting =
        (request, payload, answer) -> {
          second.countDown();
          noting.handle(request, payload, answer);
        };
    try (Loopback loopback = new Loopback(counting);
        IoThreads asking = IoThreads.start("asking", 1);
        SocketChunkTransport transport =
            new SocketChunkTransport(asking, () -> Loopback.CLUSTER, "asking")) {
      await(probe(transport, loopback, 1));
      Future<Boolean> hasArrived =
          asking
              .group()
              .next()
              .submit(
                  () -> {
                    probe(transport, loopback, 2);
                    return second.await(10, TimeUnit.SECONDS);
                  });
      assertThat(hasArrived.get()).isTrue();
    }
  }

  private static CompletableFuture<ChunkAnswer> probe(
      SocketChunkTransport transport, Loopback loopback, long number) {
    return transport.send(
        loopback.address, new DataRequest.Probe(number), null, Loopback.ANSWER_BOUND_MS);
  }

  private static void await(CompletableFuture<ChunkAnswer> answer) throws Exception {
    answer.get(Loopback.ANSWER_BOUND_MS, TimeUnit.MILLISECONDS);
  }
}
