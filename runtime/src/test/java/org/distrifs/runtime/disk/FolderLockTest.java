package org.distrifs.runtime.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.ChildProcess;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {

  @TempDir Path folder;

  /**
   * A process that locks the folder that it is given, prints that, and holds the lock until it is
   * killed.
   */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (FolderLock lock = FolderLock.acquire(Path.of(arguments[0]))) {
        System.out.println("holds " + lock);
        while (System.in.read() >= 0) {
          // Standard input ends when the test does.
          continue;
        }
      } catch (OperatorException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aSecondOwnerInTheSameProcessIsRefusedAndTakesNothingFromTheFirst() throws Exception {
    try (FolderLock first = FolderLock.acquire(folder)) {
      assertThatThrownBy(() -> FolderLock.acquire(folder.resolve("../" + folder.getFileName())))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("this very process");
      try (ChildProcess other = ChildProcess.start(Holder.class, folder.toString())) {
        assertThat(other.readLine())
            .contains("process " + ProcessHandle.current().pid() + " holds it")
            .contains(folder.toString());
      }
      first.close();
    }
    FolderLock.acquire(folder).close();
  }

  @Test
  void namesTheProcessThatHoldsTheFolderAndIsFreeWhenThatOneIsKilled() throws Exception {
    try (ChildProcess holder = ChildProcess.start(Holder.class, folder.toString())) {
      assertThat(holder.readLine()).startsWith("holds");
      assertThatThrownBy(() -> FolderLock.acquire(folder))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("process " + holder.pid() + " holds it");
      holder.kill();
      FolderLock.acquire(folder).close();
    }
  }

  @Test
  void refusesWhatIsNoFolderWithASentence() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> FolderLock.acquire(folder.resolve("absent")))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("must be an existing folder");
    assertThatThrownBy(() -> FolderLock.acquire(file)).isInstanceOf(OperatorException.class);
  }
}
