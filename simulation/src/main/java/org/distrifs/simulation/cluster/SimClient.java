package org.distrifs.simulation.cluster;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.read.ReadMetrics;
import org.distrifs.client.read.ReplicaReader;
import org.distrifs.client.read.SpreadingReplicaSelector;
import org.distrifs.client.session.MasterSession;
import org.distrifs.client.session.SessionMetrics;
import org.distrifs.client.write.HandleFailures;
import org.distrifs.client.write.WriteMemory;
import org.distrifs.client.write.WriteMetrics;
import org.distrifs.client.write.WriteServices;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.Rename;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.simulation.network.MasterTarget;
import org.distrifs.simulation.network.SimControlStreams;
import org.distrifs.simulation.scheduler.ProcessClock;
import org.distrifs.simulation.scheduler.SimProcess;
import org.distrifs.simulation.scheduler.SimTimer;
import org.distrifs.simulation.scheduler.SimWaiting;

/**
 * One client, with the real session, writer and reader. A write is sent at once. It counts as
 * acknowledged when the writer no longer holds its bytes.
 */
public final class SimClient {

  private static final long ROOT = 1;
  private static final int REGULAR_FILE = 0100644;
  private static final int NEW_MODE = 0600;
  private static final int WRITE_MEMORY = 64 << 20;
  private static final long LOOK_MS = 100;

  /** How a write ended. */
  public enum Fate {
    ACKNOWLEDGED,
    /** The client was told of a failure, and it is not known whether the write took effect. */
    UNKNOWN,
    /** The client refused the write to report an earlier failure. */
    REFUSED
  }

  /** A write that has not ended. */
  private record PendingWrite(
      long offset, int length, long failuresBefore, CompletableFuture<Fate> fate) {}

  private final SimProcess process;
  private final MasterSession session;
  private final ReplicaReader reader;
  private final WriteServices services;
  private final SimWaiting waiting;
  private final Sabotage sabotage;
  private final List<PendingWrite> pending = new ArrayList<>();
  private SimFile file;
  private HandleFailures failures;
  private boolean syncing;

  /**
   * @param shape its packet size is the size up to which a write is sent in one packet
   */
  SimClient(SimWorld world, String host, ClusterShape shape) {
    process = new SimProcess(host, world.scheduler());
    waiting = new SimWaiting(process);
    sabotage = world.sabotage();
    ProcessClock clock = new ProcessClock(world.scheduler(), world.clockOrigin());
    SimTimer timer = new SimTimer(process);
    ClientSettings settings = settings(host, shape);
    session =
        MasterSession.begin(
            settings,
            new SimControlStreams(world.network(), process, host, world.sabotage()::clientMessage),
            clock,
            world.choices(),
            timer,
            new SessionMetrics(SharedMeters.METRICS));
    ChunkTransport transport = new Watched(world.transport(process, host));
    ChainCache chains = new ChainCache(session, clock, 1024);
    reader =
        new ReplicaReader(
            transport,
            new SpreadingReplicaSelector(clock),
            clock,
            timer,
            settings,
            new ReadMetrics(SharedMeters.METRICS));
    WriteMetrics writeMetrics = new WriteMetrics(SharedMeters.METRICS);
    services =
        new WriteServices(
            session,
            chains,
            transport,
            timer,
            clock,
            waiting,
            new WriteMemory(WRITE_MEMORY, writeMetrics),
            new AtomicLong(),
            () -> {},
            settings,
            writeMetrics);
    timer.scheduleWithFixedDelay(this::lookForAnswers, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private static ClientSettings settings(String host, ClusterShape shape) {
    ClientSettings defaults =
        ClientSettings.defaults(List.of(new PeerAddress(MasterTarget.HOST, 1)), host);
    return new ClientSettings(
        defaults.masters(),
        defaults.clientName(),
        defaults.operationTimeoutMs(),
        defaults.connectTimeoutMs(),
        defaults.keepAliveIntervalMs(),
        defaults.operationSlots(),
        WRITE_MEMORY,
        8,
        shape.packetBytes(),
        defaults.writeBackDelayMs(),
        defaults.packetTimeoutMs(),
        shape.chunkTimeoutMs(),
        0,
        defaults.readCacheBytes(),
        defaults.replicaTimeoutMs(),
        defaults.readTimeoutMs(),
        defaults.attributeTimeoutMs(),
        defaults.entryTimeoutMs(),
        64,
        64,
        1024);
  }

  public SimProcess process() {
    return process;
  }

  /** Whether its session is open. */
  public boolean isConnected() {
    return session.sessionId() != 0;
  }

  /** Releases its buffers when the run is over. */
  void release() {
    waiting.abandon();
    if (file != null) {
      file.writer().retire(() -> {});
    }
  }

  // --- the file

  /** Creates the file that this client will write to. */
  public CompletableFuture<Attributes> createAndOpen(String name) {
    return create(name)
        .thenApply(
            attributes -> {
              use(new SimFile(attributes, services, true));
              return attributes;
            });
  }

  /** Creates a file, which must not exist. */
  public CompletableFuture<Attributes> create(String name) {
    Create create =
        Create.newBuilder()
            .setParent(ROOT)
            .setName(ByteString.copyFromUtf8(name))
            .setMode(REGULAR_FILE)
            .setExclusive(true)
            .build();
    return session
        .submit(Operation.newBuilder().setCreate(create).build())
        .thenApply(reply -> reply.getAttributes());
  }

  /** Renames a file in the root. */
  public CompletableFuture<OperationReply> rename(String name, String newName) {
    Rename rename =
        Rename.newBuilder()
            .setParent(ROOT)
            .setName(ByteString.copyFromUtf8(name))
            .setNewParent(ROOT)
            .setNewName(ByteString.copyFromUtf8(newName))
            .build();
    return session.submit(Operation.newBuilder().setRename(rename).build());
  }

  /** Changes the mode of an inode by a name in the root that led to it before. */
  public CompletableFuture<OperationReply> changeByName(String name, long inode) {
    SetAttributes change = SetAttributes.newBuilder().setInode(inode).setMode(NEW_MODE).build();
    NameCheck check =
        NameCheck.newBuilder()
            .setDirectory(ROOT)
            .setName(ByteString.copyFromUtf8(name))
            .setInode(inode)
            .build();
    return session.submit(Operation.newBuilder().setSetAttributes(change).build(), List.of(check));
  }

  /** Opens a file that another client has created. */
  public void open(Attributes attributes) {
    use(new SimFile(attributes, services, false));
  }

  private void use(SimFile opened) {
    file = opened;
    failures = new HandleFailures(opened.writer().failures());
  }

  /** Commits the fresh chunks of this client, and opens the file again. */
  public CompletableFuture<Attributes> commit(Attributes attributes, int chunks) {
    Commit.Builder commit =
        Commit.newBuilder()
            .setInode(attributes.getInode())
            .setTruncateEpoch(attributes.getTruncateEpoch())
            .setSize(chunks * attributes.getChunkSizeBytes())
            .setModified(true);
    for (int index = 0; index < chunks; index++) {
      commit.addWrittenChunks(file.writer().freshLocation(index).getChunkId());
    }
    return session
        .submit(Operation.newBuilder().setCommit(commit).build())
        .thenApply(
            reply -> {
              file.writer().retire(() -> {});
              open(reply.getAttributes());
              return reply.getAttributes();
            });
  }

  // --- writing

  /**
   * Writes, without waiting for anything.
   *
   * @param send whether to send it at once; else the next sync does
   */
  public CompletableFuture<Fate> write(long offset, byte[] bytes, boolean send) {
    if (file.hasLostSession()) {
      return CompletableFuture.completedFuture(Fate.UNKNOWN);
    }
    try {
      failures.atWrite();
    } catch (ErrnoException e) {
      sabotage.writeRefused(failures);
      return CompletableFuture.completedFuture(Fate.REFUSED);
    }
    PendingWrite write =
        new PendingWrite(
            offset, bytes.length, file.writer().failures().count(), new CompletableFuture<>());
    try {
      file.writer().write(offset, ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("the write buffer is large enough for a whole run", e);
    }
    if (send) {
      file.writer().sendAll();
    }
    pending.add(write);
    return write.fate();
  }

  /** Whether a sync can begin: only one runs at a time. */
  public boolean maySync() {
    return !syncing && isConnected() && !file.hasLostSession();
  }

  /** Makes the writes durable, as {@code fsync(2)} does, and fails when that would fail. */
  public CompletableFuture<Void> sync() {
    syncing = true;
    SimFile synced = file;
    return waiting
        .<Void>run(
            () -> {
              failures.atSync(
                  () -> {
                    if (synced.hasLostSession()) {
                      throw new ErrnoException(Errno.EIO, "sync under a session that is over");
                    }
                    synced.writer().sync();
                  });
              return null;
            })
        .whenComplete((nothing, failure) -> syncing = false);
  }

  private void lookForAnswers() {
    for (Iterator<PendingWrite> all = pending.iterator(); all.hasNext(); ) {
      PendingWrite write = all.next();
      if (!file.writer().touches(write.offset(), write.length())) {
        all.remove();
        boolean failed = file.writer().failures().count() != write.failuresBefore();
        write.fate().complete(failed ? Fate.UNKNOWN : Fate.ACKNOWLEDGED);
      }
    }
  }

  // --- reading

  /** Reads from the replicas. Ranges without data are zeros. */
  public CompletableFuture<ByteBuffer> read(int chunk, int offset, int length) {
    return reader.read(file, chunk, offset, length).thenApply(found -> filled(found, length));
  }

  private static ByteBuffer filled(ByteBuf found, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    found.getBytes(found.readerIndex(), bytes.array(), 0, found.readableBytes());
    found.release();
    return bytes;
  }

  /** Looks for acknowledged writes after each answer of a datanode. */
  private final class Watched implements ChunkTransport {
    private final ChunkTransport real;

    Watched(ChunkTransport real) {
      this.real = real;
    }

    @Override
    public CompletableFuture<ChunkAnswer> send(
        PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
      CompletableFuture<ChunkAnswer> answer = real.send(peer, request, payload, timeoutMs);
      if (request instanceof DataRequest.Write) {
        answer.whenComplete(
            (reply, failure) ->
                process.scheduler().after(0, process, SimClient.this::lookForAnswers));
      }
      return answer;
    }

    @Override
    public boolean isWritable(PeerAddress peer) {
      return real.isWritable(peer);
    }

    @Override
    public void whenWritable(PeerAddress peer, Runnable action) {
      real.whenWritable(peer, action);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
