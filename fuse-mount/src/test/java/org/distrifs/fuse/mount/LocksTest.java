package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks as programs see them. The kernel driver alone passes them on. */
@Tag("mount")
class LocksTest {
  /** Adds one to a number in a file many times, each time under a lock on its bytes. */
  private static final String COUNT =
      """
      use strict; use Fcntl;
      my ($name, $times, $at) = @ARGV;
      sysopen my $file, $name, O_RDWR or die "open: $!";
      sub set { fcntl $file, F_SETLKW, pack('s s x4 q q i x4', $_[0], 0, $at, 8, 0) or die "lock: $!" }
      for (1 .. $times) {
        set(F_WRLCK);
        sysseek $file, $at, 0; sysread($file, my $bytes, 8) == 8 or die "short";
        sysseek $file, $at, 0; syswrite($file, pack('q', 1 + unpack('q', $bytes))) == 8 or die;
        set(F_UNLCK);
      }
      """;

  @TempDir private Path scripts;
  private MountedFolder mounted;

  @BeforeEach
  void mount() throws IOException {
    mounted = MountedFolder.mount(DriverChoice.KERNEL);
  }

  @AfterEach
  void unmount() throws IOException {
    mounted.close();
  }

  @Test
  void callsAnswerAsOnAnOrdinaryFolder() throws IOException {
    Path script = scripts.resolve("locks.pl");
    try (InputStream text = getClass().getResourceAsStream("locks.pl")) {
      Files.copy(text, script);
    }
    mounted.shellInBoth("perl " + script);
  }

  @Test
  void noUpdateIsLostBetweenMountsThoughPagesAreShared() throws Exception {
    Path script = Files.writeString(scripts.resolve("count.pl"), COUNT);
    mounted.shell("head -c 16 /dev/zero > counters");
    String count = "perl " + script + " counters 200 ";
    try (MountedFolder other = MountedFolder.mount(DriverChoice.KERNEL, mounted.client())) {
      Process elsewhere =
          MountedFolder.start(
              Path.of("/"),
              "sh",
              "-c",
              "cd " + other.folder() + " && " + count + "0 && " + count + 8);
      mounted.shell(count + "0 & " + count + "8 & wait");
      assertThat(elsewhere.waitFor()).isZero();
      String read = "od -An -t d8 counters | tr -s ' '";
      assertThat(mounted.shell(read)).isEqualTo(" 400 400\n");
      assertThat(other.shell(read)).isEqualTo(" 400 400\n");
    }
  }

  /** More callers wait than there are serving threads. */
  @Test
  void whoWaitsKeepsNobodyFromBeingServed() throws IOException {
    mounted.shell(
        """
        exec 9> lock; flock 9
        for i in $(seq 40); do flock lock echo granted >> done 9>&- & done
        for i in $(seq 100); do test -e lock; echo "$i" > other; done
        test ! -s done
        flock -u 9; wait
        test "$(wc -l < done)" = 40
        """);
  }
}
