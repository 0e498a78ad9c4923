package org.distrifs.client.file;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.CloseQueue;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.client.cache.AttributeCache;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.cache.EntryCache;
import org.distrifs.client.metadata.MasterMetadata;
import org.distrifs.client.read.ReadMetrics;
import org.distrifs.client.read.ReplicaReader;
import org.distrifs.client.read.SegmentCache;
import org.distrifs.client.read.SpreadingReplicaSelector;
import org.distrifs.client.session.ControlStream;
import org.distrifs.client.session.MasterSession;
import org.distrifs.client.session.SessionMetrics;
import org.distrifs.client.session.Waiting;
import org.distrifs.client.write.WriteMemory;
import org.distrifs.client.write.WriteMetrics;
import org.distrifs.client.write.WriteServices;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseAppend;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SDK put together. Thread-safe. */
public final class SdkClient implements DistriFsClient {
  private static final Logger LOG = LoggerFactory.getLogger(SdkClient.class);
  private static final int BACKGROUND_THREADS = 4;
  private static final long WRITE_BACK_TICKS = 4;

  private final CloseStack opened;
  private final MasterMetadata metadata;
  private final FileTable files;
  private final FileServices services;
  private final AtomicReference<CloseQueue> closes;
  private final ExecutorService background;
  private final LossListeners lost;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SdkClient(
      CloseStack opened,
      MasterMetadata metadata,
      FileTable files,
      FileServices services,
      AtomicReference<CloseQueue> closes,
      ExecutorService background,
      LossListeners lost) {
    this.opened = opened;
    this.metadata = metadata;
    this.files = files;
    this.services = services;
    this.closes = closes;
    this.background = background;
    this.lost = lost;
  }

  /**
   * Opens a session and stands the client on it.
   *
   * @param streams to the masters; closed with the client
   * @param transport to the datanodes; stays the caller's
   * @param waiting how callers wait for answers
   * @param meters stays the caller's
   * @param clusterIdKnown told which cluster this is, before any datanode is spoken to
   * @param opened what the client stands on; closed with it, and when this call fails
   * @throws org.distrifs.runtime.lifecycle.OperatorException when no master lets it in
   */
  public static SdkClient connect(
      ClientSettings settings,
      ControlStream.Opener streams,
      ChunkTransport transport,
      Waiting waiting,
      ClockSource clock,
      Entropy entropy,
      Metrics meters,
      LongConsumer clusterIdKnown,
      CloseStack opened) {
    try {
      ScheduledExecutorService timer = timer();
      opened.add("client timer", timer::shutdownNow);
      MasterSession master =
          opened.add(
              "session",
              MasterSession.connect(
                  settings, streams, clock, entropy, timer, new SessionMetrics(meters)));
      waiting.expect(master::isExpecting);
      clusterIdKnown.accept(master.clusterId());
      return assemble(settings, master, transport, waiting, clock, meters, timer, opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static SdkClient assemble(
      ClientSettings settings,
      MasterSession master,
      ChunkTransport transport,
      Waiting waiting,
      ClockSource clock,
      Metrics meters,
      ScheduledExecutorService timer,
      CloseStack opened) {
    FileTable files = new FileTable();
    master.answerOrphansBy(files::holds);
    AttributeCache attributes =
        new AttributeCache(clock, settings.attributeTimeoutMs(), settings.cachedInodes());
    attributes.listen(files::learn);
    EntryCache entries =
        new EntryCache(clock, settings.entryTimeoutMs(), settings.cachedEntries(), attributes);
    ChainCache chains = new ChainCache(master, clock, settings.cachedChunks());
    MasterMetadata metadata =
        new MasterMetadata(
            master, waiting, attributes, entries, files, settings.operationTimeoutMs());
    ReadMetrics readMetrics = new ReadMetrics(meters);
    WriteMetrics writeMetrics = new WriteMetrics(meters);
    ReplicaReader replicas =
        new ReplicaReader(
            transport, new SpreadingReplicaSelector(clock), clock, timer, settings, readMetrics);
    WriteServices writing =
        new WriteServices(
            master,
            chains,
            transport,
            timer,
            clock,
            waiting,
            new WriteMemory(settings.writeBufferBytes(), writeMetrics),
            new AtomicLong(),
            () -> files.all().forEach(file -> file.writer().sendAll()),
            settings,
            writeMetrics);
    ExecutorService background =
        Executors.newFixedThreadPool(
            BACKGROUND_THREADS, NamedThreads.daemon("client", "background"));
    opened.add("client background", background::shutdownNow);
    ExecutorService learning =
        Executors.newSingleThreadExecutor(NamedThreads.daemon("client", "learning"));
    opened.add("client learning", learning::shutdownNow);
    LossListeners lost = new LossListeners();
    AtomicReference<CloseQueue> closes = new AtomicReference<>(() -> false);
    FileServices services =
        new FileServices(
            settings,
            master,
            metadata,
            attributes,
            chains,
            replicas,
            new SegmentCache(settings.readCacheBytes(), clock, readMetrics),
            writing,
            () -> closes.get().mayHoldAny(),
            background,
            learning,
            lost);
    master.passRecallsTo(inode -> recalled(inode, files, services));
    master.answerLockQuestionsBy(files::whenEndsAreOver);
    SdkClient client = new SdkClient(opened, metadata, files, services, closes, background, lost);
    long tickMs = Math.max(1, settings.writeBackDelayMs() / WRITE_BACK_TICKS);
    timer.scheduleWithFixedDelay(client::writeBack, tickMs, tickMs, TimeUnit.MILLISECONDS);
    return client;
  }

  /** Another session waits to append to a file, which may be closed by now. */
  private static void recalled(long inode, FileTable files, FileServices services) {
    // Read first: an acquisition through an open that comes now has a higher number.
    long lastNumber = services.writing().sequences().get();
    SharedFile file = files.find(inode);
    if (file != null) {
      file.appendLeaseRecalled();
      return;
    }
    services
        .master()
        .submit(
            Operation.newBuilder()
                .setReleaseAppend(ReleaseAppend.newBuilder().setInode(inode).setNumber(lastNumber))
                .build());
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, NamedThreads.daemon("client", "timer"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public OpenFile open(long inode, List<NameCheck> names) throws IOException {
    long mark = services.chains().mark(inode);
    OperationReply reply = metadata.provided(names).attributesToOpen(inode);
    ChainCache.FirstChunks first = new ChainCache.FirstChunks(reply.getChunksList(), mark);
    return files.open(reply.getAttributes(), first, services);
  }

  @Override
  public OpenFile open(Attributes fresh) throws IOException {
    return files.open(fresh, services);
  }

  @Override
  public OpenFile createAndOpen(
      long parent,
      ByteString name,
      int mode,
      int umask,
      boolean exclusive,
      Caller caller,
      List<NameCheck> names)
      throws IOException {
    OperationReply reply =
        metadata.provided(names).createFile(parent, name, mode, umask, exclusive, caller);
    Attributes attributes = reply.getAttributes();
    return reply.getChunksCount() > 0
        ? files.openCreated(attributes, reply.getChunksList(), services)
        : files.open(attributes, services);
  }

  @Override
  public OpenFile createUnnamedAndOpen(
      long parent, int mode, int umask, boolean exclusive, Caller caller) throws IOException {
    return files.openUnnamed(
        () -> metadata.createUnnamed(parent, mode, umask, exclusive, caller), services);
  }

  @Override
  public void whenBytesAreLost(LongConsumer listener) {
    lost.add(listener);
  }

  @Override
  public void closesComeThrough(CloseQueue queue) {
    closes.set(queue);
  }

  @Override
  public void flushAll() throws IOException {
    IOException first = null;
    for (SharedFile file : files.all()) {
      try {
        if (!file.hasLostSession()) {
          file.flush();
        }
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      flushAll();
    } finally {
      files.all().forEach(file -> file.retire(false));
      opened.close();
    }
  }

  /** Begins to flush the files whose writes have waited long enough. */
  private void writeBack() {
    try {
      long ageNs = TimeUnit.MILLISECONDS.toNanos(services.settings().writeBackDelayMs());
      for (SharedFile file : files.all()) {
        if (file.claimsWriteBack(ageNs)) {
          background.execute(() -> writeBack(file));
        }
      }
    } catch (RuntimeException e) {
      LOG.error("Writing back in the background failed; it goes on", e);
    }
  }

  private static void writeBack(SharedFile file) {
    try {
      file.flush();
    } catch (IOException e) {
      // The next flush tries again, or tells its caller what was lost.
      LOG.warn("Cannot write back inode {} yet: {}", file.inode(), e.getMessage());
    } finally {
      file.writeBackEnded();
    }
  }
}
