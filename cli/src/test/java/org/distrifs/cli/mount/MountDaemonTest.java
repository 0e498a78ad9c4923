package org.distrifs.cli.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.distrifs.cli.background.Await;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that fail, with shell scripts in place of mounts. System tests start real mounts. */
class MountDaemonTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  @TempDir Path folder;

  private MountDaemon daemon(String script) {
    return new MountDaemon(List.of("/bin/sh", "-c", script), folder.resolve("logs/mount.log"));
  }

  @Test
  void theReasonOfADaemonThatGivesUpIsTold() throws Exception {
    Files.createDirectory(folder.resolve("logs"));
    Files.writeString(folder.resolve("logs/mount.out"), "distrifs: An older reason.\n");

    assertThatThrownBy(
            () ->
                daemon("echo starting; echo 'distrifs: No such subdir.' >&2; exit 1").start(BOUND))
        .isInstanceOf(OperatorException.class)
        .hasMessage("No such subdir.");

    assertThat(Files.readString(folder.resolve("logs/mount.out")))
        .isEqualTo("distrifs: An older reason.\nstarting\ndistrifs: No such subdir.\n");
  }

  @Test
  void oneThatIsNotThereInTimeIsEnded() throws Exception {
    Path pid = folder.resolve("pid");

    assertThatThrownBy(
            () ->
                daemon("echo $$ > " + pid + "; echo waiting; exec sleep 60")
                    .start(Duration.ofSeconds(1)))
        .isInstanceOf(OperatorException.class)
        .hasMessageStartingWith("The mount was not there after 1 s, and was given up: waiting");

    long started = Long.parseLong(Files.readString(pid).strip());
    assertThat(Await.until(BOUND, () -> ProcessHandle.of(started).isEmpty())).isTrue();
  }

  @Test
  void whoGivesUpWithoutASentenceIsQuotedFromItsLogAndFromWhatItPrinted() {
    assertThatThrownBy(
            () ->
                daemon(
                        "echo 'This process halts: rot' >> \"$DISTRIFS_LOG_FILE\";"
                            + " echo 'java.lang.OutOfMemoryError'; exit 3")
                    .start(BOUND))
        .isInstanceOf(OperatorException.class)
        .hasMessage(
            "This process halts: rot (log: %s); java.lang.OutOfMemoryError (log: %s)",
            folder.resolve("logs/mount.log"), folder.resolve("logs/mount.out"));
  }

  @Test
  void theLogIsNamedForTheFolder() {
    assertThat(MountDaemon.defaultLog(Path.of("/mnt/my/files")).getFileName())
        .hasToString("mount-mnt-my-files.log");
  }
}
