package org.distrifs.datanode.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.chain.MemberFixture.chain;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChainMemberTest {
  private static final DataReply OK = DataReply.ok();
  private static final DataReply TAIL_IS_GONE = DataReply.downstreamFailed(3, "refused");

  @Nested
  class TheHead {
    private final MemberFixture head = new MemberFixture(0);

    @Test
    void numbersWritesAndAnswersWhenItAndThoseBehindHaveApplied() {
      head.client(5);
      head.client(6);
      assertThat(head.applied).extracting(DataRequest.Write::order).containsExactly(1L, 2L);
      assertThat(head.forwarded).extracting(DataRequest.Write::position).containsExactly(1, 1);
      assertThat(head.fullyAcknowledged).isFalse();
      head.applyAll();
      assertThat(head.answers).isEmpty();
      head.behindAnswers(0, OK);
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      assertThat(head.answered("w6")).isNull();
      head.behindAnswers(1, OK);
      assertThat(head.answered("w6")).isEqualTo(Status.OK);
      assertThat(head.fullyAcknowledged).isTrue();
    }

    @Test
    void answersARepeatedWriteThatIsUnderWayTogetherWithTheFirst() {
      head.client(5);
      head.send("again", 1, 5, 0, 500, null);
      assertThat(head.applied).hasSize(1);
      assertThat(head.forwarded).hasSize(1);
      head.applyAll();
      head.behindAnswers(0, OK);
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      assertThat(head.answered("again")).isEqualTo(Status.OK);
    }

    @Test
    void forwardsARepeatedWriteUnderItsNumberAfterTheMemberBehindFailed() {
      head.client(5);
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      assertThat(head.answers.get("w5").failedNodeId()).isEqualTo(3);
      head.send("again", 1, 5, 0, 500, null);
      assertThat(head.applied).as("applied once").hasSize(1);
      assertThat(head.forwarded).extracting(DataRequest.Write::order).containsExactly(1L, 1L);
      head.behindAnswers(1, OK);
      assertThat(head.answered("again")).isEqualTo(Status.OK);
      assertThat(head.fullyAcknowledged).isTrue();
    }

    @Test
    void answersAWriteThatAsksForASyncOnlyWhenItAndThoseBehindHaveIt() {
      head.sendSynced("w5", 5, 0, chain());
      assertThat(head.forwarded).extracting(DataRequest.Write::sync).containsExactly(true);
      assertThat(head.applied).extracting(DataRequest.Write::sync).containsExactly(true);
      head.behindAnswers(0, OK);
      assertThat(head.answers).isEmpty();
      head.applyAll();
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      assertThat(head.syncing).isEmpty();
    }

    @Test
    void tellsOfASyncThatFailed() {
      head.sendSynced("w5", 5, 0, chain());
      head.behindAnswers(0, OK);
      DataReply failure = DataReply.failure(Status.IO_FAILURE, "cannot sync");
      head.member.applied(head.applied.get(0), failure);
      assertThat(head.answered("w5")).isEqualTo(Status.IO_FAILURE);
      head.sendSynced("again", 5, 0, chain());
      assertThat(head.answered("again")).isEqualTo(Status.IO_FAILURE);
    }

    @Test
    void syncsBeforeItAnswersARepeatedWriteThatWasAppliedWithout() {
      head.client(5);
      head.applyAll();
      head.behindAnswers(0, OK);
      head.sendSynced("again", 5, 0, chain());
      assertThat(head.answered("again")).isNull();
      assertThat(head.syncing).containsExactly("again");
      assertThat(head.applied).hasSize(1);
    }

    @Test
    void syncsBeforeItAnswersTheRepetitionOfAWriteThatIsUnderWayWithout() {
      head.client(5);
      head.sendSynced("again", 5, 0, chain());
      assertThat(head.syncing).as("it is not applied yet").isEmpty();
      head.applyAll();
      head.behindAnswers(0, OK);
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      assertThat(head.answered("again")).isNull();
      assertThat(head.syncing).containsExactly("again");
    }

    @Test
    void answersTheRepetitionToSyncOfAWriteThatFailsWithTheFailure() {
      head.client(5);
      head.sendSynced("again", 5, 0, chain());
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      assertThat(head.answered("again")).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(head.syncing).isEmpty();
    }

    @Test
    void goesOnAskingForASyncWhenTheWriteIsRepeatedWithoutToMembersElsewhere() {
      head.sendSynced("w5", 5, 0, chain());
      head.applyAll();
      head.send("again", 1, 5, 0, 500, null, MemberFixture.chainWithAnotherTail());
      assertThat(head.forwarded).extracting(DataRequest.Write::sync).containsExactly(true, true);
    }

    @Test
    void takesNoNewWriteWhileAnEarlierOneIsStuckAndSendsThatOneOnAgainItself() {
      head.client(5);
      head.client(6);
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      head.behindAnswers(1, DataReply.failure(Status.SEQUENCE_GAP, ""));
      head.client(7);
      assertThat(head.answered("w7")).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(head.applied).hasSize(2);
      assertThat(head.resent).extracting(DataRequest.Write::order).containsExactly(1L);
      head.member.forwarded(head.resent.get(0), OK);
      assertThat(head.resent).extracting(DataRequest.Write::order).containsExactly(1L, 2L);
      head.member.forwarded(head.resent.get(1), OK);
      assertThat(head.fullyAcknowledged).isTrue();
      head.send("again", 1, 7, 0, 700, null);
      assertThat(head.applied).hasSize(3);
    }

    @Test
    void doesNotFailARepeatedWriteForTheAnswerToAnEarlierAttempt() {
      head.client(5);
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      head.client(6);
      assertThat(head.resent).hasSize(1);
      head.send("again", 1, 5, 0, 500, null, MemberFixture.chainWithAnotherTail());
      head.member.forwarded(head.resent.get(0), TAIL_IS_GONE);
      assertThat(head.answered("again")).as("its own attempt is under way").isNull();
      head.behindAnswers(1, OK);
      assertThat(head.answered("again")).isEqualTo(Status.OK);
      assertThat(head.fullyAcknowledged).isTrue();
    }

    @Test
    void sendsAWriteThatIsUnderWayOnAgainWhenAMemberBehindWasStartedAnew() {
      head.client(5);
      head.applyAll();
      head.send("again", 1, 5, 0, 500, null, MemberFixture.chainWithAnotherTail());
      assertThat(head.forwarded)
          .extracting(write -> write.chain().get(2).incarnation())
          .containsExactly(102L, 999L);
      head.behindAnswers(0, TAIL_IS_GONE);
      assertThat(head.answers).isEmpty();
      head.behindAnswers(1, TAIL_IS_GONE);
      assertThat(head.answered("w5")).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(head.answered("again")).isEqualTo(Status.DOWNSTREAM_FAILED);
    }

    @Test
    void refusesWhatWasSentBehindARefusedWriteUntilThatOneComesAgain() {
      DataReply full = DataReply.failure(Status.OVERLOADED, "");
      head.send("w5", 1, 5, 0, 0, full);
      head.client(6);
      assertThat(head.answered("w6")).isEqualTo(Status.OVERLOADED);
      head.send("again5", 1, 5, 0, 500, null);
      head.send("again6", 1, 6, 0, 600, null);
      assertThat(head.applied).extracting(DataRequest.Write::sequence).containsExactly(5L, 6L);
    }

    @Test
    void forgetsARefusalThatItsSenderGaveUp() {
      head.send("w5", 1, 5, 0, 0, DataReply.failure(Status.OVERLOADED, ""));
      head.nowMs += Refusals.HOLD_MS;
      head.client(6);
      assertThat(head.applied).hasSize(1);
    }

    @Test
    void neverAppliesAWriteAfterALaterOneOfItsSession() {
      head.client(6);
      head.client(5);
      assertThat(head.answered("w5")).isEqualTo(Status.SEQUENCE_GAP);
      assertThat(head.applied).hasSize(1);
    }

    @Test
    void knowsAWriteHoweverManyOtherSessionsWroteSince() {
      List<WriteId> others = new ArrayList<>();
      others.add(new WriteId(MemberFixture.SESSION, 5));
      for (int i = 0; i < 10_000; i++) {
        others.add(new WriteId(MemberFixture.SESSION + 1 + i % 20, 6 + i));
      }
      head.load(4, 9, false, others.toArray(WriteId[]::new));
      head.write(4, 5, 0, 0);
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      assertThat(head.applied).isEmpty();
    }

    @Test
    void acknowledgesWhatItAppliedBeforeItWasStartedAgain() {
      head.load(4, 9, false, new WriteId(MemberFixture.SESSION, 5));
      head.write(4, 5, 0, 0);
      assertThat(head.answered("w5")).isEqualTo(Status.OK);
      head.write(4, 6, 0, 0);
      assertThat(head.applied).extracting(DataRequest.Write::order).containsExactly(10L);
    }

    @Test
    void takesNothingMoreAfterItCouldNotApplyAWrite() {
      head.client(5);
      head.member.applied(
          head.applied.get(0), DataReply.failure(Status.CORRUPT_REPLICA, "block 3"));
      assertThat(head.answered("w5")).isEqualTo(Status.CORRUPT_REPLICA);
      head.client(6);
      assertThat(head.answered("w6")).isEqualTo(Status.CORRUPT_REPLICA);
      assertThat(head.fullyAcknowledged).as("a restart must not make it trusted").isFalse();
    }

    @Test
    void makesAReplicaOnlyWhenToldSoAndAtTheFirstVersion() {
      head.write(2, 5, 0, 0);
      assertThat(head.answered("w5")).isEqualTo(Status.NO_SUCH_CHUNK);
      assertThat(head.applied).isEmpty();
    }
  }

  @Nested
  class AMember {
    private final MemberFixture middle = new MemberFixture(1);

    @Test
    void refusesAGap() {
      middle.write(1, 5, 1, 0);
      middle.write(1, 7, 3, 0);
      assertThat(middle.answered("w7")).isEqualTo(Status.SEQUENCE_GAP);
      assertThat(middle.applied).hasSize(1);
    }

    @Test
    void acknowledgesANumberThatItHasIfItIsTheSameWrite() {
      middle.write(1, 5, 1, 0);
      middle.applyAll();
      middle.behindAnswers(0, OK);
      middle.send("again", 1, 5, 1, 0, null);
      assertThat(middle.answered("again")).isEqualTo(Status.OK);
      middle.send("other", 1, 6, 1, 0, null);
      assertThat(middle.answered("other")).isEqualTo(Status.SEQUENCE_GAP);
    }

    @Test
    void countsAWriteThatItHasFromAnEarlierVersionWithoutApplyingIt() {
      middle.load(2, 0, false, new WriteId(MemberFixture.SESSION, 5));
      middle.write(2, 5, 1, 0);
      assertThat(middle.skipped).hasSize(1);
      assertThat(middle.applied).isEmpty();
      assertThat(middle.forwarded).hasSize(1);
    }

    @Test
    void refusesAnotherLifeOfItself() {
      middle.incarnation = 999;
      middle.write(1, 5, 1, 0);
      assertThat(middle.answered("w5")).isEqualTo(Status.WRONG_INCARNATION);
    }

    @Test
    void namesTheNextMemberForWhateverItAnswers() {
      middle.write(1, 5, 1, 0);
      middle.behindAnswers(0, DataReply.failure(Status.NO_LEASE, ""));
      assertThat(middle.answered("w5")).isEqualTo(Status.DOWNSTREAM_FAILED);
      assertThat(middle.answers.get("w5").failedNodeId()).isEqualTo(3);
    }

    @Test
    void blamesNobodyWhenTheChainIsChangingBehindIt() {
      middle.write(1, 5, 1, 0);
      middle.behindAnswers(0, DataReply.failure(Status.FENCED, ""));
      assertThat(middle.answered("w5")).isEqualTo(Status.FENCED);
    }
  }

  @Nested
  class AReader {
    private final MemberFixture head = new MemberFixture(0);

    @Test
    void waitsForAWriteOfItsRangeThatIsNotAcknowledgedFromBehind() {
      head.client(1);
      head.applyAll();
      head.read("r", 1, 0);
      head.read("elsewhere", 1, 8192);
      assertThat(head.served).containsExactly("elsewhere");
      head.behindAnswers(0, OK);
      assertThat(head.served).containsExactly("elsewhere", "r");
    }

    @Test
    void isSentToAnotherMemberWhenTheWriteIsStuckOrTakesTooLong() {
      head.client(1);
      head.applyAll();
      head.read("late", 1, 0);
      head.member.tick(head.nowMs + ChainMember.READ_WAIT_MS);
      assertThat(head.answered("late")).isEqualTo(Status.TIMED_OUT);
      head.behindAnswers(0, TAIL_IS_GONE);
      head.read("stuck", 1, 0);
      assertThat(head.answered("stuck")).isEqualTo(Status.TIMED_OUT);
    }

    @Test
    void getsNothingFromASuspectReplicaOrAnotherVersion() {
      head.load(3, 0, true);
      head.read("suspect", 3, 0);
      assertThat(head.answered("suspect")).isEqualTo(Status.SUSPECT);
      head.read("stale", 2, 0);
      assertThat(head.answered("stale")).isEqualTo(Status.STALE_VERSION);
      assertThat(head.served).isEmpty();
    }
  }

  @Nested
  class AChange {
    private final MemberFixture head = new MemberFixture(0);

    @Test
    void stopsWritesUntilItIsInstalled() {
      head.client(1);
      head.member.fence(2, false, "fence");
      assertThat(head.drained).containsExactly("fence");
      head.client(2);
      assertThat(head.answered("w2")).isEqualTo(Status.FENCED);
      install(2, "install");
      assertThat(head.installing).containsExactly("install");
      installed(2);
      assertThat(head.answered("w1")).as("was never acknowledged").isEqualTo(Status.STALE_VERSION);
      head.write(2, 3, 0, 0);
      assertThat(head.applied.get(head.applied.size() - 1).order()).isEqualTo(1);
    }

    @Test
    void isSupersededByAHigherOneOnly() {
      head.client(1);
      head.member.fence(5, false, "five");
      head.member.fence(4, false, "four");
      assertThat(head.answered("four")).isEqualTo(Status.SUPERSEDED);
      install(4, "install four");
      assertThat(head.answered("install four")).isEqualTo(Status.SUPERSEDED);
      head.member.fence(6, false, "six");
      install(5, "install five");
      assertThat(head.answered("install five")).isEqualTo(Status.SUPERSEDED);
      assertThat(head.drained).containsExactly("five", "six");
    }

    @Test
    void thatComesWhileAnotherIsBeingInstalledStaysInForce() {
      head.client(1);
      head.member.fence(2, false, "two");
      install(2, "install");
      head.member.fence(3, false, "three");
      installed(2);
      head.write(2, 9, 0, 0);
      assertThat(head.answered("w9")).isEqualTo(Status.FENCED);
    }

    @Test
    void installedTwiceIsAnsweredTwice() {
      head.client(1);
      head.member.fence(2, false, "fence");
      install(2, "first");
      installed(2);
      install(2, "second");
      assertThat(head.installing).containsExactly("first");
      assertThat(head.drained).containsExactly("fence", "second");
    }

    @Test
    void withoutAFenceIsRefused() {
      head.client(1);
      install(2, "install");
      assertThat(head.answered("install")).isEqualTo(Status.SUPERSEDED);
    }

    @Test
    void stopsReadsOfAMemberThatIsToLeave() {
      head.client(1);
      head.applyAll();
      head.behindAnswers(0, OK);
      head.member.fence(2, true, "fence");
      head.read("r", 1, 0);
      assertThat(head.answered("r")).isEqualTo(Status.FENCED);
    }

    @Test
    void endsTheWaitsOfReadsAtAMemberThatIsToLeave() {
      head.client(1);
      head.applyAll();
      head.read("r", 1, 0);
      head.member.fence(2, true, "fence");
      assertThat(head.answered("r")).isEqualTo(Status.FENCED);
      assertThat(head.served).isEmpty();
    }

    @Test
    void thatDoesNotGoOnIsTrouble() {
      head.client(1);
      head.member.fence(2, false, "fence");
      head.tick(0);
      head.tick(ChainMember.MAX_FENCED_MS - 1);
      assertThat(head.member.isTroubled()).isFalse();
      head.member.fence(3, false, "again");
      head.tick(1);
      assertThat(head.member.isTroubled()).as("it went on").isFalse();
      head.tick(ChainMember.MAX_FENCED_MS);
      assertThat(head.member.isTroubled()).isTrue();
      install(3, "install");
      installed(3);
      head.tick(0);
      assertThat(head.member.isTroubled()).isFalse();
    }

    @Test
    void isWantedWhenAWriteIsStuck() {
      head.client(1);
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      head.tick(0);
      head.tick(ChainMember.MAX_STUCK_MS);
      assertThat(head.member.isTroubled()).isTrue();
      head.send("again", 1, 1, 0, 100, null);
      head.behindAnswers(1, OK);
      head.tick(0);
      assertThat(head.member.isTroubled()).isFalse();
      assertThat(head.member.isWaiting()).isFalse();
    }

    @Test
    void doesNotLetAReplicaGoThatItMayCountOn() {
      head.client(1);
      assertThat(head.member.refusalOfDiscarding(1)).as("a write is under way").isNotNull();
      head.applyAll();
      head.behindAnswers(0, OK);
      assertThat(head.member.refusalOfDiscarding(2).status()).isEqualTo(Status.STALE_VERSION);
      assertThat(head.member.refusalOfDiscarding(1)).isNull();
      head.member.fence(2, false, "fence");
      assertThat(head.member.refusalOfDiscarding(1).status()).isEqualTo(Status.FENCED);
      head.member.fence(3, true, "leave");
      assertThat(head.member.refusalOfDiscarding(1)).as("it is to leave").isNull();
    }

    @Test
    void servesNoReadsFromItsComparisonToItsInstall() {
      head.client(1);
      head.applyAll();
      head.behindAnswers(0, OK);
      head.member.fence(2, false, "fence");
      assertThat(head.member.refusalOfRead(1, false)).isNull();
      head.member.beginReconciliation();
      assertThat(head.member.refusalOfRead(1, false).status()).isEqualTo(Status.FENCED);
      assertThat(head.member.refusalOfRead(2, true)).as("another member may ask").isNull();
      install(2, "install");
      installed(2);
      assertThat(head.member.refusalOfRead(2, false)).isNull();
    }

    @Test
    void letsAReplicaGoThatAChangeWentOnWithout() {
      head.client(1);
      head.applyAll();
      head.behindAnswers(0, TAIL_IS_GONE);
      assertThat(head.member.refusalOfDiscarding(1)).as("its write is stuck for good").isNull();
      head.member.fence(2, false, "fence");
      head.tick(0);
      assertThat(head.member.refusalOfDiscarding(1).status()).isEqualTo(Status.FENCED);
      head.tick(ChainMember.MAX_FENCED_MS);
      assertThat(head.member.refusalOfDiscarding(1)).as("the INSTALL never came").isNull();
    }

    private void install(int version, String ticket) {
      head.member.install(
          new DataRequest.Install(
              MemberFixture.CHUNK, version, 100, 1, List.of(1, 2, 3), DataRequest.KEEP_LENGTH),
          ticket);
    }

    private void installed(int version) {
      head.member.installed(new OpenedReplica(MemberFixture.state(version, 0, false), List.of()));
    }
  }
}
