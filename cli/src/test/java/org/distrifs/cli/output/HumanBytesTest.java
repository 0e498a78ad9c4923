package org.distrifs.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanBytesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1023, 1023",
    "1024, 1.0K",
    "1536, 1.5K",
    "67108864, 64M",
    "9223372036854775807, 8.0E"
  })
  void bytesAreWrittenAsDfWritesThem(long bytes, String text) {
    assertThat(HumanBytes.of(bytes)).isEqualTo(text);
  }
}
