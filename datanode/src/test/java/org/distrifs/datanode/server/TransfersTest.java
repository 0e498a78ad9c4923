package org.distrifs.datanode.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.Test;

class TransfersTest {
  private static final long CHUNK = 7;
  private static final ReplicaState JOINING = state(0, 0);
  private static final DataReply SOURCE = Exchange.okWith(state(4, 12));

  private final Transfers transfers = new Transfers();

  private static ReplicaState state(int version, long lastOrder) {
    return new ReplicaState(
        CHUNK, version, List.of(), 4096, lastOrder, true, false, true, List.of());
  }

  private static boolean isStopped(Transfer transfer) {
    CompletableFuture<String> step = transfer.step(() -> CompletableFuture.completedFuture("done"));
    return step.isCompletedExceptionally()
        && step.handle((value, failure) -> Failures.replyTo(failure).status()).join()
            == Status.SUPERSEDED;
  }

  @Test
  void aSecondTransferOfAChunkStopsTheFirst() {
    Transfer first = transfers.beginCopy(CHUNK);
    Transfer other = transfers.beginCopy(CHUNK + 1);
    Transfer second = transfers.beginReconciliation(CHUNK);
    assertThat(isStopped(first)).isTrue();
    assertThat(isStopped(second)).isFalse();
    assertThat(isStopped(other)).isFalse();
    transfers.copyEnded(CHUNK, first);
    assertThat(transfers.isUnderWay(CHUNK)).as("the second goes on").isTrue();
  }

  @Test
  void aCopyTellsWhatItIsACopyOfUntilItIsComparedOrInstalled() {
    Transfer copy = transfers.beginCopy(CHUNK);
    transfers.copied(CHUNK, copy, SOURCE);
    transfers.copyEnded(CHUNK, copy);
    transfers.stop(CHUNK);
    assertThat(transfers.describe(JOINING).version()).isEqualTo(4);
    assertThat(transfers.describe(JOINING).lastOrder()).isEqualTo(12);
    assertThat(transfers.describe(state(5, 1)).lastOrder()).as("a member").isEqualTo(1);
    transfers.beginReconciliation(CHUNK);
    assertThat(transfers.describe(JOINING).version()).isZero();
  }

  @Test
  void aCopyThatWasStoppedAtItsLastStepIsNoCopyOfAnything() {
    Transfer copy = transfers.beginCopy(CHUNK);
    transfers.stop(CHUNK);
    transfers.copied(CHUNK, copy, SOURCE);
    assertThat(transfers.describe(JOINING).version()).isZero();
  }

  @Test
  void onlySoManyCopiesAreMadeAtOnce() {
    Transfer first = transfers.beginCopy(0);
    for (long chunk = 1; chunk < Transfers.MAX_COPIES; chunk++) {
      assertThat(transfers.beginCopy(chunk)).isNotNull();
    }
    assertThat(transfers.beginCopy(99)).isNull();
    transfers.copyEnded(0, first);
    assertThat(transfers.beginCopy(99)).isNotNull();
  }
}
