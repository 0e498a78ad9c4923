package org.distrifs.proto.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that leave their event loop for what blocks. */
class RelievedIoThreadsTest {
  private static final long BOUND_MS = 20_000;
  private static final int CALLERS = 4;
  private static final int TASKS = 2000;

  private final IoThreads io = IoThreads.startRelieved("relieved");
  private final EventLoop loop = io.group().next();
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void end() {
    release.countDown();
    io.close();
    assertThat(io.group().isTerminated()).isTrue();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(BOUND_MS, TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<Thread> runOnLoop() {
    return CompletableFuture.supplyAsync(Thread::currentThread, loop);
  }

  /** Has the thread that runs the loop step aside, and returns when it is away. */
  private CompletableFuture<Thread> stepAside(Runnable work) throws Exception {
    CompletableFuture<Void> away = new CompletableFuture<>();
    CompletableFuture<Thread> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          boolean willDo =
              io.stepAside(
                  () -> {
                    away.complete(null);
                    work.run();
                    done.complete(Thread.currentThread());
                  });
          if (!willDo) {
            away.completeExceptionally(new AssertionError("it does not step aside"));
          }
        });
    get(away);
    return done;
  }

  private void block() {
    try {
      assertThat(release.await(BOUND_MS, TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoStepsAsideDoesNotRunTheLoopMeanwhileAndComesBack() {
    Loopback.until(
        "the thread came back to its loop before another took that",
        () -> {
          try {
            Thread aside = get(stepAside(() -> assertThat(loop.inEventLoop()).isFalse()));
            return aside == get(runOnLoop());
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void anotherThreadTakesTheLoopOfOneThatStaysAway() throws Exception {
    CompletableFuture<Thread> away = stepAside(this::block);
    Thread relief = get(runOnLoop());
    assertThat(away).isNotDone();
    release.countDown();
    assertThat(get(away)).isNotEqualTo(relief);
    assertThat(get(runOnLoop())).isEqualTo(relief);
  }

  @Test
  void theFirstThreadRelievesTheSecondInItsTurn() throws Exception {
    CountDownLatch secondMayEnd = new CountDownLatch(1);
    CompletableFuture<Thread> first = stepAside(this::block);
    get(runOnLoop());
    release.countDown();
    get(first);
    CompletableFuture<Thread> second =
        stepAside(
            () -> {
              try {
                assertThat(secondMayEnd.await(BOUND_MS, TimeUnit.MILLISECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(get(runOnLoop())).isEqualTo(get(first));
    secondMayEnd.countDown();
    get(second);
  }

  @Test
  void socketsAreServedWhileAThreadIsAway() throws Exception {
    try (Loopback server = new Loopback(RelievedIoThreadsTest::answerAtOnce)) {
      SocketChunkTransport transport =
          new SocketChunkTransport(io, () -> Loopback.CLUSTER, "relieved");
      CountDownLatch away = new CountDownLatch(1);
      Runnable work =
          () -> {
            away.countDown();
            block();
          };
      CompletableFuture<Boolean> willDo =
          probe(transport, server).thenApply(none -> io.stepAside(work));
      assertThat(get(willDo)).isTrue();
      assertThat(away.await(BOUND_MS, TimeUnit.MILLISECONDS)).isTrue();
      get(probe(transport, server));
      assertThat(release.getCount()).isOne();
      release.countDown();
      transport.close();
      io.close();
    }
  }

  private static void answerAtOnce(
      DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
  }

  private static CompletableFuture<Void> probe(SocketChunkTransport transport, Loopback server) {
    return transport
        .send(server.address, new DataRequest.Probe(1), null, Loopback.ANSWER_BOUND_MS)
        .thenAccept(answer -> answer.payload().release());
  }

  @Test
  void onlyAThreadThatRunsALoopStepsAsideAndForOneThingAtATime() throws Exception {
    assertThat(io.stepAside(() -> {})).isFalse();
    CompletableFuture<List<Boolean>> taken =
        CompletableFuture.supplyAsync(
            () -> List.of(io.stepAside(() -> {}), io.stepAside(() -> {})), loop);
    assertThat(get(taken)).containsExactly(true, false);
  }

  @Test
  void theThreadsEndWhileOneIsAway() throws Exception {
    CompletableFuture<Thread> away = stepAside(this::block);
    get(runOnLoop());
    io.close();
    assertThat(io.group().isTerminated()).isTrue();
    release.countDown();
    Thread thread = get(away);
    thread.join(BOUND_MS);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void everyTaskIsRunHoweverManyStepAside() throws Exception {
    List<EventExecutor> loops = new ArrayList<>();
    io.group().forEach(loops::add);
    CountDownLatch left = new CountDownLatch(CALLERS * TASKS);
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      EventExecutor to = loops.get(caller % loops.size());
      callers.add(
          new Thread(
              () -> {
                for (int i = 0; i < TASKS; i++) {
                  to.execute(
                      () -> {
                        if (!io.stepAside(left::countDown)) {
                          left.countDown();
                        }
                      });
                }
              }));
    }
    callers.forEach(Thread::start);
    assertThat(left.await(BOUND_MS, TimeUnit.MILLISECONDS)).isTrue();
  }
}
