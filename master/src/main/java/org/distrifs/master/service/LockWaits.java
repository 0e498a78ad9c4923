package org.distrifs.master.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.lock.LockOwner;
import org.distrifs.master.lock.RangeLock;
import org.distrifs.master.state.FileLocks;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseLocks;
import org.distrifs.proto.control.SetLock;
import org.distrifs.proto.control.TestLock;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;

/**
 * SetLock operations that wait until locks of others have gone, each file's in the order of their
 * arrival; {@code docs/locks.md} says why none waits for long. Bounded by half of the sessions'
 * slots.
 */
final class LockWaits {

  /** An operation waits no longer than this, whatever it asked for. */
  static final long MAX_WAIT_MS = 10_000;

  /** Owners that the search for a circle looks at before it takes it that there is none. */
  private static final int MAX_SEARCHED = 10_000;

  /**
   * Stands for a file in doubt, which keeps a lock from being granted without being a lock itself.
   */
  private static final RangeLock NOBODYS =
      new RangeLock(new LockOwner(0, 0), true, 0, RangeLock.LAST_BYTE, 0);

  private final MasterState state;
  private final ClockSource clock;
  private final LockQuestions questions;
  private final Map<Long, List<PendingOperation>> byInode = new HashMap<>();
  private final Map<ClientSession, Integer> bySession = new HashMap<>();
  private int size;

  LockWaits(MasterState state, LockQuestions questions, ClockSource clock) {
    this.state = state;
    this.questions = questions;
    this.clock = clock;
  }

  int size() {
    return size + questions.size();
  }

  // --- those that come

  /**
   * Takes an operation over that is not to be journalled now: a lock that cannot be set, and whose
   * failure has no effect, or the end of somebody's waiting.
   */
  boolean holdsUp(PendingOperation operation, OperationSink sink) {
    ReleaseLocks release = operation.operation().getReleaseLocks();
    if (operation.operation().hasReleaseLocks() && release.getKindsCount() == 0) {
      endWaits(operation.session().id(), release, sink);
      sink.answer(operation, OperationReply.getDefaultInstance());
      return true;
    }
    if (!operation.operation().hasSetLock()) {
      return false;
    }
    List<RangeLock> obstacles = obstacles(operation);
    if (obstacles.isEmpty()) {
      return false;
    }
    SetLock set = operation.operation().getSetLock();
    if (set.getWaitMs() == 0
        && questions.asks(operation, set.getInode(), obstacles, clock.monotonicNs())) {
      return true;
    }
    if (!isInDoubt(set.getInode())
        && state.locks().isLostByTrying(operation.session().id(), set.getInode(), set.getLock())) {
      return false;
    }
    holdUp(operation, sink);
    return true;
  }

  /** Takes a TestLock over while those are asked whose locks it would tell of. */
  boolean holdsUpTest(PendingOperation operation) {
    TestLock test = operation.operation().getTestLock();
    List<RangeLock> obstacles =
        state.locks().conflicts(operation.session().id(), test.getInode(), test.getLock());
    return !obstacles.isEmpty()
        && questions.asks(operation, test.getInode(), obstacles, clock.monotonicNs());
  }

  /** A session has answered a question of {@link LockQuestions}. */
  void questionAnswered(ClientSession session, long number, OperationSink sink) {
    questions.answered(session, number, sink);
  }

  /** Takes an operation that cannot be carried out now: it waits, or is refused. */
  void holdUp(PendingOperation operation, OperationSink sink) {
    List<RangeLock> obstacles = obstacles(operation);
    if (obstacles.isEmpty()) {
      sink.again(operation);
    } else if (closesCircle(operation, obstacles)) {
      sink.answer(operation, Replies.failure(Errno.EDEADLK, "its owner is waited for"));
    } else if (isPastItsTime(operation, clock.monotonicNs()) || hasEnough(operation.session())) {
      refuse(operation, obstacles.get(0), sink);
    } else {
      park(operation);
    }
  }

  private List<RangeLock> obstacles(PendingOperation operation) {
    SetLock set = operation.operation().getSetLock();
    if (set.getLock().getType() != Lock.Type.UNLOCKED && isInDoubt(set.getInode())) {
      return List.of(NOBODYS);
    }
    return state.locks().conflicts(operation.session().id(), set.getInode(), set.getLock());
  }

  private boolean isInDoubt(long inode) {
    return state.filesInDoubt().containsKey(inode);
  }

  private static boolean isPastItsTime(PendingOperation operation, long nowNs) {
    // Unsigned on the wire: a negative number is a very large one.
    int asked = operation.operation().getSetLock().getWaitMs();
    long waitMs = Math.min(Integer.toUnsignedLong(asked), MAX_WAIT_MS);
    return nowNs - operation.arrivedNs() >= TimeUnit.MILLISECONDS.toNanos(waitMs);
  }

  private boolean hasEnough(ClientSession session) {
    return bySession.getOrDefault(session, 0) >= session.info().slots() / 2;
  }

  private static void refuse(PendingOperation operation, RangeLock obstacle, OperationSink sink) {
    Lock.Kind kind = operation.operation().getSetLock().getLock().getKind();
    sink.answer(
        operation,
        OperationReply.newBuilder()
            .setErrno(Errno.EAGAIN.code())
            .setConflictingLock(FileLocks.toldTo(operation.session().id(), obstacle, kind))
            .build());
  }

  private void park(PendingOperation operation) {
    long inode = operation.operation().getSetLock().getInode();
    List<PendingOperation> waiting = byInode.computeIfAbsent(inode, unused -> new ArrayList<>());
    waiting.add(operation);
    // An operation that could have been granted, and was too late, gets its old position again.
    waiting.sort(Comparator.comparingLong(PendingOperation::arrivedNs));
    bySession.merge(operation.session(), 1, Integer::sum);
    size++;
  }

  private void unpark(PendingOperation operation) {
    long inode = operation.operation().getSetLock().getInode();
    byInode.computeIfPresent(
        inode, (any, waiting) -> waiting.remove(operation) && waiting.isEmpty() ? null : waiting);
    bySession.computeIfPresent(
        operation.session(), (any, waiting) -> waiting == 1 ? null : waiting - 1);
    size--;
  }

  // --- circles

  /**
   * Whether waiting would close a circle: an owner that this one is to wait for waits for this one,
   * directly or over others.
   */
  private boolean closesCircle(PendingOperation operation, List<RangeLock> obstacles) {
    if (!isRecordLock(operation) || operation.operation().getSetLock().getWaitMs() == 0) {
      return false;
    }
    Map<LockOwner, List<PendingOperation>> waiting = recordWaitsByOwner();
    LockOwner asker = ownerOf(operation);
    Deque<LockOwner> toSearch = new ArrayDeque<>();
    obstacles.forEach(lock -> toSearch.add(lock.owner()));
    Set<LockOwner> searched = new HashSet<>();
    while (!toSearch.isEmpty() && searched.size() < MAX_SEARCHED) {
      LockOwner owner = toSearch.poll();
      if (owner.equals(asker)) {
        return true;
      }
      if (searched.add(owner)) {
        for (PendingOperation its : waiting.getOrDefault(owner, List.of())) {
          obstacles(its).forEach(lock -> toSearch.add(lock.owner()));
        }
      }
    }
    return false;
  }

  private Map<LockOwner, List<PendingOperation>> recordWaitsByOwner() {
    Map<LockOwner, List<PendingOperation>> waiting = new HashMap<>();
    byInode.values().stream()
        .flatMap(List::stream)
        .filter(LockWaits::isRecordLock)
        .forEach(its -> waiting.computeIfAbsent(ownerOf(its), any -> new ArrayList<>()).add(its));
    return waiting;
  }

  private static boolean isRecordLock(PendingOperation operation) {
    return operation.operation().getSetLock().getLock().getKind() == Lock.Kind.RECORD;
  }

  private static LockOwner ownerOf(PendingOperation operation) {
    return new LockOwner(
        operation.session().id(), operation.operation().getSetLock().getLock().getOwner());
  }

  // --- those that go on

  /** Looks again at those that an entry, which was applied, may let go on. */
  void applied(JournalEntry entry, OperationSink sink) {
    if (byInode.isEmpty()) {
      return;
    }
    switch (entry.getKindCase()) {
      case CLIENT -> {
        if (entry.getClient().getOperation().hasSetLock()) {
          wake(entry.getClient().getOperation().getSetLock().getInode(), sink);
        } else if (entry.getClient().getOperation().hasReleaseLocks()) {
          ReleaseLocks release = entry.getClient().getOperation().getReleaseLocks();
          endWaits(entry.getClient().getSessionId(), release, sink);
          wake(release.getInode(), sink);
        }
      }
      case SESSION_END -> List.copyOf(byInode.keySet()).forEach(inode -> wake(inode, sink));
      case INTENTS_SETTLED ->
          entry.getIntentsSettled().getInodesList().forEach(inode -> wake(inode, sink));
      default -> {}
    }
  }

  private void endWaits(long sessionId, ReleaseLocks release, OperationSink sink) {
    LockOwner owner = new LockOwner(sessionId, release.getOwner());
    for (PendingOperation waiting : waitingFor(release.getInode())) {
      if (ownerOf(waiting).equals(owner)) {
        unpark(waiting);
        // Not tried again, though it may be free by now: perhaps nobody wants it any more.
        List<RangeLock> obstacles = obstacles(waiting);
        refuse(waiting, obstacles.isEmpty() ? NOBODYS : obstacles.get(0), sink);
      }
    }
  }

  /** Tries again the operations that conflict with no lock, though perhaps with one another. */
  private void wake(long inode, OperationSink sink) {
    List<PendingOperation> going = new ArrayList<>();
    for (PendingOperation waiting : waitingFor(inode)) {
      boolean isFree =
          waiting.session().isEnded()
              || obstacles(waiting).isEmpty()
                  && going.stream().noneMatch(earlier -> isInTheWay(earlier, waiting));
      if (isFree) {
        unpark(waiting);
        going.add(waiting);
      }
    }
    going.forEach(sink::again);
  }

  private static boolean isInTheWay(PendingOperation earlier, PendingOperation later) {
    Lock first = earlier.operation().getSetLock().getLock();
    Lock second = later.operation().getSetLock().getLock();
    boolean isEitherExclusive =
        first.getType() == Lock.Type.WRITE || second.getType() == Lock.Type.WRITE;
    boolean overlap =
        first.getKind() == Lock.Kind.WHOLE_FILE
            || first.getStart() <= second.getEnd() && second.getStart() <= first.getEnd();
    return !earlier.session().isEnded()
        && first.getKind() == second.getKind()
        && isEitherExclusive
        && overlap
        && !ownerOf(earlier).equals(ownerOf(later));
  }

  private List<PendingOperation> waitingFor(long inode) {
    return List.copyOf(byInode.getOrDefault(inode, List.of()));
  }

  /** Answers those that have waited as long as they may. */
  void tick(long nowNs, OperationSink sink) {
    questions.tick(nowNs, sink);
    for (long inode : List.copyOf(byInode.keySet())) {
      for (PendingOperation waiting : waitingFor(inode)) {
        if (isPastItsTime(waiting, nowNs) || waiting.session().isEnded()) {
          unpark(waiting);
          sink.again(waiting);
        }
      }
    }
  }
}
