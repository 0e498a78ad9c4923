package org.distrifs.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.ChildProcess;
import org.junit.jupiter.api.Test;

class ProcessHaltTest {

  /** A process with a thread that dies, and with a shutdown hook that prints when it runs. */
  static final class Dying {
    public static void main(String[] arguments) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook ran")));
      NamedThreads.user("test", "essential")
          .newThread(
              () -> {
                throw new IllegalStateException("its journal is gone");
              })
          .start();
    }
  }

  @Test
  void aProcessWhoseThreadDiesHaltsWithAReasonAndWithoutItsHooks() throws Exception {
    try (ChildProcess dying = ChildProcess.start(Dying.class)) {
      StringBuilder said = new StringBuilder();
      for (String line = dying.readLine(); line != null; line = dying.readLine()) {
        said.append(line).append('\n');
      }
      assertThat(dying.awaitExit()).isEqualTo(ProcessHalt.EXIT_CODE);
      assertThat(said.toString())
          .contains("This process halts: thread test-essential-1 died of")
          .contains("its journal is gone")
          .doesNotContain("hook ran");
    }
  }

  @Test
  void aTestMayWatchInsteadOfHalting() throws Exception {
    CompletableFuture<String> halted = new CompletableFuture<>();
    try (ProcessHalt.Replacement ignored =
        ProcessHalt.replaceForTest(
            (exitCode, reason) -> halted.complete(exitCode + ": " + reason))) {
      ProcessHalt.now("the listener is gone");
      assertThat(halted.get(1, TimeUnit.SECONDS)).isEqualTo("3: the listener is gone");
    }
  }

  @Test
  void threadsAreNamedForRoleAndPurposeAndNumbered() {
    NamedThreads threads = NamedThreads.daemon("datanode", "scrub");
    assertThat(threads.newThread(() -> {}).getName()).isEqualTo("datanode-scrub-1");
    Thread second = threads.newThread(() -> {});
    assertThat(second.getName()).isEqualTo("datanode-scrub-2");
    assertThat(second.isDaemon()).isTrue();
    assertThat(NamedThreads.user("master", "state").newThread(() -> {}).isDaemon()).isFalse();
  }

  @Test
  void anOperatorExceptionCarriesItsExitCode() {
    assertThat(new OperatorException("No such folder.").exitCode()).isEqualTo(1);
    assertThat(new OperatorException("No such flag.", 2).exitCode()).isEqualTo(2);
    assertThatThrownBy(() -> new OperatorException("Fine.", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
