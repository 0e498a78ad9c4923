package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatanodeSettingsTest {

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "0, 2, 1", "0, 7, 1", "0, 8, 2", "0, 1024, 64", "3, 1, 3", "3, 64, 3"})
  void ioThreadsFollowTheProcessorsUnlessTheyAreSet(int wanted, int processors, int expected) {
    assertThat(DatanodeSettings.ioThreads(wanted, processors)).isEqualTo(expected);
  }
}
