package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions and exactly-once mutations, over gRPC on loopback and with a log in memory. */
class SessionTest {

  private static final long CHUNK_SIZE = 1 << 20;

  private final MemoryLog log = new MemoryLog(CHUNK_SIZE);
  private MiniMaster master;
  private TestClient client;

  @BeforeEach
  void start() throws IOException {
    master = new MiniMaster(log);
    client = new TestClient(master.channel(), 42);
  }

  @AfterEach
  void stop() throws IOException {
    master.close();
  }

  @Test
  void aSessionOpensAndItsOperationsAreAnswered() {
    SessionOpened opened = client.open();
    assertThat(opened.getErrno()).isZero();
    assertThat(opened.getClusterId()).isEqualTo(MemoryLog.CLUSTER);
    assertThat(opened.getTerm()).isEqualTo(1);
    assertThat(opened.getResumed()).isFalse();
    OperationReply reply = client.call(0, 1, TestClient.create("a"));
    assertThat(reply.getErrno()).isZero();
    assertThat(reply.getAttributes().getInode()).isGreaterThan(1);
    assertThat(client.call(0, 2, TestClient.create("a")).getErrno()).isEqualTo(Errno.EEXIST.code());
  }

  @Test
  void aMutationSentAgainOnANewStreamIsAppliedOnce() {
    client.open();
    OperationReply first = client.call(0, 1, TestClient.create("a"));
    client.breakStream();
    assertThat(client.open().getResumed()).isTrue();
    OperationReply again = client.call(0, 1, TestClient.create("a"));
    assertThat(again).isEqualTo(first);
    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void aMutationUnderWayWhenItsStreamBrokeIsAnsweredToTheNextStream() {
    client.open();
    log.hold();
    CompletableFuture<OperationReply> reply = client.send(3, 1, TestClient.create("a"));
    master.until(() -> log.held() == 1);
    client.breakStream();
    client.open();
    client.send(3, 1, TestClient.create("a"));
    log.release();
    assertThat(TestClient.await(reply).getErrno()).isZero();
    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void aMutationAnsweredBeforeTheMasterDiedIsAnsweredTheSameAfterwards() throws IOException {
    client.open();
    OperationReply first = client.call(0, 1, TestClient.create("a"));
    long session = client.sessionId();
    master.restart();
    client = resumed(session);
    assertThat(client.call(0, 1, TestClient.create("a"))).isEqualTo(first);
    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void aMutationThatWasNotDurableWhenTheMasterDiedHappensWhenSentAgain() throws IOException {
    client.open();
    long session = client.sessionId();
    log.hold();
    client.send(0, 1, TestClient.create("a"));
    master.until(() -> log.held() == 1);
    master.restart();
    client = resumed(session);
    assertThat(client.call(0, 1, TestClient.create("a")).getErrno()).isZero();
    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void aClientThatWasNotAnsweredGetsNoSecondSession() {
    client.open();
    client.call(0, 1, TestClient.create("a"));
    client.breakStream();

    TestClient unaware = new TestClient(master.channel(), 42);
    SessionOpened opened = unaware.open();

    assertThat(opened.getErrno()).isZero();
    assertThat(opened.getSessionId()).isEqualTo(client.sessionId());
    assertThat(new TestClient(master.channel(), 43).open().getSessionId())
        .isNotEqualTo(client.sessionId());
  }

  @Test
  void aClientThatAsksAgainWhileItsSessionIsJournalledGetsThatOne() {
    log.hold();
    client.beginOpen();
    master.until(() -> log.held() == 1);
    CompletableFuture<SessionOpened> again = new TestClient(master.channel(), 42).beginOpen();
    // The message of another client, behind it in the same queue.
    CompletableFuture<SessionOpened> other = new TestClient(master.channel(), 43).beginOpen();
    master.until(() -> log.held() == 2);
    log.release();

    assertThat(TestClient.await(again).getErrno()).isZero();
    assertThat(TestClient.await(other).getErrno()).isZero();
    assertThat(sessionStarts()).isEqualTo(2);
  }

  private TestClient resumed(long session) {
    TestClient next = new TestClient(master.channel(), 42);
    SessionOpened opened =
        next.open(
            OpenSession.newBuilder().setProtocolVersion(1).setSlots(TestClient.SLOTS), session);
    assertThat(opened.getResumed()).isTrue();
    return next;
  }

  @Test
  void nothingIsAnsweredBeforeItIsDurable() {
    client.open();
    log.hold();
    CompletableFuture<OperationReply> reply = client.send(0, 1, TestClient.create("a"));
    master.until(() -> log.held() == 1);
    master.pass(1000);
    assertThat(reply).isNotDone();
    log.release();
    assertThat(TestClient.await(reply).getErrno()).isZero();
  }

  @Test
  void aLowerNumberAndAWrongSlotAreRefused() {
    client.open();
    client.call(0, 5, TestClient.create("a"));
    assertThat(client.call(0, 4, TestClient.create("b")).getErrno()).isEqualTo(Errno.EINVAL.code());
    assertThat(client.call(TestClient.SLOTS, 1, TestClient.create("b")).getErrno())
        .isEqualTo(Errno.EINVAL.code());
  }

  @Test
  void anotherSecretDoesNotResume() {
    client.open();
    TestClient thief = new TestClient(master.channel(), 43);
    SessionOpened opened =
        thief.open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(1), client.sessionId());
    assertThat(opened.getErrno()).isEqualTo(Errno.EPERM.code());
  }

  @Test
  void anotherClusterAndAnotherProtocolAreRefusedWithASentence() {
    SessionOpened cluster =
        client.open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(1).setClusterId(99));
    assertThat(cluster.getErrno()).isNotZero();
    assertThat(cluster.getMessage()).contains("cluster");
    SessionOpened protocol =
        client.open(OpenSession.newBuilder().setProtocolVersion(2).setSlots(1));
    assertThat(protocol.getErrno()).isEqualTo(Errno.EPROTO.code());
    SessionOpened slots =
        client.open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(2000));
    assertThat(slots.getErrno()).isEqualTo(Errno.EINVAL.code());
  }

  @Test
  void aSessionThatIsNotHeardExpiresAndItsClientGetsANewOne() {
    client.open();
    long first = client.sessionId();
    client.breakStream();
    master.pass(60_000);
    assertThat(master.status().getSessionsCount()).isEqualTo(1);
    master.pass(1000);
    assertThat(master.status().getSessionsCount()).isZero();
    assertThat(log.entries()).anyMatch(entry -> entry.getSessionEnd().getExpired());
    SessionOpened opened = client.open();
    assertThat(opened.getErrno()).isZero();
    assertThat(opened.getResumed()).isFalse();
    assertThat(opened.getSessionId()).isNotEqualTo(first);
  }

  @Test
  void keepAlivesKeepASessionOpen() {
    client.open();
    for (int i = 0; i < 30; i++) {
      client.keepAlive(0);
      master.pass(3000);
    }
    assertThat(master.status().getSessionsCount()).isEqualTo(1);
  }

  @Test
  void aClosedSessionIsGoneAndItsStreamEndsWithoutComplaint() {
    client.open();
    client.close();
    assertThat(client.awaitEnd()).isEmpty();
    master.until(() -> master.status().getSessionsCount() == 0);
    assertThat(log.entries().get(log.entries().size() - 1).hasSessionEnd()).isTrue();
  }

  @Test
  void sessionsOfBeforeARestartHaveTheWholeExpiryToComeBack() throws IOException {
    client.open();
    long session = client.sessionId();
    master.pass(30_000);
    master.restart();
    master.pass(50_000);
    resumed(session);
    master.pass(50_000);
    assertThat(master.status().getSessionsCount()).isEqualTo(1);
  }

  @Test
  void aBatchBeforeTheSessionIsOpenEndsTheStream() {
    client.open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(0));
    assertThat(client.awaitEnd()).isEmpty();
  }

  @Test
  void aMasterWhoseFolderIsAnOldCopyRefusesToServe() throws IOException {
    client.open();
    client.call(0, 1, TestClient.create("a"));
    client.call(0, 2, TestClient.create("b"));
    long seen = master.status().getDurableTxid();
    log.forgetLast(1);
    log.forgetLast(1);
    master.restart();
    TestClient late = new TestClient(master.channel(), 7);
    SessionOpened opened =
        late.open(
            OpenSession.newBuilder()
                .setProtocolVersion(1)
                .setSlots(1)
                .setClusterId(MemoryLog.CLUSTER)
                .setHighestDurableTxid(seen + 10));
    assertThat(opened.getErrno()).isEqualTo(Errno.EIO.code());
    assertThat(opened.getMessage()).contains("older copy");
    assertThat(master.status().getServing()).isFalse();
  }

  private long sessionStarts() {
    return log.entries().stream().filter(JournalEntry::hasSessionStart).count();
  }

  private long creates() {
    return log.entries().stream()
        .filter(JournalEntry::hasClient)
        .filter(entry -> entry.getClient().getOperation().hasCreate())
        .count();
  }
}
