package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.LockQuestion;
import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.SetLock;
import org.distrifs.proto.control.TestLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lock requests that wait, over gRPC on loopback and with a log in memory. */
class LockWaitsTest {
  private static final int WAIT_MS = 9_000;

  private final MemoryLog log = new MemoryLog(1 << 20);
  private MiniMaster master;
  private TestClient one;
  private TestClient other;
  private long file;
  private int nextSlot;

  @BeforeEach
  void start() throws IOException {
    master = new MiniMaster(log);
    one = new TestClient(master.channel(), 42);
    other = new TestClient(master.channel(), 43);
    one.open();
    other.open();
    file = one.call(0, 1, TestClient.create("f")).getAttributes().getInode();
  }

  @AfterEach
  void stop() throws IOException {
    master.close();
  }

  @Test
  void theyGetTheLockInTheOrderOfTheirArrival() {
    expectGranted(set(one, write(1), 0));
    CompletableFuture<OperationReply> second = set(other, write(1), WAIT_MS);
    awaitWaiting(1);
    CompletableFuture<OperationReply> third = set(one, write(2), WAIT_MS);
    awaitWaiting(2);
    expectGranted(set(one, unlock(1), 0));
    expectGranted(second);
    assertThat(third).isNotDone();
    expectGranted(set(other, unlock(1), 0));
    expectGranted(third);
  }

  @Test
  void whoOnlyReadsDoesNotWaitForOthersWhoDo() {
    expectGranted(set(one, write(1), 0));
    List<CompletableFuture<OperationReply>> readers = new ArrayList<>();
    for (int reader = 10; reader < 15; reader++) {
      readers.add(set(other, read(reader), WAIT_MS));
    }
    awaitWaiting(5);
    expectGranted(set(one, unlock(1), 0));
    readers.forEach(LockWaitsTest::expectGranted);
  }

  @Test
  void anOperationWaitsNoLongerThanItSays() {
    expectGranted(set(one, write(1), 0));
    long sentMs = master.timeMs();
    CompletableFuture<OperationReply> waiting = set(other, write(1), WAIT_MS);
    CompletableFuture<OperationReply> longest = set(other, write(2), 3_600_000);
    awaitWaiting(2);
    long arrivedMs = master.timeMs();
    master.passUntil(sentMs + WAIT_MS - 100);
    assertThat(waiting).isNotDone();
    master.passUntil(arrivedMs + WAIT_MS + 100);
    OperationReply refused = TestClient.await(waiting);
    assertThat(refused.getErrno()).isEqualTo(Errno.EAGAIN.code());
    assertThat(refused.hasConflictingLock()).isTrue();
    master.passUntil(arrivedMs + LockWaits.MAX_WAIT_MS + 100);
    assertThat(TestClient.await(longest).getErrno()).isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void refusalsAndWaitsAreNotJournalled() {
    expectGranted(set(one, write(1), 0));
    long journalled = lockEntries();
    assertThat(TestClient.await(set(other, write(1), 0)).getErrno()).isEqualTo(Errno.EAGAIN.code());
    CompletableFuture<OperationReply> waiting = set(other, write(1), 1_000);
    awaitWaiting(1);
    master.pass(1_800);
    TestClient.await(waiting);
    assertThat(lockEntries()).isEqualTo(journalled);
  }

  @Test
  void whoHoldsALockIsAskedBeforeAnotherIsRefusedForIt() {
    expectGranted(set(one, write(1), 0));
    one.leaveLockQuestions();
    CompletableFuture<OperationReply> asking = set(other, write(2), 0);
    LockQuestion question = one.awaitLockQuestion();
    assertThat(question.getInode()).isEqualTo(file);
    assertThat(asking).isNotDone();
    one.answerLockQuestion(question);
    assertThat(TestClient.await(asking).getErrno()).isEqualTo(Errno.EAGAIN.code());
    assertThat(one.wasAskedAboutLocks()).as("once for an operation").isFalse();
  }

  @Test
  void whatIsReleasedBeforeTheAnswerIsGranted() {
    expectGranted(set(one, write(1), 0));
    one.leaveLockQuestions();
    CompletableFuture<OperationReply> asking = set(other, write(2), 0);
    LockQuestion question = one.awaitLockQuestion();
    expectGranted(set(one, unlock(1), 0));
    one.answerLockQuestion(question);
    expectGranted(asking);
  }

  @Test
  void aTestOfALockAsksToo() {
    expectGranted(set(one, write(1), 0));
    one.leaveLockQuestions();
    CompletableFuture<OperationReply> held = test(other, write(2));
    one.answerLockQuestion(one.awaitLockQuestion());
    assertThat(TestClient.await(held).hasConflictingLock()).isTrue();
    CompletableFuture<OperationReply> free = test(other, write(2));
    LockQuestion question = one.awaitLockQuestion();
    expectGranted(set(one, unlock(1), 0));
    one.answerLockQuestion(question);
    assertThat(TestClient.await(free).hasConflictingLock()).isFalse();
  }

  @Test
  void whoDoesNotAnswerHoldsWhatItHas() {
    expectGranted(set(one, write(1), 0));
    one.leaveLockQuestions();
    CompletableFuture<OperationReply> asking = set(other, write(2), 0);
    one.awaitLockQuestion();
    assertThat(asking).isNotDone();
    master.pass(1_800);
    assertThat(TestClient.await(asking).getErrno()).isEqualTo(Errno.EAGAIN.code());

    CompletableFuture<OperationReply> another = set(other, write(2), 0);
    one.awaitLockQuestion();
    one.breakStream();
    master.pass(200);
    assertThat(TestClient.await(another).getErrno()).isEqualTo(Errno.EAGAIN.code());
    assertThat(TestClient.await(set(other, write(2), 0)).getErrno())
        .as("nobody can be asked")
        .isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void whoWaitsHasNobodyAsked() {
    expectGranted(set(one, write(1), 0));
    CompletableFuture<OperationReply> waiting = set(other, write(2), WAIT_MS);
    awaitWaiting(1);
    assertThat(one.wasAskedAboutLocks()).isFalse();
    expectGranted(set(one, unlock(1), 0));
    expectGranted(waiting);
    assertThat(one.wasAskedAboutLocks()).isFalse();
  }

  @Test
  void aCircleOfThreeOwnersIsRefusedWhereItCloses() {
    Lock first = write(1).toBuilder().setStart(0).setEnd(0).build();
    Lock second = write(2).toBuilder().setStart(1).setEnd(1).build();
    Lock third = write(3).toBuilder().setStart(2).setEnd(2).build();
    expectGranted(set(one, first, 0));
    expectGranted(set(other, second, 0));
    expectGranted(set(one, third, 0));
    set(one, second.toBuilder().setOwner(1).build(), WAIT_MS);
    set(other, third.toBuilder().setOwner(2).build(), WAIT_MS);
    awaitWaiting(2);
    Lock closing = first.toBuilder().setOwner(3).build();
    assertThat(TestClient.await(set(one, closing, WAIT_MS)).getErrno())
        .isEqualTo(Errno.EDEADLK.code());
    assertThat(TestClient.await(set(one, closing, 0)).getErrno()).isEqualTo(Errno.EAGAIN.code());
    awaitWaiting(2);
  }

  @Test
  void flocksMayWaitInACircle() {
    long second = one.call(0, 2, TestClient.create("g")).getAttributes().getInode();
    expectGranted(set(one, whole(1), 0));
    expectGranted(set(other, second, whole(2), 0));
    set(one, second, whole(1), WAIT_MS);
    set(other, file, whole(2), WAIT_MS);
    awaitWaiting(2);
  }

  @Test
  void theEndOfASessionLetsOthersGoOn() {
    expectGranted(set(other, write(1), 0));
    CompletableFuture<OperationReply> waiting = set(one, write(1), WAIT_MS);
    set(other, write(2), WAIT_MS);
    awaitWaiting(2);
    other.close();
    expectGranted(waiting);
    awaitWaiting(0);
  }

  @Test
  void aWaitIsEndedByItsOwnSession() {
    expectGranted(set(one, write(1), 0));
    CompletableFuture<OperationReply> waiting = set(other, write(1), WAIT_MS);
    CompletableFuture<OperationReply> bystander = set(other, write(2), WAIT_MS);
    awaitWaiting(2);
    long journalled = lockEntries();
    assertThat(TestClient.await(release(other, 1)).getErrno()).isZero();
    assertThat(TestClient.await(waiting).getErrno()).isEqualTo(Errno.EAGAIN.code());
    assertThat(bystander).isNotDone();
    assertThat(lockEntries()).as("nothing was released").isEqualTo(journalled);
  }

  @Test
  void aReleaseEndsTheWaitsOfItsOwnerToo() {
    expectGranted(set(one, write(1), 0));
    CompletableFuture<OperationReply> waiting = set(other, write(1), WAIT_MS);
    awaitWaiting(1);
    assertThat(TestClient.await(release(other, 1, Lock.Kind.RECORD)).getErrno()).isZero();
    assertThat(TestClient.await(waiting).getErrno()).isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void halfOfASessionsSlotsStayFree() {
    expectGranted(set(one, write(1), 0));
    for (int waiting = 0; waiting < TestClient.SLOTS / 2; waiting++) {
      set(other, write(10 + waiting), WAIT_MS);
    }
    awaitWaiting(TestClient.SLOTS / 2);
    assertThat(TestClient.await(set(other, write(9), WAIT_MS)).getErrno())
        .isEqualTo(Errno.EAGAIN.code());
  }

  @Test
  void locksAndWaitsOutliveTheMaster() throws IOException {
    expectGranted(set(one, write(1), 0));
    int slot = nextSlot;
    set(other, write(1), WAIT_MS);
    awaitWaiting(1);
    long session = other.sessionId();
    long holder = one.sessionId();
    master.restart();
    one = resumed(42, holder);
    other = resumed(43, session);
    nextSlot = slot;
    CompletableFuture<OperationReply> again = set(other, write(1), WAIT_MS);
    awaitWaiting(1);
    expectGranted(set(one, unlock(1), 0));
    expectGranted(again);
  }

  private TestClient resumed(long secret, long session) {
    TestClient next = new TestClient(master.channel(), secret);
    next.open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(TestClient.SLOTS), session);
    return next;
  }

  private CompletableFuture<OperationReply> set(TestClient client, Lock lock, int waitMs) {
    return set(client, file, lock, waitMs);
  }

  private CompletableFuture<OperationReply> set(
      TestClient client, long inode, Lock lock, int waitMs) {
    SetLock set = SetLock.newBuilder().setInode(inode).setLock(lock).setWaitMs(waitMs).build();
    return client.send(++nextSlot, 1, Operation.newBuilder().setSetLock(set));
  }

  private CompletableFuture<OperationReply> test(TestClient client, Lock lock) {
    TestLock test = TestLock.newBuilder().setInode(file).setLock(lock).build();
    return client.send(++nextSlot, 1, Operation.newBuilder().setTestLock(test));
  }

  private CompletableFuture<OperationReply> release(
      TestClient client, long owner, Lock.Kind... kinds) {
    ReleaseLocks release =
        ReleaseLocks.newBuilder()
            .setInode(file)
            .setOwner(owner)
            .addAllKinds(List.of(kinds))
            .build();
    return client.send(++nextSlot, 1, Operation.newBuilder().setReleaseLocks(release));
  }

  private static void expectGranted(CompletableFuture<OperationReply> reply) {
    assertThat(TestClient.await(reply).getErrno()).isZero();
  }

  private long lockEntries() {
    return log.entries().stream()
        .map(JournalEntry::getClient)
        .filter(
            client -> client.getOperation().hasSetLock() || client.getOperation().hasReleaseLocks())
        .count();
  }

  private void awaitWaiting(int count) {
    master.until(() -> master.waiting() == count);
  }

  private static Lock read(long owner) {
    return write(owner).toBuilder().setType(Lock.Type.READ).build();
  }

  private static Lock unlock(long owner) {
    return write(owner).toBuilder().setType(Lock.Type.UNLOCKED).build();
  }

  private static Lock write(long owner) {
    return Lock.newBuilder()
        .setOwner(owner)
        .setType(Lock.Type.WRITE)
        .setEnd(Long.MAX_VALUE)
        .build();
  }

  private static Lock whole(long owner) {
    return write(owner).toBuilder().setKind(Lock.Kind.WHOLE_FILE).build();
  }
}
