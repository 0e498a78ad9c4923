package org.distrifs.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks between programs on two mounts, and their release when processes are killed. */
class LocksTest {
  private static final int METRICS_OFFSET = 1000;
  private static final Duration GRANTED_WITHIN = Duration.ofSeconds(60);

  /** Adds one to a number in a file many times, each time under a lock on its bytes. */
  private static final String COUNT =
      """
      use strict; use Fcntl;
      my ($name, $times) = @ARGV;
      sysopen my $file, $name, O_RDWR or die "open: $!";
      sub set { fcntl $file, F_SETLKW, pack('s s x4 q q i x4', $_[0], 0, 0, 8, 0) or die "lock: $!" }
      for (1 .. $times) {
        set(F_WRLCK);
        sysseek $file, 0, 0; sysread($file, my $bytes, 8) == 8 or die "short";
        sysseek $file, 0, 0; syswrite($file, pack('q', 1 + unpack('q', $bytes))) == 8 or die;
        set(F_UNLCK);
      }
      """;

  /** Locks one byte and prints that; then locks another one and prints the result. */
  private static final String TWO_BYTES =
      """
      use strict; use Fcntl; $| = 1;
      my ($name, $first, $second, $go) = @ARGV;
      sysopen my $file, $name, O_RDWR or die "open: $!";
      sub set { fcntl $file, F_SETLKW, pack('s s x4 q q i x4', F_WRLCK, 0, $_[0], 1, 0) }
      set($first) or die; print "first\\n"; until (-e $go) { select undef, undef, undef, 0.05 }
      print set($second) ? "second\\n" : 'refused: ' . ($! + 0) . "\\n";
      """;

  /**
   * Locks a file through one mount and closes it, then locks it at once through the other. Prints
   * each refusal.
   */
  private static final String LOCK_AFTER_CLOSE =
      """
      use strict; use Fcntl ':DEFAULT', ':flock'; use POSIX ();
      my ($here, $there, $rounds) = @ARGV;
      sub file { sysopen my $file, $_[0], O_RDWR or die "open: $!"; $file }
      sub ofd { my $lock = pack 's s x4 q q i x4', F_WRLCK, 0, 0, 8, 0;
        fcntl($_[0], $_[1], $lock) ? unpack('s', $lock) : -1 }
      my ($get, $set) = (36, 37);
      for my $kind ('flock', 'set', 'get') {
        for my $round (1 .. $rounds) {
          my $holder = file($here);
          $kind eq 'flock' ? flock($holder, LOCK_EX) : ofd($holder, $set) == F_WRLCK or die "lock: $!";
          close $holder;
          my $next = file($there);
          my $free = $kind eq 'flock' ? flock($next, LOCK_EX | LOCK_NB)
            : $kind eq 'set' ? ofd($next, $set) == F_WRLCK : ofd($next, $get) == F_UNLCK;
          print "$kind, round $round: held\n" unless $free;
        }
      }
      """;

  @TempDir static Path folder;

  @RunningCluster(masterSettings = "session.expiryMs = 8000")
  private static Cluster cluster;

  @RunningMount({"--driver", "kernel"})
  private static ExtraMount firstMount;

  @RunningMount({"--driver", "kernel"})
  private static ExtraMount secondMount;

  private static Path first;
  private static Path second;

  private Path lock;

  @BeforeAll
  static void start() throws Exception {
    first = firstMount.point();
    second = secondMount.point();
  }

  @BeforeEach
  void makeLock() throws Exception {
    lock = Files.createTempFile(first, "lock", "").getFileName();
  }

  @Test
  void noUpdateUnderALockIsLost() throws Exception {
    final Path script = Files.writeString(folder.resolve("count.pl"), COUNT);
    Files.write(first.resolve("counter"), new byte[8]);
    Command.shell(
            "perl \"$1\" \"$2\"/counter 300 & a=$!; perl \"$1\" \"$3\"/counter 300 && wait $a",
            script,
            first,
            second)
        .expectSuccess();
    for (Path mount : new Path[] {first, second}) {
      assertThat(
              Command.shell("od -An -t d8 \"$1\"/counter", mount).expectSuccess().output().strip())
          .isEqualTo("600");
    }
  }

  @Test
  void twoMountsInsertIntoOneDatabase() throws Exception {
    final String insert =
        "for i in $(seq 60); do echo .timeout 60000; echo \"insert into t values ($i);\"; done"
            + " | sqlite3 -bail ";
    Command.shell("sqlite3 \"$1\"/db 'create table t (i integer)'", first).expectSuccess();
    Command.shell(
            "(%s \"$1\"/db) & a=$!; (%s \"$2\"/db) && wait $a".formatted(insert, insert),
            first,
            second)
        .expectSuccess();
    for (Path mount : new Path[] {first, second}) {
      assertThat(
              Command.shell(
                      "sqlite3 \"$1\"/db 'select count(*), sum(i) from t; pragma integrity_check'",
                      mount)
                  .expectSuccess()
                  .output())
          .isEqualTo("120|3660\nok\n");
    }
  }

  /** The kernel sends the RELEASE of an open file after close(2) has returned. */
  @Test
  void noLockIsFoundHeldAfterTheCloseThatGaveItBack() throws Exception {
    final Path script = Files.writeString(folder.resolve("after-close.pl"), LOCK_AFTER_CLOSE);
    final Path[][] ways = {{first, second}, {second, first}, {first, first}};
    for (Path[] way : ways) {
      assertThat(
              Command.shell(
                      "perl \"$1\" \"$2\" \"$3\" 40",
                      script,
                      way[0].resolve(lock),
                      way[1].resolve(lock))
                  .expectSuccess()
                  .output())
          .isEmpty();
    }
  }

  @Test
  void aLockStaysWhileAnotherDescriptorOfItsFileIsOpen() throws Exception {
    final Process holder = holder(first, "sh -c true; read line");
    assertThat(isFree(second)).as("though the inner shell closed one").isFalse();
    assertThat(isFree(first)).isFalse();
    holder.getOutputStream().close();
    assertThat(holder.waitFor(GRANTED_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(isFree(second)).isTrue();
  }

  @Test
  void aLockGoesWithItsKilledProcess() throws Exception {
    final Process holder = holder(first, "exec sleep 1000");
    final Process waiter = waiter(second);
    assertThat(isFree(second)).isFalse();
    holder.destroyForcibly();
    assertThat(waiter.waitFor(GRANTED_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(waiter.exitValue()).isZero();
  }

  @Test
  void aLockGoesWithItsKilledMount() throws Exception {
    try (ExtraMount killed =
        ExtraMount.of(cluster, folder.resolve("killed"), "--driver", "kernel")) {
      final Process holder = holder(killed.point(), "exec sleep 1000");
      final Process waiter = waiter(second);
      killed.kill();
      assertThat(isFree(first)).as("until its session has expired").isFalse();
      assertThat(waiter.waitFor(GRANTED_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(waiter.exitValue()).isZero();
      holder.destroyForcibly();
    }
  }

  @Test
  void locksAndThoseWhoWaitOutliveTheMaster() throws Exception {
    final Process holder = holder(first, "read line");
    final Process waiter = waiter(second);
    cluster.kill("master");
    cluster.local("start", "master").expectSuccess();
    assertThat(isFree(second)).isFalse();
    assertThat(waiter.isAlive()).isTrue();
    holder.getOutputStream().close();
    assertThat(waiter.waitFor(GRANTED_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(waiter.exitValue()).isZero();
    assertThat(isFree(second)).isTrue();
  }

  @Test
  void aCircleOverTwoMountsIsRefused() throws Exception {
    final Path script = Files.writeString(folder.resolve("two-bytes.pl"), TWO_BYTES);
    final Path go = folder.resolve("go");
    final Process one = twoBytes(script, first, 0, 1, go);
    final Process other = twoBytes(script, second, 1, 0, go);
    assertThat(one.inputReader().readLine()).isEqualTo("first");
    assertThat(other.inputReader().readLine()).isEqualTo("first");
    Files.createFile(go);
    // EDEADLK is 35. The process that is refused ends, so the other one gets its lock.
    assertThat(new String[] {one.inputReader().readLine(), other.inputReader().readLine()})
        .containsExactlyInAnyOrder("refused: 35", "second");
  }

  private Process twoBytes(Path script, Path mount, int firstByte, int secondByte, Path go)
      throws Exception {
    return new ProcessBuilder(
            "perl",
            script.toString(),
            mount.resolve(lock).toString(),
            Integer.toString(firstByte),
            Integer.toString(secondByte),
            go.toString())
        .start();
  }

  /** A shell that holds the lock while it runs a script. */
  private Process holder(Path mount, String script) throws Exception {
    final Process holder =
        new ProcessBuilder("flock", "--no-fork", mount.resolve(lock).toString(), "sh", "-c", script)
            .start();
    Await.until("it is held", GRANTED_WITHIN, () -> !isFree(second));
    return holder;
  }

  private Process waiter(Path mount) throws Exception {
    final Process waiter =
        new ProcessBuilder("flock", mount.resolve(lock).toString(), "true").start();
    Await.until("it waits at the master", GRANTED_WITHIN, LocksTest::somebodyWaits);
    return waiter;
  }

  private static boolean somebodyWaits() throws Exception {
    final URI metrics =
        URI.create("http://127.0.0.1:%d/metrics".formatted(cluster.basePort() + METRICS_OFFSET));
    try (InputStream text = metrics.toURL().openStream()) {
      return new String(text.readAllBytes(), UTF_8)
          .lines()
          .anyMatch(line -> line.matches("distrifs_master_operations_waiting[{ ].*[1-9][0-9.]*"));
    }
  }

  private boolean isFree(Path mount) {
    final Path file = mount.resolve(lock);
    return Command.shell("flock -n \"$1\" true", file).exitStatus() == 0;
  }
}
