package org.distrifs.master.service;

import io.grpc.BindableService;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.distrifs.master.chain.ChangeBounds;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chain.ChangePlanner;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.master.liveness.CorruptionLedger;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.Liveness;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.liveness.LivenessEvents;
import org.distrifs.master.liveness.PeerProbe;
import org.distrifs.master.placement.PlacementPolicy;
import org.distrifs.master.repair.Repairs;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.master.state.StateCounts;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.control.CorruptReplica;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.WriteIntent;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.StartTerm;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.distrifs.runtime.metrics.HealthCheck;
import org.distrifs.runtime.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The master around its state: puts the parts together, starts them, and does what the master's
 * loop does between requests.
 */
public final class MasterService implements AutoCloseable {

  private static final long START_TIMEOUT_MS = 60_000;

  /** A gap between two ticks from which on this process is taken to have stood still itself. */
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

  /** Ticks between two walks of the chunk census. */
  private static final int CENSUS_TICKS = 10;

  /** Starts of a master that can have been lost without a peer having told of one. */
  private static final int UNTOLD_TERMS = 1024;

  private static final HexFormat HEX = HexFormat.of();

  private static final Logger LOG = LoggerFactory.getLogger(MasterService.class);

  private final MasterState state = new MasterState();
  private final ReplicatedLog log;
  private final ClockSource clock;
  private final ServiceMetrics metrics;
  private final ServingState serving;
  private final JournalPipeline journal;
  private final MasterLoop loop;
  private final DatanodeRegistry registry;
  private final Probing probing;
  private final ChangeDriver changes;
  private final OrphanQuestions orphans;
  private final Housekeeping housekeeping;
  private final ClusterSpace space;
  private final ChunkCensus census;
  private final ChunkWatch chunkWatch = new ChunkWatch();
  private final FailureReports failureReports;
  private final SessionTable sessions;
  private final MetadataOperations operations;
  private final DatanodeRequests datanodes;
  private final StatusReport report;
  private final CountDownLatch started = new CountDownLatch(1);
  private final LivenessBounds liveness;
  private boolean acceptsRollback;

  /** While it is waited for what is lost; null otherwise. */
  private RollbackAcceptance acceptance;

  private long lastTickNs;
  private int ticksToCensus;

  /**
   * Puts the parts together; {@link #start} begins.
   *
   * @param log stays the caller's to close, after this
   * @param transport to datanodes; stays the caller's to close, after this
   */
  public MasterService(
      ServiceSettings settings,
      ReplicatedLog log,
      ChunkTransport transport,
      PeerProbe probe,
      PlacementPolicy policy,
      ClockSource clock,
      Entropy entropy,
      Metrics metrics) {
    this(
        settings, log, transport, probe, policy, clock, entropy, metrics, CombiningMasterLoop::new);
  }

  /** The same with what is to run it in the place of a thread of its own. */
  public MasterService(
      ServiceSettings settings,
      ReplicatedLog log,
      ChunkTransport transport,
      PeerProbe probe,
      PlacementPolicy policy,
      ClockSource clock,
      Entropy entropy,
      Metrics metrics,
      MasterLoop.Factory loops) {
    this.log = log;
    liveness = settings.liveness();
    this.clock = clock;
    this.metrics = new ServiceMetrics(metrics);
    loop = loops.make(clock, new Work());
    this.metrics.watchQueue(metrics, loop);
    journal = new JournalPipeline(state, clock, this.metrics, this::afterApply, this::becameLeader);
    journal.use(log);
    serving = new ServingState(journal::durableTxid, state.history());
    long nowNs = clock.monotonicNs();
    registry = new DatanodeRegistry(settings.liveness(), new NodeEvents(), nowNs);
    probing = new Probing(registry, probe, clock, loop);
    ClusterChanges cluster =
        new ClusterChanges(state, registry, journal, transport, probing, loop, clock);
    changes =
        new ChangeDriver(
            cluster,
            ChangeBounds.standard(settings.maxChanges()),
            new ChangePlanner(settings.minReplicas()));
    Repairs repairs = new Repairs(cluster, registry, changes, policy, settings.repair(), nowNs);
    census =
        new ChunkCensus(
            state, registry, repairs, chunk -> housekeeping().visit(chunk, clock.monotonicNs()));
    space =
        new ClusterSpace(
            registry,
            policy,
            settings,
            () -> sessions().size(),
            () -> housekeeping().givesRoomBack());
    ReplyCompleter completer = new ReplyCompleter(registry, changes, space);
    sessions =
        new SessionTable(
            state,
            journal,
            serving,
            clock,
            entropy,
            new SessionTable.Bounds(
                settings.maxSessions(),
                settings.keepAliveIntervalMs(),
                settings.sessionExpiryMs()));
    orphans = new OrphanQuestions(state, journal, sessions);
    Revocations revocations = new Revocations(state.expiries(), registry, clock);
    housekeeping =
        new Housekeeping(
            state,
            journal,
            registry,
            changes,
            repairs,
            revocations,
            orphans,
            new FilesInDoubt(state, journal, revocations, changes, nowNs),
            settings.replication());
    long nodesReturnUntilNs =
        nowNs + TimeUnit.MILLISECONDS.toNanos(3 * settings.liveness().heartbeatIntervalMs());
    ChunkPlacement placement =
        new ChunkPlacement(registry, policy, settings.replication(), nodesReturnUntilNs);
    failureReports =
        new FailureReports(
            state,
            registry,
            changes,
            probing,
            completer,
            new FullMembers(registry, placement, changes, space, settings.replication(), clock));
    operations =
        new MetadataOperations(
            state,
            journal,
            placement,
            space,
            new CutGuard(state, registry, settings.minReplicas()),
            new CutWaits(state, changes, settings.cutWaitMs()),
            new AppendWaits(state, sessions::find),
            new LockWaits(state, new LockQuestions(sessions::find), clock),
            failureReports,
            completer,
            serving,
            this.metrics,
            clock);
    datanodes =
        new DatanodeRequests(
            state,
            journal,
            registry,
            serving,
            changes,
            housekeeping.deletions(),
            space,
            settings.liveness(),
            settings.blockReportIntervalMs(),
            clock);
    report =
        new StatusReport(
            state,
            registry,
            sessions,
            changes,
            housekeeping,
            repairs,
            census,
            space,
            completer,
            journal,
            serving,
            clock,
            new StatusReport.Constants(settings.replication(), settings.minReplicas()));
  }

  /** For those that are made before it. */
  private Housekeeping housekeeping() {
    return housekeeping;
  }

  /** For those that are made before it. */
  private SessionTable sessions() {
    return sessions;
  }

  /**
   * Before {@link #start}: this master gives up what its journal lacks, if it lacks anything that a
   * datanode or client has seen. It serves nobody until it has heard them.
   */
  public void acceptRollback() {
    acceptsRollback = true;
  }

  /**
   * Replays the journal, takes office, and returns when requests can be answered.
   *
   * @throws OperatorException if the journal cannot be used
   * @throws IOException if the disk fails
   */
  public void start() throws IOException {
    begin();
    awaitStart();
  }

  /** As {@link #start}, without waiting until requests can be answered. */
  public void begin() throws IOException {
    long beganNs = clock.monotonicNs();
    log.start(journal);
    if (state.featureLevel() > MasterState.FEATURE_LEVEL) {
      throw new OperatorException(
          "The cluster has feature level %d, and this master knows up to %d: a newer version has written its journal. Start that version, or a later one."
              .formatted(state.featureLevel(), MasterState.FEATURE_LEVEL));
    }
    StateCounts counts = state.counts();
    LOG.info(
        "The journal is replayed to txid {} in {} ms: {} inodes, {} chunks, {} datanodes, {}"
            + " sessions",
        state.appliedTxid(),
        TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs() - beganNs),
        counts.inodes(),
        counts.chunks(),
        state.nodes().size(),
        counts.sessions());
    lastTickNs = clock.monotonicNs();
    journal.handTo(loop);
    loop.start();
  }

  private void awaitStart() {
    try {
      if (!started.await(START_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "the journal did not take the start of a term within " + START_TIMEOUT_MS + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the master started", e);
    }
  }

  /** The gRPC services; to be bound after {@link #start}. */
  public List<BindableService> endpoints() {
    return List.of(
        new MetadataEndpoint(
            loop,
            new ClientStreams(state, journal, serving, sessions, operations, orphans, space, clock),
            clock),
        new DatanodesEndpoint(loop, datanodes),
        new AdministrationEndpoint(
            loop, report, new NodeRemoval(state, journal, registry, housekeeping, serving)));
  }

  public HealthCheck health() {
    return new HealthCheck() {
      @Override
      public List<String> problems() {
        return serving.problems();
      }

      @Override
      public List<String> warnings() {
        return Stream.of(space.warnings(), chunkWatch.warnings()).flatMap(List::stream).toList();
      }
    };
  }

  /** Id of the cluster; known after {@link #start}. */
  public long clusterId() {
    return state.clusterId();
  }

  /** A hash of the whole state. Only for whoever drives the loop, between two of its steps. */
  public long stateDigest() {
    return state.stateDigest();
  }

  private void becameLeader(long term) {
    journal.propose(
        JournalEntry.newBuilder()
            .setStartTerm(
                StartTerm.newBuilder().setTerm(term).setFeatureLevel(MasterState.FEATURE_LEVEL)),
        this::tookOffice);
  }

  private void tookOffice(Applied applied) {
    if (applied instanceof Applied.Refused refused) {
      ProcessHalt.now("the journal refused this master's term: " + refused.reason());
      return;
    }
    if (acceptsRollback) {
      acceptance =
          new RollbackAcceptance(
              state, clock.monotonicNs(), liveness.heartbeatIntervalMs(), liveness.graceMs());
      serving.accept(acceptance);
      LOG.info("Nobody is served yet: {}", acceptance.reason());
      started.countDown();
    } else {
      takeUp();
    }
  }

  private void awaitRollback(long nowNs) {
    if (acceptance == null || !acceptance.isDue(nowNs)) {
      return;
    }
    RollbackAcceptance told = acceptance;
    acceptance = null;
    if (told.isNothingLost()) {
      LOG.info("Nothing is lost, as far as every datanode knows: there is no rollback to accept");
      takeUp();
      return;
    }
    journal.propose(
        JournalEntry.newBuilder().setRollbackAccepted(told.entry(journal.durableTxid())),
        applied -> rolledBack(applied, told.highestTerm() + UNTOLD_TERMS));
  }

  private void rolledBack(Applied applied, long term) {
    if (applied instanceof Applied.Refused refused) {
      ProcessHalt.now("the journal refused the rollback: " + refused.reason());
      return;
    }
    journal.propose(
        JournalEntry.newBuilder().setStartTerm(StartTerm.newBuilder().setTerm(term)),
        began -> {
          if (began instanceof Applied.Refused refused) {
            ProcessHalt.now("the journal refused this master's term: " + refused.reason());
          } else {
            takeUp();
          }
        });
  }

  private void takeUp() {
    datanodes.begin();
    sessions.begin();
    state.pendingCuts().forEach(cut -> changes.want(cut.chunkId()));
    state.changingChunks().forEach(changes::want);
    if (changes.waiting() > 0) {
      LOG.info("{} chain changes that were under way are begun again", changes.waiting());
    }
    serving.started();
    LOG.info("Term {} of cluster {} begins", state.term(), HEX.toHexDigits(state.clusterId()));
    started.countDown();
  }

  private void wantCut(long inode) {
    state.pendingCut(inode).ifPresent(cut -> changes.want(cut.chunkId()));
  }

  private void afterApply(JournalEntry entry) {
    operations.locksMayHaveGone(entry);
    if (entry.hasChangeCommit() && entry.getChangeCommit().getInode() != 0) {
      operations.cutsMayBeDone(entry.getChangeCommit().getInode());
    }
    Operation asked = entry.getClient().getOperation();
    if (asked.hasAcquireAppend()) {
      operations.appendLeaseMoved(asked.getAcquireAppend().getInode());
    } else if (asked.hasReleaseAppend()) {
      operations.appendLeaseMoved(asked.getReleaseAppend().getInode());
    }
    // Cuts that nobody waits for: until they are made, others have to.
    entry.getIntentsSettled().getInodesList().forEach(this::wantCut);
    if (asked.getCommit().getIntent() != WriteIntent.KEEP) {
      wantCut(asked.getCommit().getInode());
    }
  }

  /** Ends the loop; nothing is answered any more. */
  @Override
  public void close() {
    loop.close();
    housekeeping.end(clock.monotonicNs());
  }

  /** What the loop does besides tasks. */
  private final class Work implements MasterLoop.Agent {
    @Override
    public void afterGroup() {
      changes.beginWanted();
      journal.flush();
      operations.flush();
    }

    @Override
    public void tick(long nowNs) {
      if (!serving.isServing()) {
        awaitRollback(nowNs);
        return;
      }
      long gapNs = nowNs - lastTickNs;
      lastTickNs = nowNs;
      if (gapNs > PAUSE_NS) {
        LOG.warn(
            "This process stood still for {} ms; that is not counted as anybody's silence",
            TimeUnit.NANOSECONDS.toMillis(gapNs));
        sessions.forgive(gapNs);
        registry.forgive(gapNs);
      }
      registry.tick(nowNs).forEach(node -> probing.probe(node.id(), () -> {}));
      sessions.tick(nowNs);
      operations.tick(nowNs);
      changes.tick();
      housekeeping.tick(nowNs);
      space.tick();
      if (--ticksToCensus < 0 && census.slice()) {
        ticksToCensus = CENSUS_TICKS;
        chunkWatch.walked(census.totals(), nowNs);
      }
      metrics.show(snapshot());
    }
  }

  private ServiceMetrics.Snapshot snapshot() {
    int[] byLiveness = new int[Liveness.values().length];
    registry.nodes().forEach(node -> byLiveness[node.liveness().ordinal()]++);
    StateCounts counts = state.counts();
    return new ServiceMetrics.Snapshot(
        sessions.size(),
        journal.collected(),
        operations.waiting(),
        byLiveness[Liveness.ALIVE.ordinal()],
        byLiveness[Liveness.UNKNOWN.ordinal()],
        byLiveness[Liveness.SILENT.ordinal()],
        byLiveness[Liveness.DEAD.ordinal()],
        space.count(ClusterSpace.Room.FULL),
        space.count(ClusterSpace.Room.NEARLY_FULL),
        space.writableBytes(),
        changes.underWay(),
        changes.waiting(),
        registry.corruption().size(),
        registry.corruptBlocksFound(),
        counts.inodes(),
        counts.chunks(),
        census.totals(),
        housekeeping.status());
  }

  /** What the registry tells. */
  private final class NodeEvents implements LivenessEvents {
    @Override
    public void becameAlive(Datanode node) {
      changes.nodeCame();
    }

    @Override
    public void incarnationEnded(Datanode node) {
      changes.incarnationEnded(node.id());
      failureReports.incarnationEnded(node.id());
    }

    @Override
    public void suspectReported(Datanode node, long chunkId) {
      wantIfMember(node, chunkId);
    }

    @Override
    public void corruptionFound(Datanode node, CorruptionLedger.Damage damage) {
      CorruptReplica replica = report.describe(damage);
      LOG.error(
          "Chunk {} is corrupt on {}: block {} does not match its checksum; it belongs to {}",
          replica.getChunk(),
          node,
          replica.getBlock(),
          replica.getPath().isEmpty() ? "no file" : "the file " + replica.getPath().toStringUtf8());
      if (!changes.isPastMending(damage.chunkId())) {
        wantIfMember(node, damage.chunkId());
      }
    }

    private void wantIfMember(Datanode node, long chunkId) {
      boolean matters =
          state
              .chunk(chunkId)
              .map(chunk -> !chunk.isDetached() && chunk.members().contains(node.id()))
              .orElse(false);
      if (matters) {
        changes.want(chunkId);
      }
    }
  }
}
