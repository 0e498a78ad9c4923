package org.distrifs.master.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.deletion.DeletionRules.Verdict;
import org.distrifs.master.liveness.CorruptionLedger;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.liveness.ExpectedChunks;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.liveness.LivenessEvents;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chunk 5 is in version 4 on nodes 1, 2, 3. Node 4 has a surplus replica. */
class DeletionRulesTest {

  private static final long CHUNK = 5;
  private static final int VERSION = 4;
  private static final int HOLDER = 4;

  private final ManualClock clock = new ManualClock();
  private final DatanodeRegistry registry =
      new DatanodeRegistry(
          new LivenessBounds(3000, 8000, 11_000, 30_000, 30_000), new Deaf(), clock.monotonicNs());
  private final Known known = new Known();
  private final DeletionRules rules = new DeletionRules(known, registry, 3);

  @BeforeEach
  void everybodyReports() {
    for (int node = 1; node <= 3; node++) {
      register(node, node);
      report(node, node, replica(VERSION));
    }
    register(HOLDER, HOLDER);
    report(HOLDER, HOLDER, replica(VERSION - 1));
    known.chunk(chunk(List.of(1, 2, 3), VERSION, 7, false));
  }

  @Test
  void anOldReplicaOfNoMemberGoesWhenEveryMemberHasProvenItsOwn() {
    assertThat(mayGo()).isTrue();
  }

  @Test
  void aMembersReplicaNeverGoesHoweverOld() {
    known.chunk(chunk(List.of(1, 2, 3, HOLDER), VERSION, 7, false));
    assertThat(mayGo()).isFalse();
  }

  @Test
  void aReplicaAboveTheCommittedVersionNeverGoes() {
    report(HOLDER, HOLDER, replica(VERSION + 1));
    assertThat(mayGo()).isFalse();
    report(HOLDER, HOLDER, replica(VERSION));
    assertThat(mayGo()).isTrue();
  }

  @Test
  void aChainThatIsNotAtFullCountKeepsEveryReplica() {
    known.chunk(chunk(List.of(1, 2), VERSION, 7, false));
    assertThat(mayGo()).isFalse();
  }

  @Test
  void aMemberThatIsNotAliveProvesNothing() {
    registry.gone(2, 2, clock.monotonicNs());
    assertThat(mayGo()).isFalse();
  }

  @Test
  void whatAnEarlierLifeReportedProvesNothing() {
    register(2, 1002);
    assertThat(mayGo()).isFalse();
    report(2, 1002, replica(VERSION));
    assertThat(mayGo()).isTrue();
    register(HOLDER, 1004);
    assertThat(mayGo()).isFalse();
  }

  @Test
  void aMemberWithAnotherVersionOrWithoutAReplicaProvesNothing() {
    report(2, 2, replica(VERSION - 1));
    assertThat(mayGo()).isFalse();
    report(2, 2);
    assertThat(mayGo()).isFalse();
  }

  @Test
  void aSuspectOrDamagedMemberProvesNothing() {
    report(2, 2, replica(VERSION).setSuspect(true));
    assertThat(mayGo()).isFalse();
    report(2, 2, replica(VERSION).addCorruptBlocks(3));
    assertThat(mayGo()).isFalse();
  }

  @Test
  void nothingGoesWhileTheChainChangesOrIsNotWrittenYet() {
    known.busy = true;
    assertThat(mayGo()).isFalse();
    known.busy = false;
    known.chunk(new ChunkInfo(CHUNK, VERSION, VERSION + 1, List.of(1, 2, 3), 7, 0, false, 0));
    assertThat(mayGo()).isFalse();
    known.chunk(chunk(List.of(1, 2, 3), VERSION, 7, true));
    assertThat(mayGo()).isFalse();
  }

  @Test
  void aChunkWithoutAFileGoesWhenNobodyCanWriteToItAnyMore() {
    known.chunk(chunk(List.of(1, 2, 3), VERSION, 0, false));
    assertThat(mayGo()).isTrue();
    known.revoked = false;
    assertThat(mayGo()).isFalse();
  }

  @Test
  void anIdThatWasGivenOutOnceAndIsForgottenGoesAndOneThatNeverWasStays() {
    known.chunks.clear();
    assertThat(mayGo()).isTrue();
    known.next = CHUNK;
    assertThat(mayGo()).isFalse();
  }

  @Test
  void whatARollbackLostIsKeptForTheOperatorInsteadOfDeleted() {
    known.floor = VERSION;
    assertThat(verdict()).isEqualTo(Verdict.TO_QUARANTINE);
    known.chunks.clear();
    known.lost = true;
    known.revoked = false;
    assertThat(verdict()).isEqualTo(Verdict.TO_QUARANTINE);
  }

  @Test
  void aFileRemovedAfterARollbackGoesToTheTrashLikeAnyOther() {
    known.floor = VERSION;
    known.chunk(chunk(List.of(1, 2, 3), VERSION, 0, false));
    assertThat(verdict()).isEqualTo(Verdict.TO_TRASH);
  }

  // --- steps

  private boolean mayGo() {
    return verdict() == Verdict.TO_TRASH;
  }

  private Verdict verdict() {
    Datanode holder = registry.find(HOLDER);
    return rules.verdict(holder, CHUNK, holder.replica(CHUNK));
  }

  private void register(int node, long incarnation) {
    registry.know(node, new PeerAddress("h", 7400 + node), "", clock.monotonicNs());
    registry.registered(
        node,
        RegisterRequest.newBuilder().setIncarnation(incarnation).build(),
        ExpectedChunks.NONE,
        clock.monotonicNs());
  }

  private void report(int node, long incarnation, ReplicaReport.Builder... replicas) {
    registry.reportPart(
        node,
        incarnation,
        true,
        java.util.Arrays.stream(replicas).map(ReplicaReport.Builder::build).toList(),
        true,
        new ExpectedChunks(10, LongSet.of()),
        clock.monotonicNs());
  }

  private static ReplicaReport.Builder replica(int version) {
    return ReplicaReport.newBuilder().setChunkId(CHUNK).setVersion(version).setLength(100);
  }

  private static ChunkInfo chunk(List<Integer> members, int version, long inode, boolean fresh) {
    return new ChunkInfo(CHUNK, version, version, members, inode, 0, fresh, 0);
  }

  private static final class Known implements DeletionFacts {
    private final Map<Long, ChunkInfo> chunks = new HashMap<>();
    private long next = 100;
    private boolean busy;
    private boolean revoked = true;
    private boolean lost;
    private int floor;

    void chunk(ChunkInfo chunk) {
      chunks.put(chunk.id(), chunk);
    }

    @Override
    public long nextChunkId() {
      return next;
    }

    @Override
    public boolean isLost(long chunkId) {
      return lost;
    }

    @Override
    public int versionFloor(long chunkId) {
      return floor;
    }

    @Override
    public boolean isForgotten(int nodeId) {
      return false;
    }

    @Override
    public Optional<ChunkInfo> chunk(long chunkId) {
      return Optional.ofNullable(chunks.get(chunkId));
    }

    @Override
    public boolean isBusy(long chunkId) {
      return busy;
    }

    @Override
    public boolean revocationsAreInForce() {
      return revoked;
    }
  }

  private static final class Deaf implements LivenessEvents {
    @Override
    public void becameAlive(Datanode node) {}

    @Override
    public void incarnationEnded(Datanode node) {}

    @Override
    public void suspectReported(Datanode node, long chunkId) {}

    @Override
    public void corruptionFound(Datanode node, CorruptionLedger.Damage damage) {}
  }
}
