package org.distrifs.client.session;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.LockAnswer;

/**
 * What a master asks of its client: which files without a name are held open, to give an append
 * lease back, and whether what is told of locks is certain. Keeps who answers, and the answers that
 * are to be sent. Who answers may be set on any thread; everything else is called under the
 * session's lock, but for {@link #recall} and {@link #locksAreCertain}.
 */
final class MasterQuestions {

  /** Whether this client holds an inode open: until it is told, it says so of every one. */
  private volatile LongPredicate holdsOpen = inode -> true;

  /** Told the inodes whose append leases the master wants back. */
  private volatile LongConsumer recalls = inode -> {};

  /** Completes when what is told of locks on an inode will be true. */
  private volatile LongFunction<CompletableFuture<Void>> lockCertainty =
      inode -> CompletableFuture.completedFuture(null);

  /** The question for orphans that the next keep-alive answers; null for none. */
  private KeepAliveReply orphansQuestion;

  /** Numbers of the questions about locks whose answers are to be sent. */
  private final ArrayDeque<Long> lockAnswers = new ArrayDeque<>();

  void answerOrphansBy(LongPredicate newHoldsOpen) {
    holdsOpen = newHoldsOpen;
  }

  void passRecallsTo(LongConsumer newRecalls) {
    recalls = newRecalls;
  }

  void answerLockQuestionsBy(LongFunction<CompletableFuture<Void>> newLockCertainty) {
    lockCertainty = newLockCertainty;
  }

  void askedForOrphans(KeepAliveReply question) {
    orphansQuestion = question;
  }

  /** Adds the answer about orphans to a keep-alive, if there was a question. */
  void answerOrphans(KeepAlive.Builder keepAlive) {
    if (orphansQuestion == null) {
      return;
    }
    keepAlive.setOrphansQuestion(orphansQuestion.getOrphansQuestion());
    for (long inode : orphansQuestion.getOrphansList()) {
      if (holdsOpen.test(inode)) {
        keepAlive.addHeldOrphans(inode);
      }
    }
    orphansQuestion = null;
  }

  void recall(long inode) {
    recalls.accept(inode);
  }

  CompletableFuture<Void> locksAreCertain(long inode) {
    return lockCertainty.apply(inode);
  }

  void lockIsCertain(long question) {
    lockAnswers.add(question);
  }

  /** The next answer to a question about locks, as sent from then on; {@code null} for none. */
  LockAnswer nextLockAnswer() {
    Long question = lockAnswers.poll();
    return question == null ? null : LockAnswer.newBuilder().setNumber(question).build();
  }

  /** Answers are for who asked: another master, or the same after a restart, asks anew. */
  void forget() {
    orphansQuestion = null;
    lockAnswers.clear();
  }
}
