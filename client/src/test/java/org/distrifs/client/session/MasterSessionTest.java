package org.distrifs.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Seeds;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MasterSessionTest {
  private static final long WAIT_S = 20;

  private final FakeCluster cluster = new FakeCluster();
  private final Metrics metrics = new Metrics("client");
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private MasterSession session;

  @AfterEach
  void close() throws Exception {
    if (session != null) {
      session.close();
    }
    timer.shutdownNow();
    cluster.close();
    metrics.close();
  }

  private void connect() {
    connect(FakeCluster.settings());
  }

  private void connect(ClientSettings settings) {
    session =
        MasterSession.connect(
            settings,
            cluster.master(),
            new SystemClock(),
            new SystemEntropy(),
            timer,
            new SessionMetrics(metrics));
  }

  private static Operation create(String name) {
    return Operation.newBuilder()
        .setCreate(
            Create.newBuilder()
                .setParent(1)
                .setName(ByteString.copyFromUtf8(name))
                .setMode(0x8000)
                .setExclusive(true))
        .build();
  }

  private static Operation attributes() {
    return Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(1)).build();
  }

  private static OperationReply get(CompletableFuture<OperationReply> reply) throws Exception {
    return reply.get(WAIT_S, TimeUnit.SECONDS);
  }

  private static void assertFailsWith(CompletableFuture<OperationReply> reply, Errno errno) {
    assertThatThrownBy(() -> get(reply))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void eachOperationIsAppliedOnceThoughStreamsBreakBeforeAndAfterIt() throws Exception {
    long seed = Seeds.fromPropertyOrFresh();
    Random random = new Random(seed);
    // Some twenty breaks; after each it takes up to 100 ms to reconnect.
    connect(FakeCluster.settings(1_000, 1_500, TimeUnit.SECONDS.toMillis(WAIT_S)));
    cluster
        .master()
        .breakStreams(operation -> random.nextInt(20) == 0, operation -> random.nextInt(20) == 0);
    List<CompletableFuture<OperationReply>> replies = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      replies.add(session.submit(create("file-" + i)));
    }
    for (CompletableFuture<OperationReply> reply : replies) {
      // A second application would answer EEXIST.
      assertThat(get(reply).getAttributes().getInode()).as("seed %d", seed).isPositive();
    }
    assertThat(cluster.datanodes().violations()).as("seed %d", seed).isEmpty();
  }

  @Test
  void operationsWaitForAMasterThatComesBack() throws Exception {
    connect();
    long before = session.sessionId();
    cluster.master().goAway();
    CompletableFuture<OperationReply> reply = session.submit(create("a"));
    cluster.master().comeBack();
    assertThat(get(reply).getErrno()).isZero();
    assertThat(session.sessionId()).isEqualTo(before);
  }

  @Test
  void anOperationWithoutAnswerFailsAtItsBoundAndTheSessionGoesOn() throws Exception {
    connect();
    cluster.master().neverAnswer(Operation::hasCreate);
    assertFailsWith(session.submit(create("a")), Errno.EIO);
    assertThat(get(session.submit(attributes())).getErrno()).isZero();
  }

  @Test
  void anExpiredSessionFailsWhatWasUnderWayAndWorkGoesOnUnderANewOne() throws Exception {
    connect();
    long before = session.sessionId();
    cluster.master().neverAnswer(Operation::hasCreate);
    CompletableFuture<OperationReply> lost = session.submit(create("a"));
    cluster.master().expireSessions();
    assertFailsWith(lost, Errno.EIO);
    cluster.master().neverAnswer(operation -> false);
    assertThat(get(session.submit(create("b"))).getErrno()).isZero();
    assertThat(session.sessionId()).isNotEqualTo(before);
  }

  @Test
  void theMastersErrnoReachesTheCaller() throws Exception {
    connect();
    get(session.submit(create("a")));
    assertFailsWith(session.submit(create("a")), Errno.EEXIST);
  }

  @Test
  void anOperationIsSubmittedAgainWhenTheMasterAsksForIt() throws Exception {
    connect();
    AtomicInteger refusals = new AtomicInteger(3);
    cluster.master().postpone(operation -> refusals.getAndDecrement() > 0);
    assertThat(get(session.submit(create("a"))).getErrno()).isZero();
  }

  @Test
  void aFirstStreamThatIsLongInTheMakingIsNotGivenUp() {
    AtomicLong takenNs = new AtomicLong();
    AtomicInteger opened = new AtomicInteger();
    ControlStream.Opener slow =
        new ControlStream.Opener() {
          @Override
          public ControlStream open(PeerAddress master, ControlStream.Listener listener) {
            opened.incrementAndGet();
            takenNs.addAndGet(TimeUnit.MINUTES.toNanos(1));
            return answeringLater(cluster.master().open(master, listener));
          }

          @Override
          public void close() {
            cluster.master().close();
          }
        };
    session =
        MasterSession.connect(
            FakeCluster.settings(),
            slow,
            clockAhead(takenNs),
            new SystemEntropy(),
            timer,
            new SessionMetrics(metrics));

    assertThat(opened).hasValue(1);
  }

  private static ClockSource clockAhead(AtomicLong byNs) {
    SystemClock clock = new SystemClock();
    return new ClockSource() {
      @Override
      public long monotonicNs() {
        return clock.monotonicNs() + byNs.get();
      }

      @Override
      public long wallTimeNs() {
        return clock.wallTimeNs();
      }
    };
  }

  /** Delays answers, so that the session's timers run before they arrive. */
  private ControlStream answeringLater(ControlStream stream) {
    return new ControlStream() {
      @Override
      public void send(ClientMessage message) {
        timer.schedule(() -> stream.send(message), 300, TimeUnit.MILLISECONDS);
      }

      @Override
      public void finish() {
        stream.finish();
      }

      @Override
      public void cancel(String why) {
        stream.cancel(why);
      }
    };
  }

  @Test
  void aQuestionAboutLocksIsAnsweredOnceTheyAreCertain() throws Exception {
    connect();
    CompletableFuture<Void> certain = new CompletableFuture<>();
    session.answerLockQuestionsBy(
        inode -> inode == 7 ? certain : CompletableFuture.completedFuture(null));
    cluster.master().askAboutLocks(1, 7);
    cluster.master().askAboutLocks(2, 8);
    assertThat(cluster.master().nextLockAnswer()).isEqualTo(2);
    certain.complete(null);
    assertThat(cluster.master().nextLockAnswer()).isEqualTo(1);
  }

  @Test
  void aMasterThatIsAwayAtTheStartIsASentenceForTheOperator() {
    cluster.master().goAway();
    assertThatThrownBy(this::connect)
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("fake:1")
        .hasMessageContaining("connection refused")
        .hasMessageContaining("--master");
  }

  @Test
  void theMasterOfAnotherClusterIsNotTalkedTo() {
    connect();
    cluster.master().becomeAnotherCluster();
    cluster.master().goAway();
    cluster.master().comeBack();
    assertFailsWith(session.submit(create("a")), Errno.EIO);
  }

  @Test
  void aClosedSessionRefusesWork() {
    connect();
    session.close();
    assertFailsWith(session.submit(attributes()), Errno.EIO);
  }
}
