package org.distrifs.runtime.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class FailureReasonTest {

  @Test
  void saysWhyInWordsAndNamesTheFile() {
    assertThat(FailureReason.of(new NoSuchFileException("/a"))).isEqualTo("there is no /a");
    assertThat(FailureReason.of(new AccessDeniedException("/a")))
        .isEqualTo("this user has no permission for /a");
    assertThat(FailureReason.of(new FileAlreadyExistsException("/a")))
        .isEqualTo("/a exists already");
    assertThat(FailureReason.of(new NotDirectoryException("/a"))).isEqualTo("/a is no folder");
    assertThat(FailureReason.of(new FileSystemException("/a", null, "Read-only file system")))
        .isEqualTo("/a: Read-only file system");
    assertThat(FailureReason.of(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
    assertThat(FailureReason.of(new IOException())).isEqualTo("java.io.IOException");
  }
}
