package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.proto.error.Errno;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How mounts begin and end. */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class MountLifeTest {
  /** Writes a file by a process with the pid {@code $number}, and prints the result. */
  private static final String NEXT_OF_THE_NUMBER =
      """
      ; export number
      until
        # Whoever may mount may do this, too.
        echo $((number - 1)) > /proc/sys/kernel/ns_last_pid || exit
        perl -e 'exit 99 if $$ != $ENV{number};
            open F, ">", "next"; print F "text"; print close F ? "closed\\n" : "$!\\n"' &
        wait $! || status=$?
        [ "${status:-0}" -ne 99 ]
      do
        status=
      done
      """;

  @Parameter DriverChoice driver;

  private static final long BOUND_S = 60;

  private MountedFolder mounted;

  @BeforeEach
  void mount() throws IOException {
    mounted = MountedFolder.mount(driver);
  }

  @AfterEach
  void unmount() throws IOException {
    mounted.close();
  }

  @Test
  void aMountCanBeTakenAwayAndComeBack() throws IOException {
    mounted.shell("echo text > file");
    mounted.fuseMount().close();
    assertThat(mounted.isMounted()).isFalse();

    mounted.remount();
    assertThat(mounted.shell("cat file")).isEqualTo("text\n");
  }

  @Test
  void fusermountEndsIt() throws Exception {
    mounted.shell("echo text > file");
    MountedFolder.run(Path.of("/"), "fusermount", "-u", mounted.folder().toString());

    mounted.fuseMount().awaitEnd();

    assertThat(mounted.isMounted()).isFalse();
    assertThat(mounted.client().openFiles()).isZero();
  }

  @Test
  void aMountPointThatIsInUseIsRefused() {
    assertThatThrownBy(() -> FuseMount.requireMountable(mounted.settings()))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("process " + ProcessHandle.current().pid())
        .hasMessageContaining("distrifs umount " + mounted.folder());
  }

  @Test
  void whoUsesTheMountWhenItEndsIsWaitedForAndThenGetsErrors() throws Exception {
    Process user =
        MountedFolder.start(
            Path.of("/"),
            "sh",
            "-c",
            "exec 3> \"$1/file\"; echo open; read line; echo text >&3",
            "sh",
            mounted.folder().toString());
    try {
      assertThat(user.inputReader().readLine()).isEqualTo("open");

      mounted.fuseMount().close();
      assertThat(mounted.isMounted()).isFalse();
      assertThat(mounted.client().openFiles()).isZero();

      user.outputWriter().write("go\n");
      user.outputWriter().close();
      assertThat(user.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
      assertThat(user.exitValue()).isNotZero();
    } finally {
      user.destroyForcibly();
    }
  }

  @Test
  void theMountOfAKilledProcessIsRecognisedAndReplaced() throws Exception {
    mounted.fuseMount().close();
    Process process = mountInAnotherProcess();
    try {
      await("it is mounted", () -> process.isAlive() && isServed());
    } finally {
      process.destroyForcibly();
      process.waitFor(BOUND_S, TimeUnit.SECONDS);
    }
    assertThat(MountTable.at(mounted.folder()).orElseThrow().isAbandoned()).isTrue();

    mounted.remount();
    assertThat(MountTable.at(mounted.folder()).orElseThrow().isAbandoned()).isFalse();
    assertThat(mounted.shell("echo text > file; cat file")).isEqualTo("text\n");
  }

  private Process mountInAnotherProcess() throws IOException {
    List<String> command = MemoryMountProcess.command(mounted.folder(), driver);
    Process process = MountedFolder.start(Path.of("/"), command.toArray(new String[0]));
    process.getOutputStream().close();
    return process;
  }

  private boolean isServed() {
    try {
      return mounted.isMounted()
          && MountedFolder.run(mounted.folder(), "sh", "-c", "echo text > probe").exitStatus() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCallerThatIsKilledDoesNotWaitForAClusterThatIsAway() throws Exception {
    mounted.client().setFlushesWait(true);
    Process caller = startShell("trap : USR1; echo text > file");
    try {
      await("it waits", () -> mounted.client().waitingFlushes() > 0);
      MountedFolder.run(Path.of("/"), "kill", "-USR1", Long.toString(caller.pid()));
      // A signal that the program handles does not make its call fail.
      assertThat(caller.waitFor(1, TimeUnit.SECONDS)).isFalse();
      assertThat(mounted.client().waitingFlushes()).isPositive();

      caller.destroyForcibly();
      assertThat(caller.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
    } finally {
      mounted.client().setFlushesWait(false);
      caller.destroyForcibly();
    }
  }

  /** Pids are reused, on a busy machine within minutes. */
  @Test
  void aCallerWithTheNumberOfAKilledOneIsNotTakenForIt() throws Exception {
    mounted.client().setFlushesWait(true);
    Process killed = startShell("exec > file; echo text; exec >&-");
    Process next = null;
    try {
      await("it waits", () -> mounted.client().waitingFlushes() > 0);
      killed.destroyForcibly();
      assertThat(killed.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
      await("its wait has ended", () -> mounted.client().waitingFlushes() == 0);
      next = startShell("number=" + killed.pid() + NEXT_OF_THE_NUMBER);
      Process process = next;
      await(
          "the next waits, or has failed",
          () -> mounted.client().waitingFlushes() > 0 || !process.isAlive());
      mounted.client().setFlushesWait(false);
      assertThat(next.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(next.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("closed\n");
    } finally {
      mounted.client().setFlushesWait(false);
      killed.destroyForcibly();
      if (next != null) {
        next.destroyForcibly();
      }
    }
  }

  /** Starts a shell script in the mounted folder. */
  private Process startShell(String script) throws IOException {
    String entering = "cd \"$1\"; " + script;
    return MountedFolder.start(
        Path.of("/"), "sh", "-c", entering, "sh", mounted.folder().toString());
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @Test
  void aWriteThatGotLostFailsTheClose() throws IOException {
    mounted.shell("echo text > file");
    mounted.client().failNextFlush(Errno.ENOSPC);
    MountedFolder.Answer answer =
        MountedFolder.run(
            mounted.folder(),
            "perl",
            "-e",
            "open F, '>', 'file'; print F 'text'; close F or die qq($!)");
    assertThat(answer.exitStatus()).isNotZero();
    assertThat(answer.output()).contains("No space left on device");
  }
}
