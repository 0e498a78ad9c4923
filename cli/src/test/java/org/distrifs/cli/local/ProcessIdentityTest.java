package org.distrifs.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {

  @Test
  void aRunningProcessIsRecognizedFromItsRecord() throws IOException {
    ProcessIdentity mine = ProcessIdentity.ofRunning(ProcessHandle.current().pid()).orElseThrow();

    assertThat(ProcessIdentity.ofText(mine.toText())).contains(mine);
    assertThat(mine.isRunning()).isTrue();
  }

  @Test
  void anotherStartOrAnotherBootIsAnotherProcess() throws IOException {
    ProcessIdentity mine = ProcessIdentity.ofRunning(ProcessHandle.current().pid()).orElseThrow();

    assertThat(new ProcessIdentity(mine.pid(), mine.startTicks() + 1, mine.bootId()).isRunning())
        .isFalse();
    assertThat(new ProcessIdentity(mine.pid(), mine.startTicks(), "another-boot").isRunning())
        .isFalse();
  }

  @Test
  void aProcessThatHasEndedDoesNotRun() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    assertThat(ProcessIdentity.ofRunning(process.pid())).isEmpty();
  }

  @Test
  void aDamagedRecordNamesNobody() {
    assertThat(ProcessIdentity.ofText("")).isEmpty();
    assertThat(ProcessIdentity.ofText("12")).isEmpty();
    assertThat(ProcessIdentity.ofText("x 1 boot")).isEmpty();
  }
}
