package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts as an administrator makes them: daemons, mount(8), /etc/fstab, umount. */
class MountLifecycleTest {
  private static final Duration BOUND = Duration.ofMinutes(2);

  /**
   * Runs {@code $4} in a mount namespace whose /sbin has the distribution's {@code
   * mount.fuse.distrifs}; $folder is a scratch folder, $master the master, $table a table of file
   * systems.
   */
  private static final String WITH_MOUNT_HELPER =
      """
      exec unshare --mount sh -euc '
        folder=$1 master=$2 table=$1/fstab
        mkdir "$folder/sbin" "$folder/sbin/upper" "$folder/sbin/work"
        mount -t tmpfs tmpfs "$folder/sbin"; mkdir "$folder/sbin/upper" "$folder/sbin/work"
        mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$folder/sbin/upper,workdir=$folder/sbin/work" /usr/sbin
        ln -s "$3/mount.fuse.distrifs" /usr/sbin/mount.fuse.distrifs
        mkdir "$folder/m"; cd "$folder"
        eval "$4"' sh "$1" "$2" "$3" "$4"
      """;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Command.shell("cd \"$1\"; mkdir -p a/b; echo text > a/b/file", cluster.mount()).expectSuccess();
  }

  private static Command.Result distrifs(String... arguments) {
    return Cluster.distrifs(BOUND, List.of(arguments));
  }

  @Test
  void aDaemonServesUntilItIsUnmountedAndBelongsToNoTerminal() throws Exception {
    final Path point = Files.createDirectory(folder.resolve("daemon"));
    final Path log = folder.resolve("logs/daemon.log");
    distrifs(
            "mount",
            "--daemon",
            "--log-file=" + log,
            "--master=" + cluster.masterAddress(),
            point.toString())
        .expectSuccess();
    final String pid =
        Command.shell(
                """
                device=$(findmnt -no MAJ:MIN "$1" | tr -d ' ')
                ls -l /proc/[1-9]*/fd 2> /dev/null | awk -v label="memfd:distrifs-mount-$device " '
                  /^.proc/ { split($1, path, "/") }
                  index($0, label) { print path[3] }'
                """,
                point)
            .expectSuccess()
            .output()
            .strip();

    assertThat(Command.run("ps", "-o", "tty=,ppid=,stat=", "-p", pid).output().strip())
        .startsWith("?")
        .doesNotContain("Z");
    assertThat(Files.readSymbolicLink(Path.of("/proc", pid, "cwd"))).isEqualTo(Path.of("/"));
    assertThat(Files.readString(point.resolve("a/b/file"))).isEqualTo("text\n");
    Files.writeString(point.resolve("written"), "by the daemon");
    assertThat(Files.readString(log)).contains("Mounted on " + point.toRealPath());

    distrifs("umount", point.toString()).expectSuccess();

    assertThat(Cluster.mounted(point)).isFalse();
    assertThat(Files.exists(Path.of("/proc", pid))).isFalse();
    assertThat(Files.readString(cluster.mount().resolve("written"))).isEqualTo("by the daemon");
    final Command.Result again = distrifs("umount", point.toString());
    assertThat(again.exitStatus()).isEqualTo(1);
    assertThat(again.output()).contains("nothing is mounted there");
  }

  @Test
  void aDaemonThatCannotMountSaysWhyAndIsGone() throws Exception {
    final Path point = Files.createDirectory(folder.resolve("refused"));
    final String nobody = "127.0.0.1:" + Cluster.freeBasePort();
    final Command.Result away =
        distrifs(
            "mount",
            "--daemon",
            "--log-file=" + folder.resolve("logs/away.log"),
            "--set=client.connectTimeoutMs=500",
            "--master=" + nobody,
            point.toString());
    assertThat(away.exitStatus()).isEqualTo(1);
    assertThat(away.output()).startsWith("distrifs: ").contains(nobody).hasLineCount(1);

    final Command.Result missing =
        distrifs(
            "mount",
            "--daemon",
            "--log-file=" + folder.resolve("logs/missing.log"),
            "--subdir=/a/none",
            "--master=" + cluster.masterAddress(),
            point.toString());
    assertThat(missing.exitStatus()).isEqualTo(1);
    assertThat(missing.output()).contains("/a/none").contains("there is no 'none'").hasLineCount(1);

    final Command.Result taken =
        distrifs(
            "mount", "--daemon", "--master=" + cluster.masterAddress(), cluster.mount().toString());
    assertThat(taken.exitStatus()).isEqualTo(1);
    assertThat(taken.output()).contains("has DistriFS mounted there already");
    assertThat(Cluster.mounted(point)).isFalse();
  }

  @Test
  void mountAndTheTableOfFileSystemsMountIt() throws Exception {
    final Path scratch = Files.createDirectory(folder.resolve("mount8"));
    final Command.Result result =
        Command.shell(
            BOUND.multipliedBy(2), // It starts several mounts, each with a process.
            WITH_MOUNT_HELPER,
            scratch,
            cluster.masterAddress(),
            Cluster.launcher().getParent(),
            """
            mount -t fuse.distrifs "$master" m -o "ro,subdir=/a/b,attr-timeout=1s,log-file=$folder/log"
            ls m; cat m/file; touch m/new 2>&1 | sed "s/.*: //"
            findmnt -no FSTYPE,OPTIONS m | cut -d, -f1-3
            umount m; ls m
            echo "$master:/a/b $folder/m fuse.distrifs suid,dev,noatime,sync,lazytime,_netdev,nofail,x-systemd.automount,log-file=$folder/log 0 0" > "$table"
            mount -T "$table" -a; head -c 6 m/.distrifs/stats; echo
            mount -T "$table" -a; echo "again: $?"
            findmnt -S "$master:/a/b" -o VFS-OPTIONS,FS-OPTIONS -n | cut -d, -f1-3
            cp /usr/bin/id m; chmod 4755 m/id; setpriv --reuid=65534 --clear-groups m/id -u
            mknod -m 666 m/null c 1 3; setpriv --reuid=65534 --clear-groups cat m/null
            umount "$master:/a/b"; findmnt m || echo "not mounted"
            # As systemd calls mount(8) for a unit.
            mount "$master" "$folder/m" -t fuse.distrifs -o "suid,_netdev,log-file=$folder/log"
            findmnt -no OPTIONS m | cut -d, -f1-2; setpriv --reuid=65534 --clear-groups m/a/b/id -u
            umount m
            set +e
            mount -t fuse.distrifs "$master" m -o nonsense 2>&1; echo "exit $?"
            mount -t fuse.distrifs "$master" m -o subdir=/a/none 2>&1; echo "exit $?"
            mount -t fuse.distrifs "$master" file-that-is-not-there 2>&1 | tail -n 1
            """);
    assertThat(result.expectSuccess().output())
        .matches(
            "(?s)file\\ntext\\nRead-only file system\\nfuse.distrifs +ro,nosuid,nodev\\n# HELP\\n"
                + "again: 0\\nrw,noatime +rw,sync\\n0\\nnot mounted\\n"
                + "rw,nodev\\n0\\n"
                + "mount.fuse.distrifs: there is no option 'nonsense'\\. There are: [^\\n]*\\n"
                + "exit 32\\n"
                + "distrifs: Cannot mount the directory /a/none of DistriFS: [^\\n]*\\n"
                + "exit 32\\n.*file-that-is-not-there.*");
  }
}
