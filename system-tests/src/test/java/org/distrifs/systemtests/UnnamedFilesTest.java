package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files that were opened with O_TMPFILE, when the master restarts and when their mount dies. */
class UnnamedFilesTest {
  private static final Duration PURGED_WITHIN = Duration.ofSeconds(90);

  /** Opens a file without a name and writes to it; after a line of input reads it and names it. */
  private static final String HOLDER =
      """
      use Fcntl qw(:DEFAULT :seek);
      use POSIX ();
      my $arm = (POSIX::uname())[4] eq "aarch64";
      $| = 1;
      sysopen(my $file, ".", ($arm ? 020040000 : 020200000) | O_RDWR, 0640) or die "open: $!";
      syswrite($file, "written before") == 14 or die "write: $!";
      my $synced = $file->sync or die "sync: $!";
      print "open\n";
      <STDIN>;
      sysseek($file, 0, SEEK_SET);
      sysread($file, my $text, 100) // die "read: $!";
      syswrite($file, " and after") == 10 or die "write: $!";
      my $path = "/proc/self/fd/" . fileno $file;
      my $name = "named";
      syscall($arm ? 37 : 265, -100, $path, -100, $name, 0x400) == 0 or die "linkat: $!";
      close $file or die "close: $!";
      print "$text\n";
      """;

  @RunningCluster(masterSettings = "session.expiryMs = 3000")
  private Cluster cluster;

  @RunningMount({"--driver", "kernel"})
  private ExtraMount mount;

  @Test
  void oneThatIsOpenOutlivesTheMasterAndGetsItsName() throws Exception {
    Process holder = hold();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("open");
      assertThat(orphans()).isOne();
      cluster.local("stop", "master").expectSuccess();
      cluster.local("start", "master").expectSuccess();
      // Wait until the new master has asked for the file, and has been told that it is open.
      final long before = cluster.status().getUptimeMs();
      Await.until(
          "the master was up for a while",
          PURGED_WITHIN,
          () -> cluster.status().getUptimeMs() > before + 8_000);
      assertThat(orphans()).isOne();
      goOn(holder);
      assertThat(output.readLine()).isEqualTo("written before");
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(holder.exitValue()).isZero();
    } finally {
      holder.destroyForcibly();
    }
    assertThat(cluster.mount().resolve("named")).hasContent("written before and after");
    assertThat(orphans()).isZero();
  }

  @Tag("full") // It waits for the end of a session, and for the master to ask everybody else.
  @Test
  void thoseOfAKilledMountArePurged() throws Exception {
    Process holder = hold();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("open");
      assertThat(orphans()).isOne();
      mount.kill();
    } finally {
      holder.destroyForcibly();
    }
    Await.until("it is purged", PURGED_WITHIN, () -> orphans() == 0);
  }

  private long orphans() {
    return cluster.status().getRepair().getOrphans();
  }

  private Process hold() throws IOException {
    return new ProcessBuilder("perl", "-MIO::Handle", "-e", HOLDER)
        .directory(mount.point().toFile())
        .redirectErrorStream(true)
        .start();
  }

  private static void goOn(Process holder) throws IOException {
    try (Writer input = holder.outputWriter(StandardCharsets.UTF_8)) {
      input.write("go on\n");
    }
  }
}
