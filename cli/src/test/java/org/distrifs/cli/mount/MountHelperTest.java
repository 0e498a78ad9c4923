package org.distrifs.cli.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How {@code bin/mount.fuse.distrifs} translates the arguments of mount(8). A script {@code
 * distrifs} beside it prints its arguments.
 */
class MountHelperTest {
  private static final Path SCRIPT = Path.of("src/main/dist/bin/mount.fuse.distrifs");
  private static final int BOUND_S = 60;

  private record Answer(int exitStatus, String output) {}

  @TempDir Path folder;
  private Path link;

  @BeforeEach
  void install() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path script = bin.resolve("mount.fuse.distrifs");
    Files.copy(SCRIPT, script);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    programSays("echo \"$*\"");
    // An administrator installs it as a link.
    link = Files.createSymbolicLink(folder.resolve("mount.fuse.distrifs"), script);
  }

  private void programSays(String script) throws IOException {
    Path program = folder.resolve("bin/distrifs");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  private Answer run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(link.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
    return new Answer(process.exitValue(), output);
  }

  @Test
  void sourceAndTargetAreAllThatIsNeeded() throws Exception {
    assertThat(run("a:1,b:2", "/mnt/my files"))
        .isEqualTo(
            new Answer(
                0,
                "mount --daemon --master=a:1,b:2 --set=mount.source=a:1,b:2 -- /mnt/my files\n"));
  }

  @Test
  void optionsBecomeFlagsAndSettings() throws Exception {
    Answer answer =
        run(
            "a:1",
            "/m",
            "-n",
            "-o",
            "ro,subdir=/my files/*,attr-timeout=500ms,entry-timeout=0,driver=kernel",
            "-t",
            "fuse.distrifs",
            "-o",
            "timeout=5,log-file=/l,config=/c,metrics-port=9,noexec,allow_other,mount.threads=4");
    assertThat(answer.output())
        .isEqualTo(
            "mount --daemon --master=a:1 --set=mount.source=a:1 --attr-timeout=500ms"
                + " --entry-timeout=0 --driver=kernel --timeout=5 --log-file=/l --config=/c"
                + " --metrics-port=9 --set=mount.allowOther=true --set=mount.threads=4"
                + " --subdir=/my files/* --read-only --set=mount.noExec=true -- /m\n");
    assertThat(answer.exitStatus()).isZero();
    assertThat(run("a:1", "/m", "-o", "hard").output()).contains(" --hard ");
  }

  @Test
  void setIdBitsAndDevicesAreAsTheLastWordHasThem() throws Exception {
    assertThat(run("a:1", "/m", "-o", "nosuid,dev,suid,nodev").output())
        .isEqualTo(
            "mount --daemon --master=a:1 --set=mount.source=a:1 --set=mount.setId=true -- /m\n");
    assertThat(run("a:1", "/m", "-o", "nodev,suid", "-o", "dev,nosuid").output())
        .isEqualTo(
            "mount --daemon --master=a:1 --set=mount.source=a:1 --set=mount.devices=true -- /m\n");
  }

  @Test
  void ofTwoOppositesTheLastOneCounts() throws Exception {
    assertThat(
            run(
                    "a:1",
                    "/m",
                    "-o",
                    "ro,rw,noexec,exec,sync,async,noatime,atime,strictatime,nostrictatime,"
                        + "nodiratime,diratime")
                .output())
        .isEqualTo("mount --daemon --master=a:1 --set=mount.source=a:1 -- /m\n");
  }

  @Test
  void synchronyAndAccessTimesAreSettings() throws Exception {
    assertThat(run("a:1", "/m", "-o", "rw,sync,nodiratime,strictatime").output())
        .isEqualTo(
            "mount --daemon --master=a:1 --set=mount.source=a:1 --set=mount.sync=true"
                + " --set=mount.accessTimes=strictatime --set=mount.directoryAccessTimes=false"
                + " -- /m\n");
    assertThat(run("a:1", "/m", "-o", "noatime").output())
        .contains(" --set=mount.accessTimes=noatime ");
  }

  @Test
  void theSourceMayNameADirectoryAndIsShownAsItIs() throws Exception {
    assertThat(run("[::1]:7400,b:2:/my files", "/m").output())
        .isEqualTo(
            "mount --daemon --master=[::1]:7400,b:2 --set=mount.source=[::1]:7400,b:2:/my files"
                + " --subdir=/my files -- /m\n");
    assertThat(run("a:1:/a", "/m", "-o", "subdir=/b"))
        .isEqualTo(
            new Answer(
                32,
                "mount.fuse.distrifs: the directory is given twice: by the source 'a:1:/a' and by"
                    + " 'subdir=/b'\n"));
  }

  @Test
  void whatOnlyMountKnowsIsTakenAndLeft() throws Exception {
    assertThat(
            run(
                    "a:1",
                    "/m",
                    "-o",
                    "rw,defaults,auto,noauto,user,user=me,users,_netdev,nofail,nosuid,nodev,dirsync,"
                        + "lazytime,relatime,silent,x-systemd.automount,x-systemd.requires=a.b,X-mount.mkdir,comment=any")
                .output())
        .isEqualTo("mount --daemon --master=a:1 --set=mount.source=a:1 -- /m\n");
  }

  @Test
  void anUnknownOptionIsRefusedWithThoseThatExist() throws Exception {
    Answer answer = run("a:1", "/m", "-o", "ro,nonsense=3");
    assertThat(answer.exitStatus()).isEqualTo(32);
    assertThat(answer.output())
        .startsWith("mount.fuse.distrifs: there is no option 'nonsense=3'. There are: ro rw")
        .contains("subdir= attr-timeout=")
        .hasLineCount(1);
    assertThat(run("a:1", "/m", "-s", "-o", "ro,nonsense=3").output())
        .isEqualTo("mount --daemon --master=a:1 --set=mount.source=a:1 --read-only -- /m\n");
    assertThat(run("a:1", "/m", "-o", "remount,ro"))
        .isEqualTo(
            new Answer(
                32,
                "mount.fuse.distrifs: cannot change the mount on /m: unmount it, and mount it"
                    + " again\n"));
  }

  @Test
  void aFakeMountIsNotDoneAndAVerboseOneIsShown() throws Exception {
    assertThat(run("a:1", "/m", "-f", "-o", "ro")).isEqualTo(new Answer(0, ""));
    assertThat(run("a:1", "/m", "-f", "-v", "-o", "ro").output())
        .endsWith(
            "/bin/distrifs mount --daemon --master=a:1 --set=mount.source=a:1 --read-only -- /m\n");
  }

  @Test
  void aMountThatFailsIsMountsOwnFailure() throws Exception {
    programSays("echo 'distrifs: No master at a:1.' >&2; exit 1");
    assertThat(run("a:1", "/m")).isEqualTo(new Answer(32, "distrifs: No master at a:1.\n"));
  }

  @Test
  void wrongUsageIsToldSo() throws Exception {
    assertThat(run("a:1").exitStatus()).isEqualTo(1);
    assertThat(run("a:1", "/m", "-q").output()).contains("usage: ");
    assertThat(run("a:1", "/m", "-N", "/proc/1/ns/mnt").output()).contains("nsenter");
  }
}
