package org.distrifs.client.fake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.distrifs.client.session.ControlStream;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.LockQuestion;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReplyBatch;
import org.distrifs.proto.control.SessionEnded;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.range.BlockRanges;

/**
 * The sessions of a master in memory: slots with remembered answers, and streams that break when a
 * test wants it. Everything happens on one thread.
 */
public final class FakeMasterStreams implements ControlStream.Opener {
  private static final long CLUSTER_ID = 0x5eed;

  private static final class Session {
    final long id;
    final long secret;
    final Map<Integer, Long> lastNumber = new HashMap<>();
    final Map<Integer, OperationReply> lastReply = new HashMap<>();

    Session(long id, long secret) {
      this.id = id;
      this.secret = secret;
    }
  }

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          body -> {
            Thread made = new Thread(body, "fake-master");
            made.setDaemon(true);
            return made;
          });
  private final FakeMaster master;
  private final FakeDatanodes datanodes;
  private final Map<Long, Session> sessions = new HashMap<>();
  private final List<Stream> streams = new ArrayList<>();
  private long nextSession = 1;
  private volatile boolean away;
  private volatile long clusterId = CLUSTER_ID;
  private volatile Predicate<Operation> breaksBefore = operation -> false;
  private volatile Predicate<Operation> breaksAfter = operation -> false;
  private volatile Predicate<Operation> neverAnswered = operation -> false;
  private volatile Predicate<Operation> refused = operation -> false;
  private volatile Errno refusal = Errno.EAGAIN;
  private volatile KeepAliveReply orphansQuestion = KeepAliveReply.getDefaultInstance();
  private volatile KeepAlive orphansAnswer;
  private final BlockingQueue<Long> lockAnswers = new LinkedBlockingQueue<>();
  private int operations;

  public FakeMasterStreams(FakeDatanodes datanodes, long chunkBytes) {
    this.datanodes = datanodes;
    this.master = new FakeMaster(datanodes, chunkBytes);
  }

  /** Chooses the operations before which, or after which, the stream breaks. */
  public void breakStreams(Predicate<Operation> before, Predicate<Operation> after) {
    breaksBefore = before;
    breaksAfter = after;
  }

  public void neverAnswer(Predicate<Operation> operation) {
    neverAnswered = operation;
  }

  /** Chooses the operations that are answered with EAGAIN and have no effect. */
  public void postpone(Predicate<Operation> operation) {
    refuse(operation, Errno.EAGAIN);
  }

  /** Chooses the operations that are refused with an errno and have no effect. */
  public void refuse(Predicate<Operation> operation, Errno errno) {
    refused = operation;
    refusal = errno;
  }

  public void goAway() {
    away = true;
    run(
        () -> {
          List.copyOf(streams).forEach(stream -> stream.end("the fake master is away"));
          return null;
        });
  }

  public void comeBack() {
    away = false;
  }

  /** From now on answers as the master of another cluster. */
  public void becomeAnotherCluster() {
    clusterId = CLUSTER_ID + 1;
  }

  public void expireSessions() {
    run(
        () -> {
          sessions.clear();
          List.copyOf(streams).forEach(stream -> stream.end("the fake master restarts"));
          return null;
        });
  }

  /**
   * Ends the sessions and tells their clients, as the master does when a client was silent for too
   * long.
   */
  public void endSessions() {
    run(
        () -> {
          sessions.clear();
          MasterMessage ended =
              MasterMessage.newBuilder()
                  .setEnded(SessionEnded.newBuilder().setReason("it was silent for too long"))
                  .build();
          List.copyOf(streams).forEach(stream -> stream.listener.received(ended));
          return null;
        });
  }

  /** From now on asks with each keep-alive which of these inodes are held open. */
  public void askForOrphans(long question, List<Long> inodes) {
    orphansQuestion =
        KeepAliveReply.newBuilder().setOrphansQuestion(question).addAllOrphans(inodes).build();
  }

  /** The last answer to {@link #askForOrphans}; null without one. */
  public KeepAlive orphansAnswer() {
    return orphansAnswer;
  }

  /** Asks all sessions about the locks on an inode. */
  public void askAboutLocks(long question, long inode) {
    MasterMessage message =
        MasterMessage.newBuilder()
            .setLockQuestion(LockQuestion.newBuilder().setNumber(question).setInode(inode))
            .build();
    run(
        () -> {
          List.copyOf(streams).forEach(stream -> stream.listener.received(message));
          return null;
        });
  }

  /** The number of the next question about locks that is answered; null if none is in 10 s. */
  public Long nextLockAnswer() throws InterruptedException {
    return lockAnswers.poll(10, TimeUnit.SECONDS);
  }

  public void truncateByAnother(long inode, long size) {
    run(
        () -> {
          master.truncateByAnother(inode, size);
          return null;
        });
  }

  public void punchByAnother(long inode, BlockRanges blocks) {
    run(
        () -> {
          master.punchByAnother(inode, blocks);
          return null;
        });
  }

  /** From now on commits do not set the attributes that they carry. */
  public void leaveAttributesOfCommits() {
    run(
        () -> {
          master.leaveAttributesOfCommits();
          return null;
        });
  }

  public int operations() {
    return run(() -> operations);
  }

  /** How many write intents sessions have. */
  public int intents() {
    return master.intents();
  }

  public int chunksOf(long inode) {
    return run(() -> master.chunksOf(inode));
  }

  private <T> T run(Callable<T> action) {
    try {
      return thread.submit(action).get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ControlStream open(PeerAddress address, ControlStream.Listener listener) {
    Stream stream = new Stream(listener);
    thread.execute(
        () -> {
          if (away) {
            stream.end("connection refused");
          } else {
            streams.add(stream);
          }
        });
    return stream;
  }

  /** Does nothing, because several clients share this object. */
  @Override
  public void close() {}

  public void shutDown() {
    thread.shutdownNow();
  }

  private final class Stream implements ControlStream {
    private final Listener listener;
    private Session session;
    private boolean over;

    Stream(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(ClientMessage message) {
      inOrder(() -> receive(message));
    }

    @Override
    public void finish() {
      inOrder(() -> end("finished"));
    }

    @Override
    public void cancel(String why) {
      inOrder(() -> end(why));
    }

    private void inOrder(Runnable step) {
      try {
        thread.execute(step);
      } catch (RejectedExecutionException e) {
        over = true; // The master has ended.
      }
    }

    void end(String why) {
      if (!over) {
        over = true;
        streams.remove(this);
        listener.ended(why);
      }
    }

    private void receive(ClientMessage message) {
      if (over) {
        return;
      }
      switch (message.getKindCase()) {
        case OPEN -> open(message.getOpen());
        case BATCH -> message.getBatch().getOperationsList().forEach(this::apply);
        case KEEP_ALIVE -> {
          if (message.getKeepAlive().getOrphansQuestion() != 0) {
            orphansAnswer = message.getKeepAlive();
          }
          listener.received(MasterMessage.newBuilder().setKeepAlive(orphansQuestion).build());
        }
        case LOCK_ANSWER -> lockAnswers.add(message.getLockAnswer().getNumber());
        default -> {}
      }
    }

    private void open(OpenSession open) {
      Session known = sessions.get(open.getSessionId());
      boolean resumed = known != null && known.secret == open.getSessionSecret();
      session = resumed ? known : new Session(nextSession++, open.getSessionSecret());
      sessions.put(session.id, session);
      listener.received(
          MasterMessage.newBuilder()
              .setOpened(
                  SessionOpened.newBuilder()
                      .setClusterId(clusterId)
                      .setSessionId(session.id)
                      .setSlots(open.getSlots())
                      .setResumed(resumed))
              .build());
    }

    private void apply(NumberedOperation numbered) {
      if (over) {
        return;
      }
      operations++;
      Operation operation = numbered.getOperation();
      if (breaksBefore.test(operation)) {
        end("the fake stream broke before " + operation.getKindCase());
        return;
      }
      if (neverAnswered.test(operation)) {
        return;
      }
      OperationReply reply =
          refused.test(operation)
              ? OperationReply.newBuilder().setErrno(refusal.code()).build()
              : applyOnce(numbered);
      if (breaksAfter.test(operation)) {
        end("the fake stream broke after " + operation.getKindCase());
        return;
      }
      listener.received(
          MasterMessage.newBuilder()
              .setBatch(
                  ReplyBatch.newBuilder()
                      .addReplies(
                          NumberedReply.newBuilder()
                              .setSlot(numbered.getSlot())
                              .setNumber(numbered.getNumber())
                              .setReply(reply)))
              .build());
    }

    private OperationReply applyOnce(NumberedOperation numbered) {
      long last = session.lastNumber.getOrDefault(numbered.getSlot(), 0L);
      if (numbered.getNumber() == last) {
        return session.lastReply.get(numbered.getSlot());
      }
      if (numbered.getNumber() < last) {
        datanodes.violated("slot number %d after %d".formatted(numbered.getNumber(), last));
        return OperationReply.newBuilder().setErrno(Errno.EINVAL.code()).build();
      }
      OperationReply reply = master.apply(session.id, numbered.getOperation());
      session.lastNumber.put(numbered.getSlot(), numbered.getNumber());
      session.lastReply.put(numbered.getSlot(), reply);
      return reply;
    }
  }
}
