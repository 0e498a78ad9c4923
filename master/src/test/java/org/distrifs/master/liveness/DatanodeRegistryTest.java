package org.distrifs.master.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.CorruptBlock;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.RegisterRequest;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;

class DatanodeRegistryTest {

  private static final int NODE = 7;
  private static final long INCARNATION = 0xabc;
  private static final LivenessBounds BOUNDS =
      new LivenessBounds(3000, 8000, 11_000, 30_000, 30_000);

  private final ManualClock clock = new ManualClock();
  private final List<String> told = new ArrayList<>();
  private ExpectedChunks chunks = ExpectedChunks.NONE;
  private final DatanodeRegistry registry =
      new DatanodeRegistry(BOUNDS, new Told(), clock.monotonicNs());

  @Test
  void aNodeThatTheJournalKnowsIsUnknownForTheGraceAndThenDead() {
    know();
    assertThat(node().liveness()).isEqualTo(Liveness.UNKNOWN);
    pass(30_000);
    assertThat(node().liveness()).isEqualTo(Liveness.UNKNOWN);
    pass(100);
    assertThat(node().liveness()).isEqualTo(Liveness.DEAD);
    assertThat(told).isEmpty();
  }

  @Test
  void aNodeThatIsHeardStaysAlive() {
    register(false);
    for (int i = 0; i < 20; i++) {
      pass(3000);
      assertThat(beat().instruction()).isNotEqualTo(DatanodeRegistry.Instruction.REGISTER_AGAIN);
      assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
    }
    assertThat(told).containsExactly("alive 7");
  }

  @Test
  void silenceBeyondTheLeaseEndsItsLifeAndOnlyAnotherLifeBringsItBack() {
    register(false);
    pass(11_000);
    assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
    pass(1);
    assertThat(node().liveness()).isEqualTo(Liveness.SILENT);
    pass(19_000);
    assertThat(node().liveness()).isEqualTo(Liveness.DEAD);
    assertThat(beat().instruction()).isEqualTo(DatanodeRegistry.Instruction.REGISTER_AGAIN);
    assertThat(node().liveness()).isEqualTo(Liveness.DEAD);
    register(registration(false));
    assertThat(node().liveness()).isEqualTo(Liveness.DEAD);
    register(registration(false).setIncarnation(INCARNATION + 1));
    assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
    assertThat(told).containsExactly("alive 7", "over 7", "alive 7");
  }

  @Test
  void anOverdueBeatAsksForAProbeOnceInAWhile() {
    register(false);
    clock.advance(4500, TimeUnit.MILLISECONDS);
    assertThat(registry.tick(clock.monotonicNs())).isEmpty();
    clock.advance(1, TimeUnit.MILLISECONDS);
    assertThat(registry.tick(clock.monotonicNs())).containsExactly(node());
    assertThat(registry.beginProbe(NODE, clock.monotonicNs())).contains(node());
    assertThat(registry.beginProbe(NODE, clock.monotonicNs())).isEmpty();
    registry.endProbe(NODE, PeerProbe.Finding.PRESENT);
    assertThat(registry.tick(clock.monotonicNs())).isEmpty();
  }

  @Test
  void whoIsHeardButNotReachedGetsNoLeaseAfterAnIntervalAndFallsSilent() {
    register(false);
    probe(PeerProbe.Finding.NO_ANSWER);
    pass(2900);
    beat();
    assertThat(node().isLeaseRefused()).isFalse();
    for (int i = 0; i < 11; i++) {
      pass(1000);
      beat();
      assertThat(node().isLeaseRefused()).isTrue();
      assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
    }
    pass(1);
    assertThat(node().liveness()).isEqualTo(Liveness.SILENT);
    assertThat(beat().instruction()).isEqualTo(DatanodeRegistry.Instruction.REGISTER_AGAIN);
    register(registration(false).setIncarnation(INCARNATION + 1));
    assertThat(node().liveness()).isEqualTo(Liveness.SILENT);
    pass(600);
    probe(PeerProbe.Finding.PRESENT);
    beat(INCARNATION + 1);
    assertThat(node().isLeaseRefused()).isFalse();
    assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
    assertThat(told).containsExactly("alive 7", "over 7", "alive 7");
  }

  @Test
  void anotherIncarnationThatRegistersEndsTheOneBefore() {
    register(false);
    register(registration(false).setIncarnation(INCARNATION + 1));
    assertThat(told).containsExactly("alive 7", "over 7", "alive 7");
  }

  @Test
  void aProbeThatFindsItsLifeGoneEndsItAtOnceButNotALaterLife() {
    register(false);
    registry.gone(NODE, INCARNATION, clock.monotonicNs());
    assertThat(node().liveness()).isEqualTo(Liveness.SILENT);
    assertThat(node().member().getAlive()).isFalse();

    registry.registered(
        NODE, registration(false).setIncarnation(INCARNATION + 1).build(), ExpectedChunks.NONE, 0);
    registry.gone(NODE, INCARNATION, clock.monotonicNs());
    assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
  }

  @Test
  void whoeverIsNotOfTheLifeThatRegisteredIsAskedToRegister() {
    know();
    assertThat(beat().instruction()).isEqualTo(DatanodeRegistry.Instruction.REGISTER_AGAIN);
    register(false);
    assertThat(beat().instruction()).isEqualTo(DatanodeRegistry.Instruction.REPORT_BLOCKS);
    assertThat(beat().instruction()).isEqualTo(DatanodeRegistry.Instruction.NOTHING);
    HeartbeatRequest other =
        HeartbeatRequest.newBuilder().setNodeId(NODE).setIncarnation(INCARNATION - 1).build();
    assertThat(registry.beat(other, 0)).isEqualTo(DatanodeRegistry.Instruction.REGISTER_AGAIN);
  }

  @Test
  void theMastersOwnPauseIsNobodysSilence() {
    register(false);
    clock.advance(60, TimeUnit.SECONDS);
    registry.forgive(TimeUnit.SECONDS.toNanos(60));
    registry.tick(clock.monotonicNs());
    assertThat(node().liveness()).isEqualTo(Liveness.ALIVE);
  }

  @Test
  void afterAnUncleanStartEveryReplicaMayBeSuspectUntilItReported() {
    register(true);
    assertThat(registry.isSuspect(NODE, 1)).isTrue();
    report(replica(1, 3).setSuspect(true), replica(2, 1));
    assertThat(registry.isSuspect(NODE, 1)).isTrue();
    assertThat(registry.isSuspect(NODE, 2)).isFalse();
    assertThat(told).containsExactly("alive 7", "alive 7", "suspect 1");

    registry.installed(NODE, 1, 4, 100);
    assertThat(registry.isSuspect(NODE, 1)).isFalse();
    assertThat(node().replica(1)).isEqualTo(new Replica(4, 100, false, false));
  }

  @Test
  void aReportTakesThePlaceOfWhatWasKnownAsAWhole() {
    register(false);
    report(replica(1, 1), replica(2, 1));
    part(true, false, replica(3, 1));
    assertThat(node().replica(1)).isNotNull();
    part(false, true, replica(4, 1));
    assertThat(node().replica(1)).isNull();
    assertThat(node().replica(3)).isNotNull();
    assertThat(node().replicaCount()).isEqualTo(2);
  }

  @Test
  void whatABeatTellsDuringAReportIsNewerThanTheReport() {
    register(false);
    part(true, false, replica(1, 1));
    beat(replica(2, 5));
    part(false, true, replica(2, 4), replica(3, 1));
    assertThat(node().replica(2).version()).isEqualTo(5);
  }

  @Test
  void aChunkIsMissedOnlyIfItWasCommittedBeforeTheReportCouldBegin() {
    chunks = new ExpectedChunks(10, LongSet.of(7));
    register(false);
    assertThat(condition(9)).isEqualTo(ReplicaCondition.UNKNOWN);
    chunks = new ExpectedChunks(20, LongSet.of());
    report();
    assertThat(condition(9)).isEqualTo(ReplicaCondition.MISSING);
    assertThat(condition(10)).as("younger").isEqualTo(ReplicaCondition.UNKNOWN);
    assertThat(condition(7)).as("fresh at that time").isEqualTo(ReplicaCondition.UNKNOWN);
    report();
    assertThat(condition(10)).isEqualTo(ReplicaCondition.MISSING);
    assertThat(condition(7)).isEqualTo(ReplicaCondition.MISSING);
  }

  /**
   * The datanode may have made its list before it reported the replica, and the list may arrive
   * after that.
   */
  @Test
  void whatABeatToldShortlyBeforeAReportThatDoesNotNameItIsNotMissing() {
    chunks = new ExpectedChunks(10, LongSet.of());
    register(false);
    report(replica(1, 1));
    beat(replica(2, 1));
    report(replica(1, 1));
    assertThat(condition(2)).isEqualTo(ReplicaCondition.UNKNOWN);
    report(replica(1, 1));
    assertThat(condition(2)).isEqualTo(ReplicaCondition.MISSING);
  }

  @Test
  void aReplicaInAVersionThatNoChangeReservedIsNotGood() {
    register(false);
    report(replica(1, 3));
    assertThat(registry.condition(NODE, chunk(1, 2, 2))).isEqualTo(ReplicaCondition.AHEAD);
    assertThat(registry.condition(NODE, chunk(1, 2, 3)))
        .as("a change is about to commit it")
        .isEqualTo(ReplicaCondition.GOOD);
    assertThat(registry.condition(NODE, chunk(1, 3, 3))).isEqualTo(ReplicaCondition.GOOD);
  }

  @Test
  void aReplicaIsAwayWhileItsNodeIsSilentAndLostOnceItIsDead() {
    register(false);
    assertThat(condition(1)).isEqualTo(ReplicaCondition.UNKNOWN);
    report(replica(1, 1));
    assertThat(condition(1)).isEqualTo(ReplicaCondition.GOOD);
    assertThat(registry.condition(NODE, chunk(1, 2, 2))).isEqualTo(ReplicaCondition.STALE);
    pass(11_001);
    assertThat(condition(1)).isEqualTo(ReplicaCondition.AWAY);
    pass(19_000);
    assertThat(condition(1)).isEqualTo(ReplicaCondition.LOST);
    register(registration(true).setIncarnation(INCARNATION + 1));
    assertThat(condition(1)).as("not compared yet, perhaps").isEqualTo(ReplicaCondition.UNKNOWN);
  }

  @Test
  void corruptionIsToldOnceAndForgottenWhenTheSameLifeTellsItNoMore() {
    register(false);
    CorruptBlock block = CorruptBlock.newBuilder().setChunkId(5).setBlock(3).build();
    HeartbeatRequest beat =
        HeartbeatRequest.newBuilder()
            .setNodeId(NODE)
            .setIncarnation(INCARNATION)
            .addCorrupt(block)
            .build();
    registry.beat(beat, 0);
    registry.beat(beat, 0);
    assertThat(told).containsExactly("alive 7", "corrupt 5/3");
    assertThat(registry.corruption().lists(NODE, 5)).isTrue();
    beat();
    assertThat(registry.corruption().size()).isZero();
  }

  @Test
  void corruptionIsCountedThoughItWasMendedBeforeItCouldBeListed() {
    register(false);
    registry.beat(beatWithCorruptFound(4), 0);
    registry.beat(beatWithCorruptFound(6), 0);
    assertThat(registry.corruptBlocksFound()).isEqualTo(2);
    registry.beat(beatWithCorruptFound(1), 0);
    assertThat(registry.corruptBlocksFound()).as("its process began anew").isEqualTo(3);
  }

  private static HeartbeatRequest beatWithCorruptFound(long count) {
    return HeartbeatRequest.newBuilder()
        .setNodeId(NODE)
        .setIncarnation(INCARNATION)
        .setCorruptBlocksFound(count)
        .build();
  }

  @Test
  void corruptionThatAnEarlierLifeFoundStaysListed() {
    register(false);
    registry.beat(
        HeartbeatRequest.newBuilder()
            .setNodeId(NODE)
            .setIncarnation(INCARNATION)
            .addCorrupt(CorruptBlock.newBuilder().setChunkId(5).setBlock(3))
            .build(),
        0);
    registry.registered(
        NODE, registration(false).setIncarnation(INCARNATION + 1).build(), ExpectedChunks.NONE, 0);
    registry.beat(
        HeartbeatRequest.newBuilder().setNodeId(NODE).setIncarnation(INCARNATION + 1).build(), 0);
    assertThat(registry.corruption().lists(NODE, 5)).isTrue();
  }

  // --- steps

  private void know() {
    registry.know(NODE, new PeerAddress("h", 7401), "r", clock.monotonicNs());
  }

  private void register(boolean unclean) {
    know();
    registry.registered(NODE, registration(unclean).build(), chunks, clock.monotonicNs());
  }

  private void register(RegisterRequest.Builder request) {
    registry.registered(NODE, request.build(), chunks, clock.monotonicNs());
  }

  private void probe(PeerProbe.Finding finding) {
    assertThat(registry.beginProbe(NODE, clock.monotonicNs())).isPresent();
    registry.endProbe(NODE, finding);
  }

  private static RegisterRequest.Builder registration(boolean unclean) {
    return RegisterRequest.newBuilder().setIncarnation(INCARNATION).setUncleanStart(unclean);
  }

  private record BeatAnswer(DatanodeRegistry.Instruction instruction) {}

  private BeatAnswer beat(ReplicaReport.Builder... changed) {
    return beat(INCARNATION, changed);
  }

  private BeatAnswer beat(long incarnation, ReplicaReport.Builder... changed) {
    HeartbeatRequest.Builder beat =
        HeartbeatRequest.newBuilder().setNodeId(NODE).setIncarnation(incarnation);
    for (ReplicaReport.Builder each : changed) {
      beat.addChanged(each);
    }
    return new BeatAnswer(registry.beat(beat.build(), clock.monotonicNs()));
  }

  private void report(ReplicaReport.Builder... replicas) {
    part(true, true, replicas);
  }

  private void part(boolean first, boolean last, ReplicaReport.Builder... replicas) {
    List<ReplicaReport> list = new ArrayList<>();
    for (ReplicaReport.Builder each : replicas) {
      list.add(each.build());
    }
    assertThat(
            registry.reportPart(NODE, INCARNATION, first, list, last, chunks, clock.monotonicNs()))
        .isEqualTo(DatanodeRegistry.Instruction.NOTHING);
  }

  private static ReplicaReport.Builder replica(long chunkId, int version) {
    return ReplicaReport.newBuilder().setChunkId(chunkId).setVersion(version).setLength(50);
  }

  private void pass(long ms) {
    clock.advance(ms, TimeUnit.MILLISECONDS);
    registry.tick(clock.monotonicNs());
  }

  private ReplicaCondition condition(long chunkId) {
    return registry.condition(NODE, chunk(chunkId, 1, 1));
  }

  private static ChunkInfo chunk(long id, int version, int reservedVersion) {
    return new ChunkInfo(id, version, reservedVersion, List.of(NODE), 1, 0, false, 0);
  }

  private Datanode node() {
    return registry.find(NODE);
  }

  private final class Told implements LivenessEvents {
    @Override
    public void becameAlive(Datanode node) {
      told.add("alive " + node.id());
    }

    @Override
    public void incarnationEnded(Datanode node) {
      told.add("over " + node.id());
    }

    @Override
    public void suspectReported(Datanode node, long chunkId) {
      told.add("suspect " + chunkId);
    }

    @Override
    public void corruptionFound(Datanode node, CorruptionLedger.Damage damage) {
      told.add("corrupt " + damage.chunkId() + "/" + damage.block());
    }
  }
}
