package org.distrifs.client.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.client.PendingLock;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.session.RefusedException;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.SystemClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What locks ask of the master, and when. The test gives the master's answers. */
class FileLocksTest {
  private static final long WAIT_S = 20;
  private static final long INODE = 7;
  private static final LockingHandle OTHER_HANDLE = () -> false;

  private final AtomicBoolean reading = new AtomicBoolean();
  private final LockingHandle handle = reading::get;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ScriptedMaster master = new ScriptedMaster();
  private final File file = new File();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean queued;
  private final FileLocks locks =
      new FileLocks(
          file, master, FakeCluster.settings(), this::look, new SystemClock(), timer, timer);

  private boolean look() {
    looks.incrementAndGet();
    return queued;
  }

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  @Test
  void whereNothingIsLockedNobodyIsAsked() throws IOException {
    locks.releaseRecords(1);
    locks.ending(handle).close();
    assertThat(locks.set(handle, record(1, Lock.Type.UNLOCKED), true).result()).isZero();
    assertThat(master.asked()).isZero();
    assertThat(file.flushes).isZero();
  }

  @Test
  void whoClosesADescriptorLosesItsRecordLocksOnceAfterWhatItWroteIsSent() throws IOException {
    grant(locks.set(handle, record(1, Lock.Type.WRITE), false));
    grant(locks.set(handle, record(2, Lock.Type.WRITE), false));
    master.answerAll();
    locks.releaseRecords(1);
    assertThat(file.flushes).isEqualTo(1);
    assertThat(master.last().getReleaseLocks().getOwner()).isEqualTo(1);
    int asked = master.asked();
    locks.releaseRecords(1);
    assertThat(master.asked()).isEqualTo(asked);
  }

  @Test
  void whoIsKilledWhileItClosesLosesThemToo() throws IOException {
    grant(locks.set(handle, record(1, Lock.Type.WRITE), false));
    master.answerAll();
    Thread.currentThread().interrupt();
    locks.releaseRecords(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file.flushes).isEqualTo(1);
    assertThat(master.last().getReleaseLocks().getOwner()).isEqualTo(1);
  }

  @Test
  void theEndOfAHandleTakesTheLocksThatWereSetThroughItAlone() throws IOException {
    grant(locks.set(handle, record(1, Lock.Type.WRITE), false));
    grant(locks.set(handle, record(2, Lock.Type.WRITE), false));
    grant(locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false));
    master.answerAll();
    int before = master.asked();
    locks.ending(handle).close();
    assertThat(master.asked()).isEqualTo(before + 1);
    assertThat(master.last().getReleaseLocks().getOwner()).isEqualTo(1);
    locks.ending(OTHER_HANDLE).close();
    assertThat(master.last().getReleaseLocks().getOwner()).isEqualTo(2);
  }

  @Test
  void whoClosedOneHandleAndLockedThroughAnotherSinceKeepsThat() throws IOException {
    grant(locks.set(handle, record(1, Lock.Type.WRITE), false));
    master.answerAll();
    locks.releaseRecords(1);
    master.holdAnswers();
    grant(locks.set(OTHER_HANDLE, record(1, Lock.Type.WRITE), false));
    master.answerAll();
    int before = master.asked();
    locks.ending(handle).close();
    assertThat(master.asked()).isEqualTo(before);
  }

  @Test
  void aRefusedLockLeavesNothingToRelease() throws IOException {
    PendingLock refused = locks.set(handle, record(1, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    expectFailure(refused, Errno.EAGAIN);
    int before = master.asked();
    locks.releaseRecords(1);
    assertThat(master.asked()).isEqualTo(before);
  }

  @Test
  void aLockOfWhichNothingIsKnownIsReleasedAllTheSame() throws IOException {
    PendingLock lost = locks.set(handle, record(1, Lock.Type.WRITE), false);
    master.fail();
    expectFailure(lost, Errno.EIO);
    master.answerAll();
    locks.releaseRecords(1);
    assertThat(master.last().hasReleaseLocks()).isTrue();
  }

  @Test
  void whoWaitsIsAskedForAgainUntilItIsGranted() throws Exception {
    PendingLock waiting = locks.set(handle, record(1, Lock.Type.WRITE), true);
    assertThat(master.last().getSetLock().getWaitMs()).isPositive();
    master.refuse(Errno.EAGAIN);
    master.awaitAsked(2);
    assertThat(waiting.decided()).isNotDone();
    grant(waiting);
    assertThat(waiting.result()).isEqualTo(file.othersCounter);
  }

  @Test
  void anInterruptedWaitIsWithdrawnAndAnsweredAsTheMasterSays() throws Exception {
    PendingLock waiting = locks.set(handle, record(1, Lock.Type.WRITE), true);
    waiting.interrupt();
    master.awaitAsked(2);
    assertThat(master.last().getReleaseLocks().getKindsCount()).isZero();
    master.refuseFirst(Errno.EAGAIN);
    expectFailure(waiting, Errno.EINTR);
  }

  @Test
  void aLockThatCameBeforeItsWaitWasWithdrawnIsKept() throws Exception {
    PendingLock waiting = locks.set(handle, record(1, Lock.Type.WRITE), true);
    waiting.interrupt();
    grant(waiting);
    assertThat(waiting.result()).isEqualTo(file.othersCounter);
  }

  @Test
  void whoIsInterruptedWhileTheMasterIsAwayIsLetGoAndALateLockIsGivenBack() throws Exception {
    PendingLock waiting = locks.set(handle, record(1, Lock.Type.WRITE), true);
    waiting.interrupt();
    expectFailure(waiting, Errno.EINTR);
    master.grantFirst();
    assertThat(master.locksSet()).containsExactly(Lock.Type.WRITE, Lock.Type.UNLOCKED);
  }

  @Test
  void aLateLockStaysWhereItsOwnerHasAnOlderOneThatWouldGoWithIt() throws Exception {
    grant(locks.set(handle, record(1, Lock.Type.READ), false));
    PendingLock waiting = locks.set(handle, record(1, Lock.Type.WRITE), true);
    waiting.interrupt();
    expectFailure(waiting, Errno.EINTR);
    master.grantFirst();
    assertThat(master.locksSet()).containsExactly(Lock.Type.READ, Lock.Type.WRITE);
    master.answerAll();
    locks.releaseRecords(1);
    assertThat(master.last().getReleaseLocks().getKindsList()).containsExactly(Lock.Kind.RECORD);
  }

  @Test
  void whatAHandleThatIsEndingStillHoldsIsWaitedFor() throws Exception {
    grant(locks.set(handle, record(1, Lock.Type.WRITE), false));
    FileLocks.Ending ending = locks.ending(handle);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    assertThat(next.decided()).isNotDone();
    master.answerAll();
    ending.close();
    next.decided().get(WAIT_S, TimeUnit.SECONDS);
    next.result();
  }

  @Test
  void theEndOfAHandleThatIsStillQueuedIsWaitedFor() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    queued = true;
    locks.descriptorClosed(handle);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    awaitLooks(5);
    assertThat(next.decided()).isNotDone();
    FileLocks.Ending ending = locks.ending(handle);
    queued = false;
    master.answerAll();
    ending.close();
    assertThat(next.decided()).succeedsWithin(Duration.ofSeconds(WAIT_S));
    next.result();
  }

  @Test
  void aHandleThatHasEndedSinceTheLockWasAskedForMakesItBeAskedForAgain() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    FileLocks.Ending ending = locks.ending(handle);
    Thread closing = new Thread(() -> closeQuietly(ending));
    closing.start();
    master.awaitAsked(3);
    master.grantLast();
    closing.join();
    master.refuseFirst(Errno.EAGAIN);
    master.awaitAsked(4);
    grant(next);
    next.result();
  }

  private static void closeQuietly(FileLocks.Ending ending) {
    try {
      ending.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoseDescriptorsAreAllOpenHoldsItsLockWithoutALook() throws Exception {
    queued = true;
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    locks.descriptorClosed(OTHER_HANDLE);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    assertThat(next.decided()).isDone();
    expectFailure(next, Errno.EAGAIN);
  }

  @Test
  void aHandleThatKeepsADescriptorKeepsItsLockOnceTheQueueIsEmpty() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    locks.descriptorClosed(handle);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    assertThat(next.decided()).succeedsWithin(Duration.ofSeconds(WAIT_S));
    expectFailure(next, Errno.EAGAIN);
    assertThat(looks).hasValue(2);
  }

  @Test
  void aQueueThatIsNeverEmptyIsNotWaitedForForEver() throws Exception {
    queued = true;
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    locks.descriptorClosed(handle);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    assertThat(next.decided()).succeedsWithin(Duration.ofSeconds(WAIT_S));
    expectFailure(next, Errno.EAGAIN);
  }

  @Test
  void theEndOfAHandleThatIsHeldBackByReadAheadIsWaitedFor() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    reading.set(true);
    locks.descriptorClosed(handle);
    PendingLock next = locks.set(OTHER_HANDLE, record(2, Lock.Type.WRITE), false);
    master.refuse(Errno.EAGAIN);
    awaitLooks(5);
    assertThat(next.decided()).isNotDone();
    FileLocks.Ending ending = locks.ending(handle);
    reading.set(false);
    master.answerAll();
    ending.close();
    assertThat(next.decided()).succeedsWithin(Duration.ofSeconds(WAIT_S));
    next.result();
  }

  /** The kernel may give the owner of the next open file the number of the last one. */
  @Test
  void whoGetsTheNumberOfAnOwnerWhoseHandleIsEndingKeepsItsLock() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    FileLocks.Ending ending = locks.ending(handle);
    Thread closing = new Thread(() -> closeQuietly(ending));
    closing.start();
    master.awaitAsked(2);
    PendingLock next = locks.set(OTHER_HANDLE, record(5, Lock.Type.WRITE), false);
    assertThat(master.asked()).as("not before the release is acknowledged").isEqualTo(2);
    master.grantLast();
    closing.join();
    master.awaitAsked(3);
    grant(next);
    master.answerAll();
    locks.ending(OTHER_HANDLE).close();
    assertThat(master.asked()).as("its own end releases it").isEqualTo(4);
    assertThat(master.last().getReleaseLocks().getOwner()).isEqualTo(5);
  }

  @Test
  void aTestOfALockWaitsForTheEndOfAHandleToo() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    FileLocks.Ending ending = locks.ending(handle);
    CompletableFuture<Optional<Lock>> found = locks.test(record(2, Lock.Type.WRITE));
    master.tellOfConflict();
    assertThat(found).isNotDone();
    master.answerAll();
    ending.close();
    assertThat(found).succeedsWithin(Duration.ofSeconds(WAIT_S)).isEqualTo(Optional.empty());
  }

  @Test
  void theMastersQuestionIsAnsweredWhenTheReleasesThatWereQueuedAreAcknowledged() throws Exception {
    grant(locks.set(handle, record(5, Lock.Type.WRITE), false));
    assertThat(locks.whenEndsAreOver()).as("nothing was closed").isDone();
    queued = true;
    locks.descriptorClosed(handle);
    CompletableFuture<Void> over = locks.whenEndsAreOver();
    awaitLooks(3);
    assertThat(over).isNotDone();
    FileLocks.Ending ending = locks.ending(handle);
    queued = false;
    Thread closing = new Thread(() -> closeQuietly(ending));
    closing.start();
    master.awaitAsked(2);
    assertThat(over).as("the release is not acknowledged").isNotDone();
    master.grantLast();
    assertThat(over).succeedsWithin(Duration.ofSeconds(WAIT_S));
    closing.join();
  }

  private void awaitLooks(int more) throws InterruptedException {
    int target = looks.get() + more;
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (looks.get() < target) {
      assertThat(System.nanoTime()).as("until it is looked again").isLessThan(endNs);
      Thread.onSpinWait();
    }
  }

  private void grant(PendingLock lock) {
    master.grantFirst();
    assertThat(lock.decided()).succeedsWithin(Duration.ofSeconds(WAIT_S));
  }

  private static void expectFailure(PendingLock lock, Errno errno) throws IOException {
    assertThatThrownBy(lock::result)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private static Lock record(long owner, Lock.Type type) {
    return Lock.newBuilder().setOwner(owner).setType(type).setEnd(Long.MAX_VALUE).setPid(1).build();
  }

  private static final class File implements LockedFile {
    private final long othersCounter = 99;
    private int flushes;

    @Override
    public long inode() {
      return INODE;
    }

    @Override
    public void flush() {
      flushes++;
    }

    @Override
    public boolean hasLostSession() {
      return false;
    }

    @Override
    public long granted(Attributes attributes) {
      return attributes.getInode() == 0 ? 0 : othersCounter;
    }
  }

  /** A master that answers when the test tells it to. */
  private static final class ScriptedMaster implements MasterApi {
    @Override
    public boolean spaceIsScarce() {
      return false;
    }

    private final List<CompletableFuture<OperationReply>> open = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private boolean answersAll;

    @Override
    public synchronized CompletableFuture<OperationReply> submit(
        Operation operation, List<NameCheck> names) {
      operations.add(operation);
      notifyAll();
      CompletableFuture<OperationReply> reply = new CompletableFuture<>();
      if (answersAll) {
        reply.complete(granted());
      } else {
        open.add(reply);
      }
      return reply;
    }

    private static OperationReply granted() {
      return OperationReply.newBuilder()
          .setAttributes(Attributes.newBuilder().setInode(INODE).setChangeCounter(99))
          .build();
    }

    synchronized Operation last() {
      return operations.get(operations.size() - 1);
    }

    synchronized int asked() {
      return operations.size();
    }

    /** The locks that were requested or released. */
    synchronized List<Lock.Type> locksSet() {
      return operations.stream()
          .filter(Operation::hasSetLock)
          .map(operation -> operation.getSetLock().getLock().getType())
          .toList();
    }

    synchronized void awaitAsked(int count) throws InterruptedException {
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
      while (operations.size() < count) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
        assertThat(leftMs).as("until " + count + " were asked").isPositive();
        wait(leftMs);
      }
    }

    /** From now on answers everything at once. */
    synchronized void answerAll() {
      answersAll = true;
    }

    synchronized void holdAnswers() {
      answersAll = false;
    }

    private synchronized CompletableFuture<OperationReply> take(int index) {
      return open.remove(index);
    }

    void grantFirst() {
      take(0).complete(granted());
    }

    void grantLast() {
      take(open.size() - 1).complete(granted());
    }

    /** Answers a TestLock with a conflicting lock. */
    void tellOfConflict() {
      OperationReply found =
          OperationReply.newBuilder().setConflictingLock(record(5, Lock.Type.WRITE)).build();
      take(open.size() - 1).complete(found);
    }

    void refuse(Errno errno) {
      refuse(open.size() - 1, errno);
    }

    void refuseFirst(Errno errno) {
      refuse(0, errno);
    }

    private void refuse(int index, Errno errno) {
      Lock conflict = record(5, Lock.Type.WRITE);
      OperationReply reply =
          OperationReply.newBuilder().setErrno(errno.code()).setConflictingLock(conflict).build();
      take(index).completeExceptionally(new RefusedException(reply, "lock"));
    }

    void fail() {
      take(open.size() - 1).completeExceptionally(new ErrnoException(Errno.EIO, "no answer"));
    }

    @Override
    public long sessionId() {
      return 1;
    }

    @Override
    public void close() {}
  }
}
