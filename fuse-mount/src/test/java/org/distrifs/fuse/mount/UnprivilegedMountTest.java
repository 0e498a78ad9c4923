package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernel driver for an ordinary user. Runs in a mount namespace where everybody may open {@code
 * /dev/fuse}, which is not so on every machine.
 */
@Tag("mount")
class UnprivilegedMountTest {
  private static final String SCRIPT =
      """
      base=$1; shift
      mknod "$base/fuse" c 10 229; chmod 666 "$base/fuse"; mount --bind "$base/fuse" /dev/fuse
      user='setpriv --reuid=nobody --regid=nogroup --clear-groups'
      cd /
      # The classes may lie where only root may look.
      $user --inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@" > "$base/log" 2>&1 & server=$!
      trap 'kill $server 2>/dev/null || true' EXIT
      tries=0
      until grep -q " $base/mounted " /proc/self/mountinfo; do
        tries=$((tries + 1)); [ $tries -lt 600 ]; kill -0 $server; sleep 0.05
      done
      findmnt -no FSTYPE,OPTIONS "$base/mounted"
      $user stat -c '%F' "$base/mounted"
      $user head -c 6 "$base/mounted/.distrifs/stats"; echo
      stat "$base/mounted" 2>&1 | sed 's/.*: //'
      $user fusermount3 -u "$base/mounted"
      wait $server; echo ended with $?
      """;

  private Path base;

  @BeforeEach
  void makeFolder() throws Exception {
    base = Files.createTempDirectory("distrifs-mount-test-").toRealPath();
    Files.createDirectory(base.resolve("mounted"));
    MountedFolder.run(Path.of("/"), "chmod", "755", base.toString());
    MountedFolder.run(Path.of("/"), "chown", "nobody", base.resolve("mounted").toString());
  }

  @AfterEach
  void removeFolder() throws Exception {
    MountedFolder.run(Path.of("/"), "rm", "-rf", "--one-file-system", base.toString());
  }

  @Test
  void theFileSystemIsTheirsAlone() throws Exception {
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-euc", SCRIPT));
    command.addAll(List.of("sh", base.toString()));
    command.addAll(MemoryMountProcess.command(base.resolve("mounted"), DriverChoice.KERNEL));

    MountedFolder.Answer answer = MountedFolder.run(Path.of("/"), command.toArray(new String[0]));

    assertThat(answer.output())
        .as(Files.readString(base.resolve("log")))
        .matches(
            "fuse.distrifs +rw,nosuid,nodev,relatime,user_id=65534,group_id=65534,"
                + "default_permissions,max_read=1048576\\n"
                + "directory\\n# HELP\\nPermission denied\\nended with 0\\n");
    assertThat(answer.exitStatus()).isZero();
  }

  @Test
  void whatFusermountSaysIsTheReason() throws Exception {
    // Nobody may write to the root's own folder, so nobody may mount on it.
    MountedFolder.run(Path.of("/"), "chown", "root", base.resolve("mounted").toString());
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-euc", SCRIPT));
    command.addAll(List.of("sh", base.toString()));
    command.addAll(MemoryMountProcess.command(base.resolve("mounted"), DriverChoice.KERNEL));

    assertThat(MountedFolder.run(Path.of("/"), command.toArray(new String[0])).exitStatus())
        .isNotZero();

    assertThat(Files.readString(base.resolve("log")))
        .contains(
            "Cannot mount on "
                + base.resolve("mounted")
                + ": fusermount3: user has no write access to mountpoint");
  }
}
