package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.fuse.driver.kernel.CallingSystemCall.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallingSystemCallTest {
  private static final String REST = " 0x180 0x0 0x0 0x0 0x7ffc0 0x7f12";

  @ParameterizedTest
  @CsvSource({
    "amd64, 90 0x55, BY_PATH", // chmod
    "amd64, 91 0x3, BY_DESCRIPTOR", // fchmod
    "amd64, 268 0xffffff9c, BY_PATH", // fchmodat
    "amd64, 76 0x55, BY_PATH", // truncate
    "amd64, 190 0x3, BY_DESCRIPTOR", // fsetxattr
    "amd64, 1 0x3, BY_DESCRIPTOR", // write
    "amd64, 426 0x3, UNKNOWN", // io_uring_enter
    "amd64, -1 0x3, UNKNOWN", // in no system call
    "aarch64, 53 0xffffff9c, BY_PATH", // fchmodat
    "aarch64, 52 0x3, BY_DESCRIPTOR", // fchmod
    "riscv64, 53 0xffffff9c, UNKNOWN",
  })
  void theNumberTellsWhetherThereIsAPath(String architecture, String call, Way expected) {
    assertThat(CallingSystemCall.parse(call + REST, architecture)).isEqualTo(expected);
  }

  @Test
  void timesAreSetByADescriptorIfThePathIsNull() {
    assertThat(CallingSystemCall.parse("280 0x3 0x0 0x7ff0 0x0 0x0 0x0 0x7ffc0 0x7f12", "amd64"))
        .isEqualTo(Way.BY_DESCRIPTOR);
    assertThat(CallingSystemCall.parse("280 0x3 0x55 0x7ff0 0x0 0x0 0x0 0x7ffc0 0x7f12", "amd64"))
        .isEqualTo(Way.BY_PATH);
  }

  @Test
  void aThreadThatRunsTellsNothingYet() {
    assertThat(CallingSystemCall.parse("running", "amd64")).isNull();
  }

  @Test
  void aThreadThatIsGoneTellsNothing() {
    assertThat(CallingSystemCall.of(0)).isEqualTo(Way.UNKNOWN);
  }
}
