package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Unmounting mounts of another process. */
@Tag("mount")
class ExistingMountTest {
  private static final long BOUND_S = 60;

  private Path base;
  private Path folder;
  private Process server;

  @BeforeEach
  void mount() throws Exception {
    base = Files.createTempDirectory("distrifs-mount-test-").toRealPath();
    folder = Files.createDirectory(base.resolve("mounted"));
    server =
        MountedFolder.start(
            Path.of("/"),
            MemoryMountProcess.command(folder, DriverChoice.KERNEL).toArray(new String[0]));
    server.getOutputStream().close();
    await("it is mounted", () -> MountTable.servedBy(server.pid()).isPresent());
    assertThat(MountedFolder.run(folder, "sh", "-c", "echo text > file").exitStatus()).isZero();
  }

  @AfterEach
  void end() throws Exception {
    server.destroyForcibly().waitFor(BOUND_S, TimeUnit.SECONDS);
    if (MountTable.at(folder).isPresent()) {
      Unmount.detach(folder);
    }
    MountedFolder.run(Path.of("/"), "rm", "-rf", "--one-file-system", base.toString());
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private Process userOfTheMount() throws IOException {
    Process user =
        MountedFolder.start(
            Path.of("/"),
            "sh",
            "-c",
            "exec 3< \"$1/file\"; echo open; read x; cat <&3",
            "sh",
            folder.toString());
    assertThat(user.inputReader().readLine()).isEqualTo("open");
    return user;
  }

  @Test
  void anUnmountReturnsWhenTheProcessHasEnded() throws Exception {
    Path link = Files.createSymbolicLink(base.resolve("link"), folder);

    ExistingMount.at(link).unmount();

    assertThat(MountTable.at(folder)).isEmpty();
    assertThat(server.isAlive()).isFalse();
    assertThat(server.exitValue()).isZero();
  }

  @Test
  void whoUsesTheMountIsNamedAndKeepsIt() throws Exception {
    Process user = userOfTheMount();
    try {
      assertThatThrownBy(() -> ExistingMount.at(folder).unmount())
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("in use by sh (" + user.pid() + ")")
          .hasMessageContaining("distrifs umount --lazy " + folder);
      assertThat(MountTable.at(folder)).isPresent();

      ExistingMount.at(folder).detach();
      assertThat(MountTable.at(folder)).isEmpty();
      user.outputWriter().write("go\n");
      user.outputWriter().close();
      assertThat(user.inputReader().readLine()).isEqualTo("text");
      assertThat(server.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
    } finally {
      user.destroyForcibly();
    }
  }

  @Test
  void whoHoldsACopyOfTheMountIsNamedWithoutAWait() throws Exception {
    Process holder =
        MountedFolder.start(
            Path.of("/"),
            "unshare",
            "--mount",
            "sh",
            "-c",
            "echo copied; read x; umount \"$1\"",
            "sh",
            folder.toString());
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("copied");

      assertThatThrownBy(() -> ExistingMount.at(folder).unmount())
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining(
              "its process " + server.pid() + " goes on serving it in the mount namespace of sh")
          .hasMessageContaining("nsenter --mount --target " + holder.pid() + " umount " + folder);
      assertThat(MountTable.at(folder)).isEmpty();
      assertThat(server.isAlive()).isTrue();

      holder.outputWriter().write("go\n");
      holder.outputWriter().close();
      assertThat(server.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
    } finally {
      holder.destroyForcibly();
    }
  }

  @Test
  void aMountThatIsToBeSeenElsewhereGoesOn() throws Exception {
    Path second = Files.createDirectory(base.resolve("second"));
    MountedFolder.run(Path.of("/"), "mount", "--bind", folder.toString(), second.toString());
    try {
      assertThatThrownBy(() -> ExistingMount.at(folder).unmount())
          .hasMessageContaining("goes on serving it on " + second);
    } finally {
      ExistingMount.at(second).unmount();
    }
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void aMountThatHangsIsTakenAwayByForce() throws Exception {
    MountedFolder.run(Path.of("/"), "kill", "-STOP", Long.toString(server.pid()));
    Process hangs =
        MountedFolder.start(Path.of("/"), "sh", "-c", "cat \"$1/other\"", "sh", folder.toString());
    try {
      assertThat(hangs.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

      ExistingMount.at(folder).abort();

      assertThat(MountTable.at(folder)).isEmpty();
      MountedFolder.run(Path.of("/"), "kill", "-CONT", Long.toString(server.pid()));
      assertThat(server.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
      assertThat(hangs.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
      assertThat(hangs.exitValue()).isNotZero();
    } finally {
      hangs.destroyForcibly();
    }
  }

  @Test
  void theMountOfADeadProcessIsTakenAway() throws Exception {
    server.destroyForcibly().waitFor(BOUND_S, TimeUnit.SECONDS);

    ExistingMount.at(folder).detach();

    assertThat(MountTable.at(folder)).isEmpty();
    assertThatThrownBy(() -> ExistingMount.at(folder))
        .isInstanceOf(OperatorException.class)
        .hasMessage("Cannot unmount " + folder + ": nothing is mounted there.");
  }

  @Test
  void anotherFileSystemIsRefused() {
    assertThatThrownBy(() -> ExistingMount.at(Path.of("/proc")))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("of type proc");
  }
}
