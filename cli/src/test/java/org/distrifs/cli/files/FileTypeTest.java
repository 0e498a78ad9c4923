package org.distrifs.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.proto.control.Attributes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTypeTest {

  @ParameterizedTest
  @CsvSource({
    "0100644, -rw-r--r--",
    "0040755, drwxr-xr-x",
    "0120777, lrwxrwxrwx",
    "0104755, -rwsr-xr-x",
    "0106655, -rwSr-sr-x",
    "0041777, drwxrwxrwt",
    "0041776, drwxrwxrwT",
    "0010600, prw-------",
    "0020660, crw-rw----"
  })
  void aModeIsWrittenAsLsWritesIt(String mode, String letters) {
    Attributes attributes = Attributes.newBuilder().setMode(Integer.parseInt(mode, 8)).build();

    assertThat(FileType.letters(attributes)).isEqualTo(letters);
  }
}
