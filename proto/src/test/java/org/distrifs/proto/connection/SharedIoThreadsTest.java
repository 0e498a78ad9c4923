package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that serve the sockets on which their answers come. */
class SharedIoThreadsTest {
  private static final long BOUND_MS = 20_000;
  private static final int WAITERS = 6;
  private static final int QUESTIONS = 300;

  /** Of this number no answer is given before {@link #answerHeld}. */
  private static final long HELD = 1_000_000;

  private final Queue<ChunkRequestHandler.Answer> held = new ConcurrentLinkedQueue<>();
  private final Loopback server =
      new Loopback(
          (request, payload, answer) -> {
            payload.release();
            if (((DataRequest.Probe) request).incarnation() == HELD) {
              held.add(answer);
            } else {
              answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
            }
          });
  private final IoThreads io = IoThreads.startShared("asker");
  private final SocketChunkTransport transport =
      new SocketChunkTransport(io, () -> Loopback.CLUSTER, "asker");
  private final ExecutorService callers = Executors.newFixedThreadPool(WAITERS);

  SharedIoThreadsTest() {
    io.expect(transport::isExpecting);
  }

  @AfterEach
  void end() throws InterruptedException {
    callers.shutdownNow();
    assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    transport.close();
    io.close();
    server.close();
  }

  private CompletableFuture<Thread> probe(long number) {
    return transport
        .send(server.address, new DataRequest.Probe(number), null, Loopback.ANSWER_BOUND_MS)
        .thenApply(
            answer -> {
              answer.payload().release();
              return Thread.currentThread();
            });
  }

  private Thread ask(long number) throws Exception {
    return io.await(() -> probe(number), BOUND_MS);
  }

  private void answerHeld() {
    Loopback.until("the question has come", () -> !held.isEmpty());
    held.poll().reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
  }

  /** Has another thread run the loop, in a wait that does not end by itself. */
  private Future<Thread> callerThatRunsTheLoop() throws Exception {
    Future<Thread> caller = callers.submit(() -> ask(HELD));
    Loopback.until("the question has come", () -> !held.isEmpty());
    return caller;
  }

  @Test
  void whoWaitsReadsItsAnswerItself() {
    Loopback.until(
        "a thread has read its own answer",
        () -> {
          try {
            return ask(1) == Thread.currentThread();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void anAnswerThatNobodyWaitsForIsReadAllTheSame() throws Exception {
    ask(1);
    assertThat(probe(2)).succeedsWithin(BOUND_MS, TimeUnit.MILLISECONDS);
  }

  @Test
  void allThatWaitAtTheSameTimeGetTheirAnswers() throws Exception {
    List<Callable<Void>> work = new ArrayList<>();
    for (int caller = 0; caller < WAITERS; caller++) {
      work.add(
          () -> {
            for (int i = 0; i < QUESTIONS; i++) {
              ask(i);
              probe(i); // Which nobody waits for.
            }
            return null;
          });
    }
    for (Future<Void> end : callers.invokeAll(work, BOUND_MS, TimeUnit.MILLISECONDS)) {
      end.get();
    }
    Loopback.until("all were answered", () -> !transport.isExpecting());
  }

  @Test
  void whoseWaitEndsPassesTheLoopOnToAnotherThatWaits() throws Exception {
    Future<Thread> first = callerThatRunsTheLoop();
    Future<Thread> second = callers.submit(() -> ask(HELD));
    Loopback.until("both have asked", () -> held.size() == 2);
    answerHeld();
    first.get(BOUND_MS, TimeUnit.MILLISECONDS);
    answerHeld();
    second.get(BOUND_MS, TimeUnit.MILLISECONDS);
  }

  @Test
  void anInterruptedWaitEndsAndLeavesTheLoopToOthers() throws Exception {
    callerThatRunsTheLoop();
    callers.shutdownNow();
    assertThat(callers.awaitTermination(BOUND_MS, TimeUnit.MILLISECONDS)).isTrue();
    ask(1);
    answerHeld();
  }

  @Test
  void aWaitEndsAtItsBound() throws Exception {
    assertThatThrownBy(() -> io.await(() -> probe(HELD), 50)).isInstanceOf(TimeoutException.class);
    ask(1);
    answerHeld();
  }

  @Test
  void anEndThatComesFromElsewhereWakesTheThreadThatRunsTheLoop() throws Exception {
    CompletableFuture<String> elsewhere = new CompletableFuture<>();
    Future<String> waiter = callers.submit(() -> io.await(() -> elsewhere, BOUND_MS));
    callers.submit(() -> elsewhere.complete("done"));
    assertThat(waiter.get(BOUND_MS, TimeUnit.MILLISECONDS)).isEqualTo("done");
  }

  @Test
  void whatTheLoopBringsMustNotWait() {
    CompletableFuture<Thread> nested =
        probe(1)
            .thenApply(
                thread -> {
                  try {
                    return io.await(CompletableFuture<Thread>::new, BOUND_MS);
                  } catch (InterruptedException | ExecutionException | TimeoutException e) {
                    throw new AssertionError(e);
                  }
                });
    assertThatThrownBy(() -> nested.get(BOUND_MS, TimeUnit.MILLISECONDS))
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void theEndOfTheConnectionsEndsAWait() throws Exception {
    Future<Thread> caller = callerThatRunsTheLoop();
    transport.close();
    assertThatThrownBy(() -> caller.get(BOUND_MS, TimeUnit.MILLISECONDS))
        .hasRootCauseInstanceOf(TransportException.class);
    answerHeld();
  }
}
