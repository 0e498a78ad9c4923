package org.distrifs.master.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTimeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0, 999999999",
    "-1, 1",
    "-2147483648, 0",
    "15032385535, 999999999",
    "1700000000, 123456789"
  })
  void whatExt4CanKeepComesBack(long seconds, int ns) {
    long packed = FileTime.pack(seconds, ns);
    assertThat(FileTime.seconds(packed)).isEqualTo(seconds);
    assertThat(FileTime.nanoseconds(packed)).isEqualTo(ns);
  }

  @ParameterizedTest
  @CsvSource({
    "-2147483649, -2147483648",
    "-9223372036854775808, -2147483648",
    "15032385536, 15032385535",
    "9223372036854775807, 15032385535"
  })
  void beyondThatTheNearestIsTaken(long seconds, long kept) {
    assertThat(FileTime.seconds(FileTime.pack(seconds, 5))).isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 3, -5, 4",
    "-1, 999999999, 0, 0",
    "0, 999999999, 1, 0",
    "8589934592, 0, 8589934593, 0"
  })
  void packedTimesCompareLikeTimes(long seconds, int ns, long laterSeconds, int laterNs) {
    assertThat(FileTime.pack(seconds, ns)).isLessThan(FileTime.pack(laterSeconds, laterNs));
  }
}
