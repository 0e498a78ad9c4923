package org.distrifs.master.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.distrifs.master.lock.RangeLock;
import org.distrifs.proto.control.LockQuestion;
import org.distrifs.proto.control.MasterMessage;

/**
 * Asks the sessions whose locks are in the way, before another one is refused a lock for which it
 * does not wait, whether their releases have all been told: the end of an open file comes to a
 * mount after {@code close(2)} has returned there. {@code docs/locks.md} says more. Bounded by the
 * sessions' slots, for each operation is asked for once.
 */
final class LockQuestions {

  /** A session that does not answer in this time counts as holding what it has. */
  static final long MAX_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /** Of more sessions that have locks in the way, so many are asked. */
  private static final int MAX_ASKED = 16;

  /** An operation that is not refused before all who were asked have answered. */
  private record Question(
      long number, PendingOperation operation, Set<ClientSession> asked, long untilNs) {}

  private final LongFunction<ClientSession> sessions;
  private final Map<Long, Question> open = new HashMap<>();

  /** Operations whose question is over: what is in their way now is held. */
  private final Set<PendingOperation> decided = new HashSet<>();

  private long lastNumber;

  /**
   * @param sessions the open session of an id, or null
   */
  LockQuestions(LongFunction<ClientSession> sessions) {
    this.sessions = sessions;
  }

  int size() {
    return open.size();
  }

  /**
   * Asks those that have locks in the way of an operation, unless they were asked for it already.
   *
   * @param obstacles of this session and others
   * @return whether somebody was asked: the operation goes to the sink again later
   */
  boolean asks(PendingOperation operation, long inode, List<RangeLock> obstacles, long nowNs) {
    if (decided.contains(operation)) {
      return false;
    }
    Set<ClientSession> holders = new HashSet<>();
    for (RangeLock obstacle : obstacles) {
      ClientSession holder = sessions.apply(obstacle.owner().sessionId());
      boolean canAnswer = holder != null && holder != operation.session() && holder.isConnected();
      if (canAnswer && holders.size() < MAX_ASKED) {
        holders.add(holder);
      }
    }
    if (holders.isEmpty()) {
      return false;
    }
    long number = ++lastNumber;
    open.put(number, new Question(number, operation, holders, nowNs + MAX_WAIT_NS));
    LockQuestion question = LockQuestion.newBuilder().setNumber(number).setInode(inode).build();
    MasterMessage message = MasterMessage.newBuilder().setLockQuestion(question).build();
    holders.forEach(holder -> holder.send(message));
    return true;
  }

  /** A session has answered. */
  void answered(ClientSession session, long number, OperationSink sink) {
    Question question = open.get(number);
    if (question != null && question.asked().remove(session) && question.asked().isEmpty()) {
      open.remove(number);
      goOn(question.operation(), sink);
    }
  }

  /** Lets those go on that nobody answers. */
  void tick(long nowNs, OperationSink sink) {
    List<PendingOperation> late = new ArrayList<>();
    for (Iterator<Question> all = open.values().iterator(); all.hasNext(); ) {
      Question question = all.next();
      question.asked().removeIf(session -> session.isEnded() || !session.isConnected());
      if (question.asked().isEmpty() || nowNs - question.untilNs() >= 0) {
        all.remove();
        late.add(question.operation());
      }
    }
    late.forEach(operation -> goOn(operation, sink));
  }

  private void goOn(PendingOperation operation, OperationSink sink) {
    decided.add(operation);
    sink.again(operation);
    decided.remove(operation);
  }
}
