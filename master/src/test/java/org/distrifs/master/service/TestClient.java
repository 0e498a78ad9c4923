package org.distrifs.master.service;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.CloseSession;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.LockAnswer;
import org.distrifs.proto.control.LockQuestion;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.MetadataGrpc;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.control.NumberedReply;
import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationBatch;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.control.SetAttributes;

/** A client with one stream at a time, which a test can break. */
final class TestClient {

  static final int SLOTS = 64;
  private static final int WAIT_S = 10;
  private static final int REGULAR_FILE = 0100644;

  private final ManagedChannel channel;
  private final long secret;
  private final Map<Long, CompletableFuture<OperationReply>> waiting = new HashMap<>();
  private StreamObserver<ClientMessage> stream;
  private CompletableFuture<SessionOpened> opened;
  private CompletableFuture<String> ended;
  private volatile CompletableFuture<KeepAliveReply> keptAlive = new CompletableFuture<>();
  private final BlockingQueue<Long> recalls = new LinkedBlockingQueue<>();
  private final BlockingQueue<LockQuestion> lockQuestions = new LinkedBlockingQueue<>();
  private volatile boolean answersLockQuestions = true;
  private long sessionId;

  TestClient(ManagedChannel channel, long secret) {
    this.channel = channel;
    this.secret = secret;
  }

  /** Opens a session, or resumes the one it has, on a new stream. */
  SessionOpened open() {
    return open(OpenSession.newBuilder().setProtocolVersion(1).setSlots(SLOTS));
  }

  /** Resumes a session of another client object. */
  SessionOpened open(OpenSession.Builder request, long session) {
    sessionId = session;
    return open(request);
  }

  SessionOpened open(OpenSession.Builder request) {
    SessionOpened answer = await(beginOpen(request));
    if (answer.getErrno() == 0) {
      sessionId = answer.getSessionId();
    }
    return answer;
  }

  /** Like {@link #open()}, without waiting for the answer. */
  CompletableFuture<SessionOpened> beginOpen() {
    return beginOpen(OpenSession.newBuilder().setProtocolVersion(1).setSlots(SLOTS));
  }

  private CompletableFuture<SessionOpened> beginOpen(OpenSession.Builder request) {
    opened = new CompletableFuture<>();
    ended = new CompletableFuture<>();
    stream = MetadataGrpc.newStub(channel).session(new Answers(opened, ended));
    say(
        ClientMessage.newBuilder()
            .setOpen(request.setSessionId(sessionId).setSessionSecret(secret).setClientName("test"))
            .build());
    return opened;
  }

  /** Breaks the stream, as when the machine loses its network. */
  void breakStream() {
    stream.onError(new IllegalStateException("broken by the test"));
    await(ended);
  }

  String awaitEnd() {
    return await(ended);
  }

  /** Waits for a recall, and returns its inode. */
  long awaitRecall() {
    try {
      Long inode = recalls.poll(WAIT_S, TimeUnit.SECONDS);
      if (inode == null) {
        throw new AssertionError("nothing was recalled within " + WAIT_S + " s");
      }
      return inode;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** From now on the test answers questions about locks, by {@link #answerLockQuestion}. */
  void leaveLockQuestions() {
    answersLockQuestions = false;
  }

  LockQuestion awaitLockQuestion() {
    try {
      LockQuestion question = lockQuestions.poll(WAIT_S, TimeUnit.SECONDS);
      if (question == null) {
        throw new AssertionError("nothing was asked about locks within " + WAIT_S + " s");
      }
      return question;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  boolean wasAskedAboutLocks() {
    return !lockQuestions.isEmpty();
  }

  void answerLockQuestion(LockQuestion question) {
    LockAnswer answer = LockAnswer.newBuilder().setNumber(question.getNumber()).build();
    say(ClientMessage.newBuilder().setLockAnswer(answer).build());
  }

  /** Sends a message. Synchronized, since only one thread at a time may use the stream. */
  private synchronized void say(ClientMessage message) {
    stream.onNext(message);
  }

  long sessionId() {
    return sessionId;
  }

  void keepAlive(long highestDurableTxid) {
    say(
        ClientMessage.newBuilder()
            .setKeepAlive(KeepAlive.newBuilder().setHighestDurableTxid(highestDurableTxid))
            .build());
  }

  /** Answers a question about orphans, or none if it is 0, and waits for the master's answer. */
  KeepAliveReply keepAlive(long question, List<Long> heldOrphans) {
    CompletableFuture<KeepAliveReply> reply = new CompletableFuture<>();
    keptAlive = reply;
    say(
        ClientMessage.newBuilder()
            .setKeepAlive(
                KeepAlive.newBuilder().setOrphansQuestion(question).addAllHeldOrphans(heldOrphans))
            .build());
    return await(reply);
  }

  void close() {
    say(ClientMessage.newBuilder().setClose(CloseSession.getDefaultInstance()).build());
  }

  /** Sends an operation; one that was sent before under this number keeps its future. */
  CompletableFuture<OperationReply> send(
      int slot, long number, Operation.Builder operation, NameCheck... names) {
    CompletableFuture<OperationReply> reply;
    synchronized (waiting) {
      reply = waiting.computeIfAbsent(key(slot, number), unused -> new CompletableFuture<>());
    }
    say(
        ClientMessage.newBuilder()
            .setBatch(
                OperationBatch.newBuilder()
                    .addOperations(
                        NumberedOperation.newBuilder()
                            .setSlot(slot)
                            .setNumber(number)
                            .setOperation(operation)
                            .addAllNames(List.of(names))))
            .build());
    return reply;
  }

  OperationReply call(int slot, long number, Operation.Builder operation, NameCheck... names) {
    return await(send(slot, number, operation, names));
  }

  static Operation.Builder create(String name) {
    return Operation.newBuilder()
        .setCreate(
            Create.newBuilder()
                .setParent(1)
                .setName(ByteString.copyFromUtf8(name))
                .setMode(REGULAR_FILE)
                .setExclusive(true));
  }

  static Operation.Builder createWithChunk(String name) {
    Operation.Builder operation = create(name);
    operation.getCreateBuilder().setWithFirstChunk(true);
    return operation;
  }

  static Operation.Builder truncate(long inode, long size) {
    return Operation.newBuilder()
        .setSetAttributes(SetAttributes.newBuilder().setInode(inode).setSize(size));
  }

  static Operation.Builder allocate(long inode, long index) {
    return Operation.newBuilder()
        .setAllocateChunk(AllocateChunk.newBuilder().setInode(inode).setIndex(index));
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(WAIT_S, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer within " + WAIT_S + " s", e);
    }
  }

  private static long key(int slot, long number) {
    return number * SLOTS + slot;
  }

  private final class Answers implements StreamObserver<MasterMessage> {
    private final CompletableFuture<SessionOpened> greeting;
    private final CompletableFuture<String> end;
    private String reason = "";

    Answers(CompletableFuture<SessionOpened> greeting, CompletableFuture<String> end) {
      this.greeting = greeting;
      this.end = end;
    }

    @Override
    public void onNext(MasterMessage message) {
      switch (message.getKindCase()) {
        case OPENED -> greeting.complete(message.getOpened());
        case BATCH -> message.getBatch().getRepliesList().forEach(this::take);
        case KEEP_ALIVE -> keptAlive.complete(message.getKeepAlive());
        case LOCK_QUESTION -> {
          lockQuestions.add(message.getLockQuestion());
          if (answersLockQuestions) {
            answerLockQuestion(message.getLockQuestion());
          }
        }
        case RECALL -> recalls.add(message.getRecall().getInode());
        case ENDED -> reason = message.getEnded().getReason();
        default -> {}
      }
    }

    private void take(NumberedReply reply) {
      CompletableFuture<OperationReply> future;
      synchronized (waiting) {
        future = waiting.remove(key(reply.getSlot(), reply.getNumber()));
      }
      if (future != null) {
        future.complete(reply.getReply());
      }
    }

    @Override
    public void onError(Throwable broken) {
      end.complete(broken.getMessage());
      greeting.completeExceptionally(broken);
    }

    @Override
    public void onCompleted() {
      end.complete(reason);
    }
  }
}
