package org.distrifs.master.service;

import java.util.List;
import java.util.Optional;
import org.distrifs.master.chain.ChangeDriver;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.deletion.DeletionFacts;
import org.distrifs.master.deletion.Deletions;
import org.distrifs.master.deletion.ForgottenChunks;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.repair.Repairs;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.RepairStatus;
import org.distrifs.proto.journal.ChunksForgotten;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.log.EventSums;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the master does by itself: settles files that killed clients were writing, repairs chunks
 * that are short, deletes replicas and chunks that nothing needs, and forgets chunks that are gone.
 * Only the first begins at once after the start of the master; the others wait until datanodes have
 * come back.
 */
final class Housekeeping {

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final MasterState state;
  private final JournalPipeline journal;
  private final DatanodeRegistry registry;
  private final ChangeDriver changes;
  private final Repairs repairs;
  private final Deletions deletions;
  private final ForgottenChunks forgotten;
  private final OrphanQuestions orphans;
  private final FilesInDoubt inDoubt;

  /** Of what is done to single chunks and files, for the log. */
  private final EventSums sums = new EventSums(LOG);

  Housekeeping(
      MasterState state,
      JournalPipeline journal,
      DatanodeRegistry registry,
      ChangeDriver changes,
      Repairs repairs,
      Revocations revocations,
      OrphanQuestions orphans,
      FilesInDoubt inDoubt,
      int replication) {
    this.state = state;
    this.journal = journal;
    this.registry = registry;
    this.changes = changes;
    this.repairs = repairs;
    this.orphans = orphans;
    this.inDoubt = inDoubt;
    Facts facts = new Facts(revocations);
    deletions = new Deletions(facts, registry, replication);
    forgotten = new ForgottenChunks(facts, registry);
  }

  Deletions deletions() {
    return deletions;
  }

  /** Whether what removed files have on datanodes is being deleted. */
  boolean givesRoomBack() {
    return repairs.hasBegun() && (state.counts().garbageChunks() > 0 || orphans.mayPurgeSome());
  }

  /** Takes note of a chunk that the census came to. */
  void visit(ChunkInfo chunk, long nowNs) {
    if (repairs.hasBegun()) {
      repairs.visit(chunk);
      forgotten.visit(chunk, nowNs);
    }
  }

  /** Lets time pass. To be called several times a second. */
  void tick(long nowNs) {
    inDoubt.tick(nowNs);
    addUp();
    sums.tick(nowNs);
    if (!repairs.hasBegun()) {
      return;
    }
    repairs.tick();
    deletions.tick(nowNs);
    orphans.tick(nowNs);
    List<Long> gone = forgotten.take();
    if (!gone.isEmpty()) {
      journal.propose(
          JournalEntry.newBuilder()
              .setChunksForgotten(ChunksForgotten.newBuilder().addAllChunkIds(gone)),
          applied -> sums.add("chunks without a file or a replica forgotten", gone.size()));
    }
  }

  private void addUp() {
    sums.addGrowth("replicas copied", repairs.done());
    sums.addGrowth("copies failed", repairs.failed());
    sums.addGrowth("changes of chains committed", changes.completed());
    sums.addGrowth("replicas deleted", deletions.deleted());
    sums.addGrowth("inodes without a name purged", orphans.purged());
  }

  /** Logs what was done since the last sums. Once nothing is done any more. */
  void end(long nowNs) {
    addUp();
    sums.tell(nowNs);
  }

  RepairStatus status() {
    return RepairStatus.newBuilder()
        .setChunksWaiting(repairs.waiting())
        .setCopiesUnderWay(repairs.underWay())
        .setCopiesDone(repairs.done())
        .setCopiesFailed(repairs.failed())
        .setBytesCopied(registry.nodes().stream().mapToLong(Datanode::bytesCopied).sum())
        .setReplicasDeleted(deletions.deleted())
        .setReplicasToDelete(deletions.toDelete())
        .setFilesInDoubt(state.filesInDoubt().size())
        .setOrphans(state.counts().orphans())
        .setChainsCommitted(changes.completed())
        .build();
  }

  private final class Facts implements DeletionFacts {
    private final Revocations revocations;

    Facts(Revocations revocations) {
      this.revocations = revocations;
    }

    @Override
    public long nextChunkId() {
      return state.nextChunkId();
    }

    @Override
    public boolean isLost(long chunkId) {
      return state.isLostChunk(chunkId);
    }

    @Override
    public boolean isForgotten(int nodeId) {
      return state.forgotten(nodeId).isPresent();
    }

    @Override
    public int versionFloor(long chunkId) {
      return state.versionFloor(chunkId);
    }

    @Override
    public Optional<ChunkInfo> chunk(long chunkId) {
      return state.chunk(chunkId);
    }

    @Override
    public boolean isBusy(long chunkId) {
      return changes.isChanging(chunkId) || repairs.isCopying(chunkId);
    }

    @Override
    public boolean revocationsAreInForce() {
      return revocations.areInForce();
    }
  }
}
