package org.distrifs.fuse.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which callers count as killed. */
class KilledCallersTest {
  @Test
  void theProcessAndThePendingSignalsOfAThreadAreRead() {
    KilledCallers.Status status =
        KilledCallers.Status.parse(
            "Name:\tcp: x\nTgid:\t17\nPid:\t18\nSigPnd:\t0000000000000100\n"
                + "ShdPnd:\t0000000000004000\nSigBlk:\tffffffffffffffff\n");
    assertThat(status.process()).isEqualTo(17);
    assertThat(status.pending()).isEqualTo(0x4100);
  }

  @Test
  void aThreadThatIsThereBelongsToItsProcess() {
    int self = (int) ProcessHandle.current().pid();
    assertThat(KilledCallers.Status.of(self).process()).isEqualTo(self);
    assertThat(KilledCallers.Status.of(self).pending()).isZero();
  }

  @Test
  void aThreadThatIsGoneIsNotPending() {
    assertThat(KilledCallers.Status.of(Integer.MAX_VALUE)).isEqualTo(KilledCallers.Status.GONE);
  }
}
