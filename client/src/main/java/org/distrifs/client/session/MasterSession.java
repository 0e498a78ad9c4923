package org.distrifs.client.session;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.distrifs.client.ClientSettings;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.CloseSession;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.LockAnswer;
import org.distrifs.proto.control.LockQuestion;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationBatch;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session over whichever master answers. Operations get a slot and a number, several that queue
 * up leave in one message. When the stream breaks, a new one resumes the session and everything
 * unanswered is sent again with its old number, so the master answers what it has done already
 * without doing it twice.
 *
 * <p>When the session expired meanwhile, what was submitted under it fails with {@code EIO}: nobody
 * can tell any more whether it was done. New operations go on under a new session.
 */
public final class MasterSession implements MasterApi {

  private static final Logger LOG = LoggerFactory.getLogger(MasterSession.class);
  private static final long TICK_MS = 100;
  private static final long OPEN_TIMEOUT_MS = 5_000;
  private static final int SILENT_INTERVALS = 4;

  /** Signs of life in the time without any after which the master ends a session, at the least. */
  private static final int SIGNS_BEFORE_EXPIRY = 4;

  private static final long MIN_BACKOFF_MS = 50;
  private static final long MAX_BACKOFF_MS = 2_000;
  private static final long CLOSE_WAIT_MS = 1_000;

  private enum Phase {
    /** No stream; the next attempt is at {@code phaseUntilNs}. */
    APART,
    /** A stream is open, the session on it is not; given up at {@code phaseUntilNs}. */
    OPENING,
    OPEN,
    CLOSED
  }

  private final ClientSettings settings;
  private final ControlStream.Opener opener;
  private final ClockSource clock;
  private final Entropy entropy;
  private final SessionMetrics metrics;
  private final CompletableFuture<Void> firstOpened = new CompletableFuture<>();
  private final CompletableFuture<Void> lastStreamEnded = new CompletableFuture<>();

  private final Object lock = new Object();
  private final SessionIdentity identity;
  private final OperationQueue operations;
  private final MasterQuestions questions = new MasterQuestions();
  private Phase phase = Phase.APART;
  private long phaseUntilNs;
  private long lastHeardNs;
  private long keepAliveAtNs;

  /** As the master said at the last opening; 0 before. */
  private long expiryMs;

  private boolean keepAliveDue;
  private boolean sending;
  private int masterIndex;
  private int failedAttempts;
  private ControlStream stream;
  private StreamListener listener;
  private String lastTrouble = "no attempt was made yet";
  private long nextOrder;

  /** Written under the lock. */
  private volatile boolean spaceIsScarce;

  private MasterSession(
      ClientSettings settings,
      ControlStream.Opener opener,
      ClockSource clock,
      Entropy entropy,
      SessionMetrics metrics) {
    this.settings = settings;
    this.opener = opener;
    this.clock = clock;
    this.entropy = entropy;
    this.metrics = metrics;
    this.identity = new SessionIdentity(entropy, settings.clientName(), settings.operationSlots());
    this.operations = new OperationQueue(settings.operationSlots());
    this.phaseUntilNs = clock.monotonicNs();
  }

  /**
   * Opens a session with the first master that answers.
   *
   * @param opener closed with the session
   * @param timer runs the session's clockwork; stays the caller's
   * @throws OperatorException when none answers within {@link ClientSettings#connectTimeoutMs}, or
   *     one refuses
   */
  public static MasterSession connect(
      ClientSettings settings,
      ControlStream.Opener opener,
      ClockSource clock,
      Entropy entropy,
      ScheduledExecutorService timer,
      SessionMetrics metrics) {
    MasterSession session = begin(settings, opener, clock, entropy, timer, metrics);
    try {
      Replies.await(session.firstOpened, settings.connectTimeoutMs(), "connect");
      return session;
    } catch (IOException e) {
      String trouble = session.trouble();
      session.close();
      throw new OperatorException(
          "Cannot open a session with the master at %s: %s. Start the master, or name another one"
                  .formatted(settings.masters(), trouble)
              + " with --master HOST:PORT.",
          e);
    }
  }

  /** As {@link #connect}, without waiting: what is submitted meanwhile waits for the session. */
  public static MasterSession begin(
      ClientSettings settings,
      ControlStream.Opener opener,
      ClockSource clock,
      Entropy entropy,
      ScheduledExecutorService timer,
      SessionMetrics metrics) {
    MasterSession session = new MasterSession(settings, opener, clock, entropy, metrics);
    metrics.watch(session::taken, session::queued);
    timer.scheduleWithFixedDelay(session::tickGuarded, 0, TICK_MS, TimeUnit.MILLISECONDS);
    return session;
  }

  @Override
  public boolean spaceIsScarce() {
    return spaceIsScarce;
  }

  @Override
  public long sessionId() {
    synchronized (lock) {
      return identity.sessionId();
    }
  }

  /** The cluster that the masters serve; the same for the whole life of the session. */
  public long clusterId() {
    synchronized (lock) {
      return identity.clusterId();
    }
  }

  /**
   * Tells the session how to answer the master, which asks before it gives up files without a name.
   *
   * @param newHoldsOpen whether a handle that works is open for an inode; must not block
   */
  public void answerOrphansBy(LongPredicate newHoldsOpen) {
    questions.answerOrphansBy(newHoldsOpen);
  }

  /**
   * Tells the session whom to tell that another one waits for the append lease of an inode.
   *
   * @param newRecalls must not block; may be told of inodes of which it has no lease
   */
  public void passRecallsTo(LongConsumer newRecalls) {
    questions.passRecallsTo(newRecalls);
  }

  /**
   * Tells the session how to answer the master, which asks before it refuses another session a lock
   * on an inode because of one that this client has.
   *
   * @param newLocksAreCertain must not block; completes when all releases that are under way have
   *     been acknowledged, and never with a failure
   */
  public void answerLockQuestionsBy(LongFunction<CompletableFuture<Void>> newLocksAreCertain) {
    questions.answerLockQuestionsBy(newLocksAreCertain);
  }

  @Override
  public CompletableFuture<OperationReply> submit(Operation operation, List<NameCheck> names) {
    long nowNs = clock.monotonicNs();
    PendingOperation pending;
    synchronized (lock) {
      pending =
          new PendingOperation(
              operation,
              names,
              nextOrder++,
              nowNs,
              nowNs + TimeUnit.MILLISECONDS.toNanos(settings.operationTimeoutMs()));
      if (phase == Phase.CLOSED || operations.isFull()) {
        String why = phase == Phase.CLOSED ? "the client is closed" : "too many operations wait";
        return CompletableFuture.failedFuture(failure(Errno.EIO, operation, why));
      }
      operations.add(pending);
      fillSlots();
    }
    sendDue();
    return pending.reply;
  }

  @Override
  public void close() {
    List<PendingOperation> abandoned;
    ControlStream last;
    synchronized (lock) {
      if (phase == Phase.CLOSED) {
        return;
      }
      last = phase == Phase.OPEN && !sending ? stream : null;
      if (last == null && stream != null) {
        stream.cancel("the client is closed");
      }
      phase = Phase.CLOSED;
      abandoned = operations.takeAll();
    }
    if (last != null) {
      last.send(ClientMessage.newBuilder().setClose(CloseSession.getDefaultInstance()).build());
      last.finish();
      awaitEnd();
    }
    opener.close();
    abandoned.forEach(pending -> fail(pending, Errno.EIO, "the client was closed"));
  }

  private void awaitEnd() {
    try {
      lastStreamEnded.get(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.info("The master did not confirm the end of the session; it will expire there");
    }
  }

  /** Whether operations wait for their answers. Any thread; never blocks. */
  public boolean isExpecting() {
    return taken() > 0;
  }

  private int taken() {
    synchronized (lock) {
      return operations.inFlight();
    }
  }

  private int queued() {
    synchronized (lock) {
      return operations.waiting();
    }
  }

  private String trouble() {
    synchronized (lock) {
      return lastTrouble;
    }
  }

  // --- sending

  private void fillSlots() {
    if (phase == Phase.OPEN) {
      operations.fillSlots();
    }
  }

  /** One thread sends at a time; what others add meanwhile leaves with its next message. */
  private void sendDue() {
    synchronized (lock) {
      if (sending) {
        return;
      }
      sending = true;
    }
    while (true) {
      ControlStream to;
      ClientMessage message;
      synchronized (lock) {
        message = nextMessage();
        if (message == null) {
          sending = false;
          return;
        }
        to = stream;
      }
      to.send(message);
    }
  }

  private ClientMessage nextMessage() {
    if (phase != Phase.OPEN) {
      return null;
    }
    if (keepAliveDue) {
      keepAliveDue = false;
      return ClientMessage.newBuilder().setKeepAlive(keepAlive()).build();
    }
    LockAnswer lockAnswer = questions.nextLockAnswer();
    if (lockAnswer != null) {
      return ClientMessage.newBuilder().setLockAnswer(lockAnswer).build();
    }
    OperationBatch batch = operations.nextBatch();
    return batch == null ? null : ClientMessage.newBuilder().setBatch(batch).build();
  }

  private KeepAlive keepAlive() {
    KeepAlive.Builder sign =
        KeepAlive.newBuilder()
            .setHighestDurableTxid(identity.heardDurable().txid())
            .setHighestDurableTerm(identity.heardDurable().term());
    questions.answerOrphans(sign);
    return sign.build();
  }

  // --- clockwork

  private void tickGuarded() {
    try {
      tick();
    } catch (RuntimeException e) {
      LOG.error("The session's clockwork failed; it goes on", e);
    }
  }

  private void tick() {
    long nowNs = clock.monotonicNs();
    List<PendingOperation> late;
    ControlStream silent = null;
    StreamListener silentListener = null;
    boolean open = false;
    synchronized (lock) {
      if (phase == Phase.CLOSED) {
        return;
      }
      operations.retryPostponed();
      late = operations.takeLate(nowNs);
      fillSlots();
      if (phase == Phase.APART && nowNs - phaseUntilNs >= 0) {
        open = true;
      } else if (phase == Phase.OPENING && nowNs - phaseUntilNs >= 0) {
        silent = stream;
        silentListener = listener;
      } else if (phase == Phase.OPEN) {
        long silentNs = nowNs - lastHeardNs;
        if (silentNs > keepAliveNs() * SILENT_INTERVALS) {
          silent = stream;
          silentListener = listener;
        } else if (nowNs - keepAliveAtNs >= 0) {
          keepAliveDue = true;
          keepAliveAtNs = nowNs + keepAliveNs();
        }
      }
    }
    late.forEach(pending -> failLate(pending));
    if (silent != null) {
      silent.cancel("the master is silent");
      silentListener.ended("it is silent");
    }
    if (open) {
      openStream();
    }
    sendDue();
  }

  /** As it is set, or more often if the master gives sessions up sooner than that allows for. */
  private long keepAliveNs() {
    long intervalMs = settings.keepAliveIntervalMs();
    if (expiryMs > 0) {
      intervalMs = Math.min(intervalMs, Math.max(1, expiryMs / SIGNS_BEFORE_EXPIRY));
    }
    return TimeUnit.MILLISECONDS.toNanos(intervalMs);
  }

  private void openStream() {
    PeerAddress master;
    StreamListener next;
    synchronized (lock) {
      master = settings.masters().get(masterIndex);
      next = new StreamListener(master);
      listener = next;
      phase = Phase.OPENING;
    }
    ControlStream opened = opener.open(master, next);
    ClientMessage introduction;
    synchronized (lock) {
      if (listener != next || phase != Phase.OPENING) {
        return;
      }
      stream = opened;
      introduction = ClientMessage.newBuilder().setOpen(identity.introduction()).build();
    }
    opened.send(introduction);
    awaitOpened(next);
  }

  /**
   * The bound is for the master alone. A process that loads all that its first stream needs can
   * take longer on a busy machine, and would give up a session that is about to open.
   */
  private void awaitOpened(StreamListener opening) {
    synchronized (lock) {
      if (listener == opening && phase == Phase.OPENING) {
        phaseUntilNs = clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(OPEN_TIMEOUT_MS);
      }
    }
  }

  // --- receiving

  private final class StreamListener implements ControlStream.Listener {
    private final PeerAddress master;

    StreamListener(PeerAddress master) {
      this.master = master;
    }

    @Override
    public void received(MasterMessage message) {
      synchronized (lock) {
        if (listener != this || phase == Phase.CLOSED) {
          return;
        }
        lastHeardNs = clock.monotonicNs();
      }
      switch (message.getKindCase()) {
        case OPENED -> opened(this, message.getOpened());
        case BATCH -> message.getBatch().getRepliesList().forEach(MasterSession.this::answered);
        case KEEP_ALIVE -> heardKeepAlive(message.getKeepAlive());
        case ENDED -> expired("the master ended it: " + message.getEnded().getReason(), true);
        case LOCK_QUESTION -> lockQuestion(this, message.getLockQuestion());
        case RECALL -> questions.recall(message.getRecall().getInode());
        case KIND_NOT_SET -> LOG.debug("The master sent a message of a kind not known here");
      }
      sendDue();
    }

    @Override
    public void ended(String why) {
      synchronized (lock) {
        if (listener != this) {
          return;
        }
        if (phase == Phase.CLOSED) {
          lastStreamEnded.complete(null);
          return;
        }
        boolean wasOpen = phase == Phase.OPEN;
        apart("the master at " + master + " does not answer: " + why);
        if (wasOpen) {
          metrics.streamBroke();
          LOG.warn(
              "The stream to the master at {} broke ({}); {} operations wait for it to come back",
              master,
              why,
              operations.inFlight() + operations.waiting());
        }
      }
    }
  }

  private void apart(String trouble) {
    lastTrouble = trouble;
    listener = null;
    stream = null;
    questions.forget();
    phase = Phase.APART;
    masterIndex = (masterIndex + 1) % settings.masters().size();
    int round = Math.min(failedAttempts++ / settings.masters().size(), 10);
    long backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS << round);
    long jitterMs = Math.floorMod(entropy.nextLong(), backoffMs / 2 + 1);
    phaseUntilNs = clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(backoffMs / 2 + jitterMs);
  }

  private void opened(StreamListener from, SessionOpened opened) {
    List<PendingOperation> abandoned = List.of();
    ControlStream refused = null;
    synchronized (lock) {
      if (listener != from || phase != Phase.OPENING) {
        return;
      }
      String refusal = identity.refusal(opened);
      if (refusal != null) {
        refused = stream;
        refuse(from.master, refusal);
      } else {
        boolean hadSession = identity.sessionId() != 0;
        boolean another = identity.adopt(opened);
        if (another) {
          abandoned = hadSession ? operations.takeAll() : List.of();
          operations.useSlots(Math.max(1, Math.min(opened.getSlots(), settings.operationSlots())));
        }
        expiryMs = Integer.toUnsignedLong(opened.getExpiryMs());
        beOpen(from.master, another);
        if (another && hadSession) {
          LOG.warn("The former session expired; {} operations under it failed", abandoned.size());
        }
      }
    }
    abandoned.forEach(
        pending -> fail(pending, Errno.EIO, "the session expired before it was answered"));
    if (refused != null) {
      refused.cancel("refused");
    } else {
      firstOpened.complete(null);
    }
  }

  private void refuse(PeerAddress master, String refusal) {
    String trouble = "the master at " + master + " refuses: " + refusal;
    if (!trouble.equals(lastTrouble)) {
      LOG.warn("Cannot open a session: {}", trouble);
    }
    apart(trouble);
    firstOpened.completeExceptionally(new ErrnoException(Errno.EIO, trouble));
  }

  private void beOpen(PeerAddress master, boolean another) {
    phase = Phase.OPEN;
    failedAttempts = 0;
    keepAliveAtNs = clock.monotonicNs() + keepAliveNs();
    operations.sendAgain();
    operations.fillSlots();
    LOG.info(
        "Session {} {} with the master at {}",
        Long.toHexString(identity.sessionId()),
        another ? "opened" : "resumed",
        master);
  }

  private void heardKeepAlive(KeepAliveReply reply) {
    synchronized (lock) {
      identity.sawDurable(reply.getDurableTxid());
      spaceIsScarce = reply.getSpaceIsScarce();
      if (reply.getOrphansQuestion() != 0) {
        // Answered at once: what nobody holds is room that somebody may wait for.
        questions.askedForOrphans(reply);
        keepAliveDue = true;
      }
    }
  }

  private void lockQuestion(StreamListener from, LockQuestion question) {
    questions
        .locksAreCertain(question.getInode())
        .thenRun(
            () -> {
              synchronized (lock) {
                if (listener != from || phase != Phase.OPEN) {
                  return; // Whoever asked does not wait any more.
                }
                questions.lockIsCertain(question.getNumber());
              }
              sendDue();
            });
  }

  private void answered(NumberedReply numbered) {
    PendingOperation pending;
    OperationReply reply = numbered.getReply();
    synchronized (lock) {
      pending = operations.answered(numbered);
      if (pending == null) {
        return;
      }
      // The master answers a mutation after it is durable.
      identity.sawDurable(reply.getTxid());
      spaceIsScarce |= reply.getSpaceIsScarce();
      // A lock in the way is an answer, not a master that is not ready.
      boolean isPostponed = reply.getErrno() == Errno.EAGAIN.code() && !reply.hasConflictingLock();
      if (isPostponed && !pending.reply.isDone()) {
        lastTrouble = "it asks to try again: " + reply.getMessage();
        operations.postpone(pending);
        return;
      }
      fillSlots();
    }
    metrics.answered(clock.monotonicNs() - pending.submittedNs);
    if (reply.getErrno() == 0) {
      pending.reply.complete(reply);
    } else {
      String attempted = OperationText.of(pending.operation, reply.getMessage());
      pending.reply.completeExceptionally(new RefusedException(reply, attempted));
    }
  }

  private void expired(String why, boolean forget) {
    List<PendingOperation> abandoned;
    synchronized (lock) {
      abandoned = operations.takeAll();
      if (forget) {
        identity.forgetSession();
      }
      if (stream != null) {
        stream.cancel("the session is over");
      }
      apart(why);
    }
    LOG.warn("The session is over, {}; {} operations under it failed", why, abandoned.size());
    abandoned.forEach(pending -> fail(pending, Errno.EIO, "the session is over: " + why));
  }

  private void failLate(PendingOperation pending) {
    String why =
        "no answer in " + settings.operationTimeoutMs() + " ms from the master (" + trouble() + ")";
    LOG.warn("An operation failed: {}", OperationText.of(pending.operation, why));
    fail(pending, Errno.EIO, why);
  }

  private static void fail(PendingOperation pending, Errno errno, String why) {
    pending.reply.completeExceptionally(failure(errno, pending.operation, why));
  }

  private static ErrnoException failure(Errno errno, Operation operation, String why) {
    return new ErrnoException(errno, OperationText.of(operation, why));
  }
}
