package org.distrifs.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.distrifs.proto.control.Attributes;
import org.distrifs.simulation.checker.Cells;
import org.distrifs.simulation.checker.History;
import org.distrifs.simulation.checker.NameChecks;
import org.distrifs.simulation.checker.ReplicaChecks;
import org.distrifs.simulation.checker.SyncChecks;
import org.distrifs.simulation.checker.WriteRecord;
import org.distrifs.simulation.cluster.Sabotage;
import org.distrifs.simulation.cluster.SimClient;
import org.distrifs.simulation.cluster.SimCluster;
import org.distrifs.simulation.cluster.SimWorld;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.plan.Plan;
import org.distrifs.simulation.plan.Step;

/**
 * One run of a plan. A cluster is set up and filled; the steps of the plan are carried out; then
 * all faults end, and the cluster must come to rest with nothing lost.
 */
public final class Simulation {

  private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SETUP_BOUND_MS = 60_000;

  /** The longest time that an operation of a client may take, not counting pauses of processes. */
  private static final long OPERATION_BOUND_MS = 110_000;

  /** A sync consists of sending, syncing and committing, each with the bound of an operation. */
  private static final long SYNC_BOUND_MS = 3 * OPERATION_BOUND_MS;

  /** How soon after the end of all faults the cluster must be at rest and whole. */
  private static final long REST_BOUND_MS = 200_000;

  /** Long enough without writes for datanodes to mark replicas fully acknowledged. */
  private static final long CLEAN_MS = 7_000;

  private static final int MAX_VIOLATIONS = 10;
  private static final int BLOCK_BYTES = 4096;

  private final Plan plan;
  private final SimWorld world;
  private final SimCluster cluster;
  private final History history;
  private final ReplicaChecks replicas;
  private final NameChecks names;
  private final SyncChecks syncs;
  private final List<String> violations = new ArrayList<>();
  private final List<PendingOperation> pending = new ArrayList<>();
  private Attributes file;
  private long pausesMs;
  private long masterAwayMs;

  /** An operation of a client that has not ended. */
  private record PendingOperation(
      int client, String what, long begunNs, long boundMs, CompletableFuture<?> end) {

    PendingOperation(int client, String what, long begunNs, CompletableFuture<?> end) {
      this(client, what, begunNs, OPERATION_BOUND_MS, end);
    }
  }

  private Simulation(Plan plan, Sabotage sabotage) {
    this.plan = plan;
    this.world = SimWorld.of(plan.seed(), sabotage);
    this.cluster = new SimCluster(world, plan.shape(), this::violated);
    int cells = plan.shape().chunkBytes() / Cells.CELL_BYTES;
    this.history = new History(world.scheduler(), plan.shape().chunks(), cells, this::violated);
    this.replicas =
        new ReplicaChecks(cluster.journal().truth(), cluster::diskOf, history, this::violated);
    this.syncs = new SyncChecks(history, replicas::checkMembers);
    this.names = new NameChecks(cluster.journal().truth(), this::violated);
  }

  /** Runs a plan. */
  public static Outcome run(Plan plan) {
    return run(plan, Sabotage.NONE);
  }

  /** Runs a plan with a rule of the protocol broken on purpose. */
  public static Outcome run(Plan plan, Sabotage sabotage) {
    Simulation simulation = new Simulation(plan, sabotage);
    try {
      simulation.runAll();
    } catch (RuntimeException e) {
      StackTraceElement[] trace = e.getStackTrace();
      simulation.violated(
          "a process failed with " + e + (trace.length > 0 ? " at " + trace[0] : ""));
    }
    simulation.cluster.release();
    return new Outcome(
        List.copyOf(simulation.violations),
        simulation.world.scheduler().steps(),
        simulation.world.scheduler().trace());
  }

  private void violated(String what) {
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add(what + " [at " + nowMs() + " ms]");
    }
  }

  private long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(world.scheduler().nowNs());
  }

  private void runAll() {
    if (!setUp()) {
      violated("the cluster was not set up in " + SETUP_BOUND_MS + " ms");
      return;
    }
    for (Step step : plan.steps()) {
      world
          .scheduler()
          .after(TimeUnit.MILLISECONDS.toNanos(step.atMs()), null, () -> carryOut(step));
    }
    long lastMs = plan.steps().isEmpty() ? 0 : plan.steps().get(plan.steps().size() - 1).atMs();
    proceed(lastMs + 1, () -> false);
    world.network().healAll();
    comeToRest();
  }

  /** Lets time pass until the bound, the condition or a violation, whichever comes first. */
  private boolean proceed(long boundMs, BooleanSupplier until) {
    long endNs = world.scheduler().nowNs() + TimeUnit.MILLISECONDS.toNanos(boundMs);
    while (violations.isEmpty() && world.scheduler().nowNs() < endNs) {
      if (until.getAsBoolean()) {
        return true;
      }
      world.scheduler().runUntil(Math.min(endNs, world.scheduler().nowNs() + SLICE_NS));
      checkBounds();
    }
    return until.getAsBoolean();
  }

  private void checkBounds() {
    pending.removeIf(this::isOver);
    for (PendingOperation operation : pending) {
      long boundNs = TimeUnit.MILLISECONDS.toNanos(operation.boundMs() + pausesMs);
      if (world.scheduler().nowNs() - operation.begunNs() > boundNs) {
        violated(operation.what() + " is not over after " + operation.boundMs() + " ms");
      }
    }
  }

  private boolean isOver(PendingOperation operation) {
    return operation.end().isDone() || !cluster.client(operation.client()).process().isAlive();
  }

  // --- setup

  private boolean setUp() {
    if (!proceed(SETUP_BOUND_MS, cluster::isComplete)) {
      return false;
    }
    CompletableFuture<Attributes> created = cluster.client(0).createAndOpen("file");
    if (!proceed(SETUP_BOUND_MS, created::isDone)) {
      return false;
    }
    Attributes attributes = created.join();
    replicas.watch(attributes.getInode());
    int cellsOfPacket = plan.shape().packetBytes() / Cells.CELL_BYTES;
    for (int chunk = 0; chunk < plan.shape().chunks(); chunk++) {
      for (int cell = 0; cell < history.cellsOfChunk(); cell += cellsOfPacket) {
        write(0, chunk, cell, cellsOfPacket);
      }
    }
    if (!proceed(SETUP_BOUND_MS, () -> pending.stream().allMatch(each -> each.end().isDone()))) {
      return false;
    }
    CompletableFuture<Attributes> committed =
        cluster.client(0).commit(attributes, plan.shape().chunks());
    if (!proceed(SETUP_BOUND_MS, committed::isDone)) {
      return false;
    }
    file = committed.join();
    for (int client = 1; client < plan.shape().clients(); client++) {
      cluster.client(client).open(file);
    }
    for (NodeDisk disk : cluster.disks()) {
      disk.watchDeletions(chunkId -> replicas.checkDeletion(disk.nodeId(), chunkId));
    }
    // Wait until the datanodes have marked the first writes fully acknowledged on their disks.
    proceed(CLEAN_MS, () -> false);
    cluster
        .journal()
        .observe(
            (entry, txid) -> {
              if (entry.hasChangeCommit()) {
                replicas.checkCommitted(entry.getChangeCommit().getChunkId());
              }
            });
    return true;
  }

  // --- steps

  private void carryOut(Step step) {
    if (isOfDeadClient(step)) {
      return;
    }
    if (step instanceof Step.Write write) {
      write(write.client(), write.chunk(), write.firstCell(), write.cells());
    } else if (step instanceof Step.Stream stream) {
      stream(stream, world.scheduler().nowNs());
    } else if (step instanceof Step.Read read) {
      read(read.client(), read.chunk(), read.firstBlock(), read.blocks());
    } else if (step instanceof Step.Sync sync) {
      if (cluster.client(sync.client()).maySync()) {
        sync(sync.client());
      }
    } else if (step instanceof Step.SyncedWrites writes) {
      syncedWrites(writes, writes.count());
    } else if (step instanceof Step.Create create) {
      create(create.client(), madeName(create.number()));
    } else if (step instanceof Step.Rename rename) {
      rename(rename.client(), rename.number());
    } else if (step instanceof Step.ChangeByName change) {
      changeByName(change.client(), madeName(change.number()));
    } else if (step instanceof Step.KillDatanode kill) {
      cluster.restartDatanode(kill.node(), kill.downMs(), kill.machineToo());
    } else if (step instanceof Step.KillClient kill) {
      cluster.killClient(kill.client());
    } else if (step instanceof Step.KillMaster kill) {
      masterAwayMs += kill.downMs();
      cluster.restartMaster(kill.downMs());
    } else if (step instanceof Step.Pause pause) {
      pausesMs += pause.durationMs();
      cluster.pause(pause.host(), pause.durationMs());
    } else if (step instanceof Step.Cut cut) {
      cut(cut.from(), cut.to(), cut.durationMs());
      if (cut.bothWays()) {
        cut(cut.to(), cut.from(), cut.durationMs());
      }
    } else if (step instanceof Step.Slow slow) {
      world.network().slow(slow.from(), slow.to(), TimeUnit.MILLISECONDS.toNanos(slow.extraMs()));
      healLater(slow.from(), slow.to(), slow.durationMs());
    } else if (step instanceof Step.Break broken) {
      world.network().breakConnections(broken.one(), broken.other());
    }
  }

  private boolean isOfDeadClient(Step step) {
    int client = -1;
    if (step instanceof Step.Write write) {
      client = write.client();
    } else if (step instanceof Step.Stream stream) {
      client = stream.client();
    } else if (step instanceof Step.Read read) {
      client = read.client();
    } else if (step instanceof Step.Sync sync) {
      client = sync.client();
    } else if (step instanceof Step.SyncedWrites writes) {
      client = writes.client();
    } else if (step instanceof Step.Create create) {
      client = create.client();
    } else if (step instanceof Step.Rename rename) {
      client = rename.client();
    } else if (step instanceof Step.ChangeByName change) {
      client = change.client();
    }
    return client >= 0 && !cluster.client(client).process().isAlive();
  }

  private void cut(String from, String to, long durationMs) {
    world.network().cut(from, to);
    healLater(from, to, durationMs);
  }

  private void healLater(String from, String to, long durationMs) {
    world
        .scheduler()
        .after(
            TimeUnit.MILLISECONDS.toNanos(durationMs), null, () -> world.network().heal(from, to));
  }

  private CompletableFuture<SimClient.Fate> write(int client, int chunk, int firstCell, int cells) {
    return write(client, chunk, firstCell, cells, true);
  }

  private CompletableFuture<SimClient.Fate> write(
      int client, int chunk, int firstCell, int cells, boolean send) {
    WriteRecord record = history.beginWrite(client, chunk, firstCell, cells);
    long offset = (long) chunk * plan.shape().chunkBytes() + (long) firstCell * Cells.CELL_BYTES;
    CompletableFuture<SimClient.Fate> fate =
        cluster.client(client).write(offset, Cells.fill(record.number(), cells), send);
    if (!fate.isDone()) {
      syncs.accepted(record);
    }
    pending.add(new PendingOperation(client, record.toString(), world.scheduler().nowNs(), fate));
    fate.thenAccept(
        how -> {
          if (how == SimClient.Fate.ACKNOWLEDGED) {
            history.acknowledged(record);
            replicas.checkMembers(chunk, "when " + record + " was acknowledged");
          }
        });
    return fate;
  }

  private void syncedWrites(Step.SyncedWrites writes, int left) {
    if (left == 0 || isOfDeadClient(writes) || !cluster.client(writes.client()).maySync()) {
      return;
    }
    write(writes.client(), writes.chunk(), writes.firstCell(), 2, false);
    sync(writes.client()).whenComplete((nothing, failure) -> syncedWrites(writes, left - 1));
  }

  /** Begins a sync, which {@link SimClient#maySync}. */
  private CompletableFuture<Void> sync(int client) {
    SyncChecks.Sync sync = syncs.begin(client);
    CompletableFuture<Void> end = cluster.client(client).sync();
    pending.add(
        new PendingOperation(
            client, "a sync of client " + client, world.scheduler().nowNs(), SYNC_BOUND_MS, end));
    end.whenComplete(
        (nothing, failure) -> {
          if (failure == null) {
            syncs.succeeded(sync);
          } else {
            syncs.failed(sync);
          }
        });
    return end;
  }

  private void stream(Step.Stream stream, long begunNs) {
    long lastsNs = world.scheduler().nowNs() - begunNs;
    if (lastsNs > TimeUnit.MILLISECONDS.toNanos(stream.durationMs()) || isOfDeadClient(stream)) {
      return;
    }
    write(stream.client(), stream.chunk(), stream.firstCell(), 2)
        .thenRun(
            () ->
                world
                    .scheduler()
                    .after(
                        TimeUnit.MILLISECONDS.toNanos(stream.pauseMs()),
                        null,
                        () -> stream(stream, begunNs)));
  }

  private CompletableFuture<ByteBuffer> read(int client, int chunk, int firstBlock, int blocks) {
    int cellsOfBlock = BLOCK_BYTES / Cells.CELL_BYTES;
    History.Read read =
        history.beginRead(client, chunk, firstBlock * cellsOfBlock, blocks * cellsOfBlock);
    CompletableFuture<ByteBuffer> bytes =
        cluster.client(client).read(chunk, firstBlock * BLOCK_BYTES, blocks * BLOCK_BYTES);
    String what = "a read of client " + client + " of chunk " + chunk + " block " + firstBlock;
    pending.add(new PendingOperation(client, what, world.scheduler().nowNs(), bytes));
    bytes.thenAccept(found -> history.endRead(read, found));
    return bytes;
  }

  private void create(int client, String name) {
    CompletableFuture<Attributes> created = cluster.client(client).create(name);
    pending.add(
        new PendingOperation(
            client, "the creation of " + name, world.scheduler().nowNs(), created));
    created.whenComplete(
        (attributes, failure) -> {
          if (failure == null) {
            names.acknowledged(name, attributes.getInode());
          } else {
            names.failed(name, failure);
          }
        });
  }

  private static String madeName(int number) {
    return "file-" + number;
  }

  private void rename(int client, int number) {
    String name = madeName(number);
    if (names.inode(name).isEmpty()) {
      return;
    }
    String newName = "renamed-" + number;
    names.renaming(name, newName);
    CompletableFuture<?> renamed = cluster.client(client).rename(name, newName);
    pending.add(
        new PendingOperation(client, "the rename of " + name, world.scheduler().nowNs(), renamed));
    renamed.thenRun(() -> names.renamed(name));
  }

  private void changeByName(int client, String name) {
    OptionalLong inode = names.inode(name);
    if (inode.isEmpty()) {
      return;
    }
    NameChecks.Change change = names.changing(name);
    CompletableFuture<?> changed = cluster.client(client).changeByName(name, inode.getAsLong());
    pending.add(
        new PendingOperation(client, "a change of " + name, world.scheduler().nowNs(), changed));
    changed.whenComplete((reply, failure) -> change.ended(failure));
  }

  // --- the end

  private void comeToRest() {
    if (!proceed(REST_BOUND_MS, this::isAtRest)) {
      if (violations.isEmpty()) {
        violated("no rest after " + REST_BOUND_MS + " ms: " + unrest());
      }
      return;
    }
    names.checkAll();
    int last = cluster.addClient();
    // Everything else may be at rest while the master is still paused or down.
    long boundMs = SETUP_BOUND_MS + pausesMs + masterAwayMs;
    if (!proceed(boundMs, cluster.client(last)::isConnected)) {
      violated("a new client gets no session at the end");
      return;
    }
    cluster.client(last).open(file);
    for (int chunk = 0; chunk < plan.shape().chunks(); chunk++) {
      replicas.checkMembers(chunk, "at the end");
      CompletableFuture<SimClient.Fate> write = write(last, chunk, 0, 1);
      CompletableFuture<ByteBuffer> whole =
          read(last, chunk, 0, plan.shape().chunkBytes() / BLOCK_BYTES);
      if (!proceed(OPERATION_BOUND_MS, () -> write.isDone() && whole.isDone())
          || write.join() != SimClient.Fate.ACKNOWLEDGED
          || whole.isCompletedExceptionally()) {
        violated("chunk " + chunk + " cannot be written and read at the end");
      }
    }
  }

  private boolean isAtRest() {
    return unrest().isEmpty();
  }

  private List<String> unrest() {
    List<String> found = new ArrayList<>();
    pending.stream()
        .filter(operation -> !isOver(operation))
        .forEach(operation -> found.add(operation.what() + " is not over"));
    // A client may rightly give up a chunk while a member of its chain is away.
    cluster.awayDatanodes().forEach(host -> found.add(host + " is down or paused"));
    found.addAll(
        replicas.unrest(plan.shape().chunks(), plan.shape().replication(), cluster.disks()));
    if (found.isEmpty() && !cluster.masterAgrees()) {
      found.add("the master's state is not what its journal says");
    }
    return found;
  }
}
