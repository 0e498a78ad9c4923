package org.distrifs.systemtests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The model of chaos accepts all possible contents, and no others. */
@Tag("quick")
class ContentsTest {
  private final Contents contents = new Contents();

  @Test
  void whatWasAcknowledgedIsTheOnlyThingThatMayBeSeen() {
    acknowledged(new Change.Write(0, bytes(1, 2, 3)));

    expectAccepted(1, 2, 3);
    expectRefused(1, 9, 3);
    expectRefused(1, 2);
    expectRefused(1, 2, 3, 0);
  }

  @Test
  void aChangeThatFailedMayBeThereWholeInPartOrNotAtAll() {
    acknowledged(new Change.Write(0, bytes(1, 2, 3)));
    contents.trying(new Change.Write(1, bytes(8, 9, 7)));

    expectAccepted(1, 2, 3);
    expectAccepted(1, 8, 9, 7);
    expectAccepted(1, 8, 3, 7);
    expectRefused(1, 8, 9, 6);
    expectRefused(0, 8, 9, 7);
  }

  @Test
  void bytesBeyondACutAreZerosAndNeverTheOldOnes() {
    acknowledged(new Change.Write(0, bytes(1, 2, 3)));
    acknowledged(new Change.Resize(1));
    acknowledged(new Change.Write(3, bytes(4)));

    expectAccepted(1, 0, 0, 4);
    expectRefused(1, 2, 3, 4);
  }

  @Test
  void aFileRenamedOverAnotherIsSeenWholeOrNotAtAll() {
    acknowledged(new Change.Write(0, bytes(1, 2)));
    contents.trying(new Change.Replace(bytes(5, 6)));

    expectAccepted(1, 2);
    expectAccepted(5, 6);
    expectRefused(1, 6);
  }

  @Test
  void aReaderThatBeganBeforeAnAcknowledgementMaySeeWhatWasThen() {
    acknowledged(new Change.Write(0, bytes(1)));
    final Contents.AcknowledgedState early = contents.glimpse();
    acknowledged(new Change.Write(0, bytes(2)));

    assertThat(contents.contradiction(early, bytes(1))).isEmpty();
    assertThat(contents.contradiction(early, bytes(2))).isEmpty();
    expectRefused(1);
  }

  @Test
  void onceResolvedNothingElseMayAppear() {
    contents.trying(new Change.Write(0, bytes(1)));
    contents.resolve(bytes());

    expectAccepted();
    expectRefused(1);
  }

  private void acknowledged(Change change) {
    contents.trying(change);
    contents.acknowledge();
  }

  private void expectAccepted(int... seen) {
    assertThat(contents.contradiction(contents.glimpse(), bytes(seen))).isEmpty();
  }

  private void expectRefused(int... seen) {
    assertThat(contents.contradiction(contents.glimpse(), bytes(seen))).isPresent();
  }

  private static byte[] bytes(int... values) {
    final byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
