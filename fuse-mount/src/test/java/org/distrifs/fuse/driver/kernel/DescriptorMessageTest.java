package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.junit.jupiter.api.Test;

/** Pins the message to the offsets that the C compiler gives (see native-notes). */
class DescriptorMessageTest {

  @Test
  void theMessageHasRoomForOneByteAndOneDescriptor() {
    try (DescriptorMessage message = new DescriptorMessage()) {
      long at = message.address();
      assertThat(IO.getAddress(at)).isZero();
      assertThat(IO.getInt(at + 8)).isZero();
      assertThat(IO.getAddress(at + 16)).isEqualTo(at + 56);
      assertThat(IO.getLong(at + 24)).isEqualTo(1);
      assertThat(IO.getAddress(at + 32)).isEqualTo(at + 72);
      assertThat(IO.getLong(at + 40)).isEqualTo(24);
      assertThat(IO.getInt(at + 48)).isZero();
      assertThat(IO.getAddress(at + 56)).isEqualTo(at + 96);
      assertThat(IO.getLong(at + 64)).isEqualTo(1);
    }
  }

  @Test
  void aDescriptorIsBehindTheControlHeader() {
    try (DescriptorMessage message = new DescriptorMessage()) {
      assertThat(message.descriptor()).isEqualTo(DescriptorMessage.NONE);
      arrive(message, 1, 1);
      assertThat(message.descriptor()).isEqualTo(17);
    }
  }

  @Test
  void otherControlMessagesBringNone() {
    try (DescriptorMessage message = new DescriptorMessage()) {
      arrive(message, 1, 2); // SCM_CREDENTIALS
      assertThat(message.descriptor()).isEqualTo(DescriptorMessage.NONE);
      arrive(message, 1, 1);
      IO.putLong(message.address() + 40, 0);
      assertThat(message.descriptor()).isEqualTo(DescriptorMessage.NONE);
    }
  }

  private static void arrive(DescriptorMessage message, int level, int type) {
    long control = message.address() + 72;
    IO.putLong(control, 20);
    IO.putInt(control + 8, level);
    IO.putInt(control + 12, type);
    IO.putInt(control + 16, 17);
  }
}
