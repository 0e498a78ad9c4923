package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.error.Errno;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How mounts begin and end. */
@Tag("mount")
class MountLifeTest {
  private static final long BOUND_S = 60;

  private MountedFolder mounted;

  @BeforeEach
  void mount() throws IOException {
    mounted = MountedFolder.mount();
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
        .hasMessageContaining("fusermount -u " + mounted.folder());
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
