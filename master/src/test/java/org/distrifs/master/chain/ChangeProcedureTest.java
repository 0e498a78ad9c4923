package org.distrifs.master.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A chain of nodes 1, 2, 3 changes: see {@link ChangeScript} for how to read the scripts. */
class ChangeProcedureTest {

  @Test
  void equalReplicasAreCutWithoutCopying() {
    ChangeScript.cutTo(60)
        .plays(
"""
begin                     -> reserve
reserved                  -> fence 1, fence 2, fence 3
1: ok length=100 order=5
2: ok length=100 order=5
3: ok length=100 order=5  -> install 1 length 60, install 2 length 60, install 3 length 60
1: ok
3: ok
2: ok                     -> commit 9
committed                 -> completed with length 60
""");
  }

  @Test
  void aReplicaThatEndsBeforeTheCutKeepsItsLength() {
    ChangeScript.cutTo(60)
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=10 order=5
            2: ok length=10 order=5
            3: ok length=10 order=5   -> install 1, install 2, install 3
            1: ok
            2: ok
            3: ok                     -> commit 9
            committed                 -> completed with length 10
            """);
  }

  @Test
  void whoLacksAWriteIsMadeEqualToWhoAppliedMost() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=90 order=6   -> reconcile 3 with 1
            3: ok                     -> install 1, install 2, install 3
            1: ok
            2: ok
            3: ok                     -> commit 9
            committed                 -> completed with length 100
            """);
  }

  @Test
  void aSuspectReplicaIsReconciledEvenIfItLooksEqual() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok length=100 order=7 suspect sameBoot
            2: ok length=100 order=7
            3: ok length=100 order=7                   -> reconcile 1 with 2
            1: ok                                      -> install 1, install 2, install 3
            """);
  }

  @Test
  void aReplicaThatNeverStoppedIsTheSourceHoweverMuchASuspectOneHas() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok length=900 order=99 suspect sameBoot
            2: ok length=900 order=99 suspect sameBoot
            3: ok length=100 order=7                   -> reconcile 1 with 3, reconcile 2 with 3
            """);
  }

  @Test
  void ifAllAreSuspectOneWhoseMachineStayedUpIsTheSource() {
    ChangeScript script = ChangeScript.reconcile();
    script.plays(
        """
        begin                                      -> reserve
        reserved                                   -> fence 1, fence 2, fence 3
        1: ok length=900 order=99 suspect
        2: ok length=100 order=7 suspect sameBoot
        3: ok length=900 order=99 suspect          -> reconcile 1 with 2, reconcile 3 with 2
        """);
    assertThat(script.procedure().sourceRebooted()).isFalse();
  }

  @Test
  void ifAllMachinesRebootedTheChangeSaysSo() {
    ChangeScript script = ChangeScript.reconcile();
    script.plays(
        """
        begin                                      -> reserve
        reserved                                   -> fence 1, fence 2, fence 3
        1: ok length=100 order=7 suspect
        2: ok length=100 order=7 suspect
        3: ok length=100 order=7 suspect           -> reconcile 1 with 3, reconcile 2 with 3
        """);
    assertThat(script.procedure().sourceRebooted()).isTrue();
  }

  /** Its last member may have served a write that the others had not applied yet. */
  @Test
  void ifAllWereOnlyStoppedTheLastOfTheChainIsTheSource() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok length=900 order=99 suspect sameBoot
            2: ok length=100 order=7 suspect sameBoot
            3: ok length=100 order=7 suspect sameBoot  -> reconcile 1 with 3, reconcile 2 with 3
            """);
  }

  @Test
  void aVersionThatAnEarlierChangeInstalledOnSomeIsTakenUp() {
    ChangeScript.cutTo(60)
        .plays(
            """
            begin                               -> reserve
            reserved                            -> fence 1, fence 2, fence 3
            1: ok length=100 order=5
            2: ok version=8 length=60 order=0
            3: ok length=100 order=5            -> reconcile 1 with 2, reconcile 3 with 2
            1: ok
            3: ok                               -> install 1, install 2, install 3
            """);
  }

  @Test
  void aReplicaBelowTheCommittedVersionIsNeverTheSource() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok version=3 length=900 order=99
            2: ok version=3 length=900 order=99
            3: ok length=100 order=7 suspect sameBoot  -> reconcile 1 with 3, reconcile 2 with 3
            """);
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok version=3 length=9 order=9
            2: ok version=3 length=9 order=9
            3: ok version=2 length=9 order=9     -> failed
            """);
  }

  @Test
  void aSourceWithABadBlockGivesWayToAnother() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7 suspect     -> reconcile 3 with 1
            3: DOWNSTREAM_FAILED failed=1        -> reconcile 1 with 2, reconcile 3 with 2
            1: ok
            3: ok                                -> install 1, install 2, install 3
            """);
  }

  @Test
  void whenEverySourceHasABadBlockAStaleReplicaMayNotKeepItsOwnInstead() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok version=3                      -> reconcile 3 with 1
            3: CORRUPT_REPLICA                   -> reconcile 1 with 2, reconcile 3 with 2
            1: CORRUPT_REPLICA                   -> reconcile 2 with 1, reconcile 3 with 1
            2: CORRUPT_REPLICA
            3: CORRUPT_REPLICA                   -> failed because of 3
            """);
  }

  @Test
  void aBlockThatIsBadOnEveryMemberDoesNotCostTheOthers() {
    ChangeScript.of(ChangeScript.doubtful(1, 2, 3))
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7             -> reconcile 2 with 1, reconcile 3 with 1
            2: CORRUPT_REPLICA                   -> reconcile 1 with 2, reconcile 3 with 2
            1: CORRUPT_REPLICA                   -> reconcile 1 with 3, reconcile 2 with 3
            1: CORRUPT_REPLICA                   -> reconcile 2 with 1, reconcile 3 with 1
            2: CORRUPT_REPLICA
            3: CORRUPT_REPLICA                   -> reconcile 1 with 2
            1: CORRUPT_REPLICA                   -> install 1, install 2, install 3
            """);
  }

  @Test
  void whatNoneHasWholeThatWasStoppedAtWorkIsKeptFromTheBestOfThem() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7 suspect sameBoot
            2: ok length=100 order=7 suspect sameBoot
            3: ok length=100 order=7 suspect sameBoot -> reconcile 1 with 3, reconcile 2 with 3
            2: CORRUPT_REPLICA                   -> reconcile 1 with 2, reconcile 3 with 2
            1: CORRUPT_REPLICA                   -> reconcile 2 with 1, reconcile 3 with 1
            3: CORRUPT_REPLICA                   -> reconcile 3 with 3
            3: ok                                -> reconcile 1 with 3, reconcile 2 with 3
            1: ok
            2: ok                                -> reconcile 3 with 1
            3: ok                                -> install 1, install 2, install 3
            """);
  }

  @Test
  void whoseMachineRebootedIsNoSourceForOneThatWasOnlyStopped() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7 suspect
            2: ok length=100 order=7 suspect sameBoot
            3: ok length=100 order=7 suspect     -> reconcile 1 with 2, reconcile 3 with 2
            1: CORRUPT_REPLICA                   -> reconcile 2 with 2
            2: ok                                -> reconcile 1 with 2, reconcile 3 with 2
            1: ok
            3: ok                                -> reconcile 2 with 1
            2: ok                                -> install 1, install 2, install 3
            """);
  }

  @Test
  void aRottenSourceTakesNothingFromOneWhoseMachineRebooted() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7 suspect
            3: ok length=100 order=7 suspect     -> reconcile 2 with 1, reconcile 3 with 1
            2: CORRUPT_REPLICA                   -> reconcile 2 with 1, reconcile 3 with 1
            2: CORRUPT_REPLICA
            3: ok                                -> install 1, install 2, install 3
            """);
  }

  @Test
  void aMemberThatCannotBeReachedFailsTheChangeAtAnyStep() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            2: no answer              -> failed because of 2
            1: ok length=100 order=5
            """);
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=5
            2: ok length=100 order=5
            3: ok length=100 order=5  -> install 1, install 2, install 3
            1: ok
            2: IO_FAILURE             -> failed because of 2
            3: ok
            """);
  }

  @Test
  void aHigherVersionElsewhereEndsIt() {
    ChangeScript.reconcile().plays("begin -> reserve\nrefused -> failed");
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: SUPERSEDED             -> failed
            """);
  }

  @Test
  void itsBoundEndsItWhateverItWaitsFor() {
    ChangeScript.reconcile().plays("begin -> reserve\ntime is up -> failed");
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=5
            time is up                -> failed because of 2
            2: ok length=100 order=5
            """);
  }

  @Test
  void anAnswerThatComesTwiceCountsOnce() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            reserved
            1: ok length=100 order=5
            1: ok length=100 order=5
            1: ok length=100 order=5
            2: ok length=100 order=5
            3: ok length=100 order=5  -> install 1, install 2, install 3
            """);
  }

  @Test
  void theCutOfAChunkThatNobodyWroteTakesNoVersion() {
    ChangeScript.cutOfFreshChunkTo(60)
        .plays(
            """
            begin                     -> look 1, look 2, look 3
            1: NO_SUCH_CHUNK
            2: NO_SUCH_CHUNK
            3: NO_SUCH_CHUNK          -> commit 4
            committed                 -> nothing to change
            """);
  }

  @Test
  void theCutOfAFreshChunkThatWasWrittenIsLikeAnyOther() {
    ChangeScript.cutOfFreshChunkTo(60)
        .plays(
            """
            begin                     -> look 1, look 2, look 3
            1: ok
            2: FENCED
            3: ok                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            """);
  }

  @Test
  void aFirstWriteThatOnlyReachedTheHeadIsCopiedToTheOthers() {
    ChangeScript.cutOfFreshChunkTo(60)
        .plays(
"""
begin                     -> look 1, look 2, look 3
1: ok
2: NO_SUCH_CHUNK
3: NO_SUCH_CHUNK          -> reserve
reserved                  -> fence 1, fence 2, fence 3
1: ok length=100 order=1
2: NO_SUCH_CHUNK
3: NO_SUCH_CHUNK          -> copy to 2 from 1, copy to 3 from 1
2: ok
3: ok                     -> fence 2, fence 3
2: ok length=100 order=1
3: ok length=100 order=1  -> install 1 length 60, install 2 length 60, install 3 length 60
""");
  }

  @Test
  void aFreshChunkThatNobodyWroteLosesAMemberUnderItsVersion() {
    ChangeScript.cut(ChangeScript.lost3(true), 60, true)
        .plays(
            """
            begin                     -> look 1, look 2
            1: NO_SUCH_CHUNK
            2: NO_SUCH_CHUNK          -> commit 4
            committed                 -> nothing to change
            """);
  }

  @Test
  void whoIsLostIsNotAskedAndTheOthersGoOnWithoutIt() {
    ChangeScript script = ChangeScript.of(ChangeScript.lost3(true));
    script.plays(
        """
        begin                     -> reserve
        reserved                  -> fence 1, fence 2
        1: ok length=100 order=7
        2: ok length=90 order=6   -> reconcile 2 with 1
        2: ok                     -> install 1, install 2
        1: ok
        2: ok                     -> commit 9
        committed                 -> completed with length 100
        """);
    assertThat(script.procedure().goal().chain()).containsExactly(1, 2);
  }

  @Test
  void whoLeavesStopsItsReadsBeforeAnybodyTakesTheNewVersion() {
    ChangeScript.of(ChangeScript.leaving3())
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, stop 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=900 order=9  -> install 1, install 2
            1: ok
            2: ok                     -> commit 9
            """);
  }

  @Test
  void whoLeavesAndDoesNotAnswerIsNotDroppedWhileItMayServe() {
    ChangeScript.of(ChangeScript.leaving3())
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, stop 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: no answer              -> failed because of 3
            """);
    ChangeScript.of(ChangeScript.leaving3())
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, stop 3
            3: IO_FAILURE             -> failed because of 3
            """);
  }

  @Test
  void whoLeavesAndHasNoReplicaServesNobody() {
    ChangeScript.of(ChangeScript.leaving3())
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, stop 3
            3: NO_SUCH_CHUNK
            1: ok length=100 order=7
            2: ok length=100 order=7  -> install 1, install 2
            """);
  }

  @Test
  void aCopyThatNothingWasWrittenSinceJoinsWithoutReconciliation() {
    ChangeScript script = ChangeScript.of(ChangeScript.joining4());
    script.plays(
        """
        begin                     -> reserve
        reserved                  -> fence 1, fence 2, fence 4
        1: ok length=100 order=7
        2: ok length=100 order=7
        4: ok length=100 order=7  -> install 1, install 2, install 4
        1: ok
        2: ok
        4: ok                     -> commit 9
        committed                 -> completed with length 100
        """);
    assertThat(script.procedure().goal().chain()).containsExactly(1, 2, 4);
  }

  @Test
  void aCopyIsReconciledIfSomethingWasWrittenSinceAndNeverTheSource() {
    ChangeScript.of(ChangeScript.joining4())
        .plays(
            """
            begin                              -> reserve
            reserved                           -> fence 1, fence 2, fence 4
            1: ok length=100 order=7
            2: ok length=100 order=7
            4: ok length=100 order=99          -> reconcile 4 with 1
            4: ok                              -> install 1, install 2, install 4
            """);
    ChangeScript.of(ChangeScript.joining4())
        .plays(
            """
            begin                              -> reserve
            reserved                           -> fence 1, fence 2, fence 4
            1: ok version=3 length=100 order=7
            2: ok version=3 length=100 order=7
            4: ok length=100 order=99          -> failed
            """);
  }

  @Test
  void whoseReplicaIsGoneGetsACopyBehindTheFence() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: NO_SUCH_CHUNK
            3: ok length=100 order=7  -> copy to 2 from 1
            2: ok                     -> fence 2
            2: NO_SUCH_CHUNK          -> failed because of 2
            """);
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: NO_SUCH_CHUNK
            3: ok length=100 order=7  -> copy to 2 from 1
            2: NO_SPACE               -> failed because of 2
            """);
  }

  @Test
  void aDamagedReplicaIsReconciledWithAGoodOneEvenIfItLooksEqual() {
    ChangeScript.of(ChangeScript.doubtful(1))
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7  -> reconcile 1 with 2
            1: ok                     -> install 1, install 2, install 3
            """);
  }

  @Test
  void aDamagedSourceIsMendedFromAnotherAfterTheOthersAreEqual() {
    ChangeScript.of(ChangeScript.doubtful(1, 2, 3))
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7  -> reconcile 2 with 1, reconcile 3 with 1
            2: ok
            3: ok                     -> reconcile 1 with 2
            1: ok                     -> install 1, install 2, install 3
            """);
    ChangeScript.of(ChangeScript.doubtful(1, 2, 3))
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7  -> reconcile 2 with 1, reconcile 3 with 1
            2: ok
            3: ok                     -> reconcile 1 with 2
            1: CORRUPT_REPLICA        -> install 1, install 2, install 3
            """);
  }

  @Test
  void aSourceThatWasStoppedTakesNothingFromCopiesThatServeNobodyYet() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                 -> reserve
            reserved                              -> fence 1, fence 2, fence 3
            1: ok length=100 order=7 suspect sameBoot
            2: ok version=0 length=100
            3: ok version=0 length=100            -> reconcile 2 with 1, reconcile 3 with 1
            2: ok
            3: ok                                 -> install 1, install 2, install 3
            """);
  }

  @Test
  void rebootedSurvivorsWaitForOneThatMayComeBackWithMore() {
    String script =
        """
        begin                            -> reserve
        reserved                         -> fence 1, fence 2
        1: ok length=100 order=7 suspect
        2: ok length=100 order=7 suspect -> %s
        """;
    ChangeScript.of(ChangeScript.lost3(true)).plays(script.formatted("failed"));
    ChangeScript.of(ChangeScript.lost3(false)).plays(script.formatted("reconcile 1 with 2"));
  }

  @Test
  void afterAnAttemptThatEndedHalfWayEqualLooksAreNotTrusted() {
    ChangeScript.reconcileAgain()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7  -> reconcile 2 with 1, reconcile 3 with 1
            """);
  }

  @Test
  void rebootedSurvivorsDoNotDoWithoutOneThatIsThereAndMayHaveMore() {
    ChangeScript.of(ChangeScript.leaving3())
        .plays(
            """
            begin                            -> reserve
            reserved                         -> fence 1, fence 2, stop 3
            1: ok length=100 order=7 suspect
            2: ok length=100 order=7 suspect
            3: ok length=100 order=7         -> failed
            """);
  }

  @Test
  void whoWasLeftOutIsTakenInAgainWhenNobodyElseIsWhole() {
    PendingChange pending = new PendingChange(0);
    pending.failed(new ChangeOutcome.Failed("no answer", 2, false), 0, 0);
    pending.failed(new ChangeOutcome.Failed("no answer", 2, false), 0, 0);
    assertThat(pending.leave()).containsExactly(2);
    pending.failed(new ChangeOutcome.Failed("nobody is whole", 1, true), 0, 0);
    assertThat(pending.leave()).isEmpty();
  }

  @Test
  void whoGoesAwayWhileItIsWaitedForEndsTheAttemptAtOnce() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            2 is away
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            1 is away
            2 is away                 -> failed
            """);
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=90 order=6   -> reconcile 3 with 1
            2 is away
            1 is away                 -> failed
            """);
    ChangeScript.reconcile()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7  -> install 1, install 2, install 3
            1: ok
            2: ok
            3 is away                 -> failed
            """);
  }

  @Test
  void whoKnowsAHigherVersionOrHasNoLeaseIsNotToBlame() {
    for (String refusal : new String[] {"SUPERSEDED", "NO_LEASE", "WRONG_INCARNATION"}) {
      ChangeScript.reconcile()
          .plays(
              """
              begin                     -> reserve
              reserved                  -> fence 1, fence 2, fence 3
              1: %s -> failed
              """
                  .formatted(refusal));
    }
  }

  @Test
  void aMemberBehindTheOneThatRefusesIsNamed() {
    ChangeScript.reconcile()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: DOWNSTREAM_FAILED failed=3        -> failed because of 3
            """);
  }
}
