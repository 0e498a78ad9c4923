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
    ChangeScript.compare()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=90 order=6   -> equalise 3 with 1
            3: ok                     -> install 1, install 2, install 3
            1: ok
            2: ok
            3: ok                     -> commit 9
            committed                 -> completed with length 100
            """);
  }

  @Test
  void aSuspectReplicaIsComparedEvenIfItLooksEqual() {
    ChangeScript.compare()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok length=100 order=7 suspect sameBoot
            2: ok length=100 order=7
            3: ok length=100 order=7                   -> equalise 1 with 2
            1: ok                                      -> install 1, install 2, install 3
            """);
  }

  @Test
  void aReplicaThatNeverStoppedIsTheSourceHoweverMuchASuspectOneHas() {
    ChangeScript.compare()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok length=900 order=99 suspect sameBoot
            2: ok length=900 order=99 suspect sameBoot
            3: ok length=100 order=7                   -> equalise 1 with 3, equalise 2 with 3
            """);
  }

  @Test
  void ifAllAreSuspectOneWhoseMachineStayedUpIsTheSource() {
    ChangeScript script = ChangeScript.compare();
    script.plays(
        """
        begin                                      -> reserve
        reserved                                   -> fence 1, fence 2, fence 3
        1: ok length=900 order=99 suspect
        2: ok length=100 order=7 suspect sameBoot
        3: ok length=900 order=99 suspect          -> equalise 1 with 2, equalise 3 with 2
        """);
    assertThat(script.procedure().sourceRebooted()).isFalse();
  }

  @Test
  void ifAllMachinesRebootedTheChangeSaysSo() {
    ChangeScript script = ChangeScript.compare();
    script.plays(
        """
        begin                                      -> reserve
        reserved                                   -> fence 1, fence 2, fence 3
        1: ok length=100 order=7 suspect
        2: ok length=100 order=7 suspect
        3: ok length=100 order=7 suspect           -> equalise 2 with 1, equalise 3 with 1
        """);
    assertThat(script.procedure().sourceRebooted()).isTrue();
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
            3: ok length=100 order=5            -> equalise 1 with 2, equalise 3 with 2
            1: ok
            3: ok                               -> install 1, install 2, install 3
            """);
  }

  @Test
  void aReplicaBelowTheCommittedVersionIsNeverTheSource() {
    ChangeScript.compare()
        .plays(
            """
            begin                                      -> reserve
            reserved                                   -> fence 1, fence 2, fence 3
            1: ok version=3 length=900 order=99
            2: ok version=3 length=900 order=99
            3: ok length=100 order=7 suspect sameBoot  -> equalise 1 with 3, equalise 2 with 3
            """);
    ChangeScript.compare()
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
    ChangeScript.compare()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok length=100 order=7 suspect     -> equalise 3 with 1
            3: DOWNSTREAM_FAILED failed=1        -> equalise 1 with 2, equalise 3 with 2
            1: ok
            3: ok                                -> install 1, install 2, install 3
            """);
  }

  @Test
  void whenEverySourceHasABadBlockTheChangeFails() {
    ChangeScript.compare()
        .plays(
            """
            begin                                -> reserve
            reserved                             -> fence 1, fence 2, fence 3
            1: ok length=100 order=7
            2: ok length=100 order=7
            3: ok version=3                      -> equalise 3 with 1
            3: CORRUPT_REPLICA                   -> equalise 1 with 2, equalise 3 with 2
            1: CORRUPT_REPLICA                   -> failed
            """);
  }

  @Test
  void aMemberThatCannotBeReachedFailsTheChangeAtAnyStep() {
    ChangeScript.compare()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            2: no answer              -> failed
            1: ok length=100 order=5
            """);
    ChangeScript.compare()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=5
            2: ok length=100 order=5
            3: ok length=100 order=5  -> install 1, install 2, install 3
            1: ok
            2: NO_LEASE               -> failed
            3: ok
            """);
  }

  @Test
  void aHigherVersionElsewhereEndsIt() {
    ChangeScript.compare().plays("begin -> reserve\nrefused -> failed");
    ChangeScript.compare()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: SUPERSEDED             -> failed
            """);
  }

  @Test
  void itsBoundEndsItWhateverItWaitsFor() {
    ChangeScript.compare().plays("begin -> reserve\ntime is up -> failed");
    ChangeScript.compare()
        .plays(
            """
            begin                     -> reserve
            reserved                  -> fence 1, fence 2, fence 3
            1: ok length=100 order=5
            time is up                -> failed
            2: ok length=100 order=5
            """);
  }

  @Test
  void anAnswerThatComesTwiceCountsOnce() {
    ChangeScript.compare()
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
  void theCutOfAFreshChunkWaitsForAFirstWriteOnItsWay() {
    ChangeScript.cutOfFreshChunkTo(60)
        .plays(
            """
            begin                     -> look 1, look 2, look 3
            1: ok
            2: NO_SUCH_CHUNK
            3: NO_SUCH_CHUNK          -> failed
            """);
  }
}
