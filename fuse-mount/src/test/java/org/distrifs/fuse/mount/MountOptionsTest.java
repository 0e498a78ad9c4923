package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The options of a mount, compared with a mount of the same file system without options. */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class MountOptionsTest {
  private static final String READ_ONLY = MountSettings.READ_ONLY.key();
  private static final String NO_EXEC = MountSettings.NO_EXEC.key();
  private static final String SET_ID = MountSettings.SET_ID.key();
  private static final String DEVICES = MountSettings.DEVICES.key();
  private static final String SUBDIR = MountSettings.SUBDIR.key();

  @Parameter DriverChoice driver;

  private MountedFolder whole;

  @BeforeEach
  void mount() throws IOException {
    // Changes by another mount must be visible at once.
    whole =
        MountedFolder.mount(
            driver,
            new InMemoryClient(),
            Map.of(
                MountSettings.ATTRIBUTE_TIMEOUT.key(),
                "0",
                MountSettings.ENTRY_TIMEOUT.key(),
                "0"));
    whole.shell(
        """
        mkdir -p a/b/c; echo text > a/b/file; echo secret > a/above; ln a/above a/b/linked
        printf '#!/bin/sh\\necho runs\\n' > a/b/program; chmod 755 a/b/program
        """);
  }

  @AfterEach
  void unmount() throws IOException {
    whole.close();
  }

  private MountedFolder with(String... settings) throws IOException {
    InMemoryClient client = whole.client();
    return MountedFolder.mount(
        driver,
        client,
        settings.length == 2
            ? Map.of(settings[0], settings[1])
            : Map.of(settings[0], settings[1], settings[2], settings[3]));
  }

  @Test
  void aReadOnlyMountRefusesEveryChange() throws IOException {
    try (MountedFolder readOnly = with(READ_ONLY, "true")) {
      assertThat(readOnly.shell("cat a/b/file; cat .distrifs/stats | head -c 6"))
          .isEqualTo("text\n# HELP");
      for (String change :
          new String[] {
            "echo x > new",
            "echo x >> a/b/file",
            "mkdir d",
            "rm a/b/file",
            "mv a x",
            "ln -s t l",
            "ln a/b/file l",
            "chmod 700 a",
            "touch a/b/file",
            "truncate -s 0 a/b/file",
            "mkfifo p"
          }) {
        MountedFolder.Answer answer = MountedFolder.run(readOnly.folder(), "sh", "-c", change);
        assertThat(answer.exitStatus()).as(change).isNotZero();
        assertThat(answer.output()).as(change).contains("Read-only file system");
      }
      assertThat(whole.shell("ls; cat a/b/file")).isEqualTo("a\ntext\n");
    }
  }

  @Test
  void programsOfAMountWithoutExecutionAreNotRun() throws IOException {
    assertThat(whole.shell("a/b/program")).isEqualTo("runs\n");
    try (MountedFolder noExec = with(NO_EXEC, "true")) {
      assertThat(MountedFolder.run(noExec.folder(), "a/b/program").output())
          .contains("Permission denied");
    }
  }

  @Test
  void setIdBitsAndDevicesHaveAnEffectOnlyWhereThatIsAsked() throws IOException {
    whole.shell("cp /usr/bin/id . && chmod 4755 id; mknod -m 666 null c 1 3");
    String asNobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups ";
    String nobody = MountedFolder.run(Path.of("/"), "id", "-u", "nobody").output();
    assertThat(whole.shell(asNobody + "./id -u")).isEqualTo(nobody);
    assertFails(asNobody + "cat null", "Permission denied");
    try (MountedFolder asked = with(SET_ID, "true", DEVICES, "true")) {
      assertThat(asked.shell(asNobody + "./id -u; echo lost > null; cat null")).isEqualTo("0\n");
    }
  }

  @Test
  void aSubdirectoryIsTheRootOfItsMount() throws IOException {
    try (MountedFolder part = with(SUBDIR, "/a/b/")) {
      assertThat(part.shell("ls; cat file linked"))
          .isEqualTo("c\nfile\nlinked\nprogram\ntext\nsecret\n");
      String number = whole.shell("stat -c %i a/b");
      assertThat(part.shell("stat -c %i .; stat -c %i .; ls -id . | cut -d' ' -f1"))
          .as("of the root")
          .isEqualTo(number + number + number);
      assertThat(part.shell("find . -name '*' | sort; cd c; cd ..; pwd -P"))
          .isEqualTo(".\n./c\n./file\n./linked\n./program\n" + part.folder() + "\n");
      // The kernel itself knows the inode number of a mount's root; the listing must show the same.
      assertThat(part.shell("perl -e 'opendir D, q(.); print join q( ), sort readdir D'"))
          .isEqualTo(". .. c file linked program");

      part.shell(
          """
          mkdir d; echo moved > c/f; mv c/f f; mv f d/g; mv d/g h; ln h i; rm h
          ln -s /above out; mkdir -p x/y; rmdir x/y x; touch -d @5 .; chmod 711 .
          """);
      assertThat(whole.shell("cat a/b/i; stat -c '%Y %a' a/b; ls a"))
          .isEqualTo("moved\n5 711\nabove\nb\n");
      whole.shell("mv a/b a/renamed; echo new > a/renamed/later");
      assertThat(part.shell("cat later; ls -d .distrifs")).isEqualTo("new\n.distrifs\n");
    }
  }

  @Test
  void aSubdirectoryCanBeReadOnlyToo() throws IOException {
    try (MountedFolder part = with(SUBDIR, "/a", READ_ONLY, "true")) {
      assertThat(MountedFolder.run(part.folder(), "touch", "f").output()).contains("Read-only");
    }
  }

  @Test
  void aSubdirectoryThatIsNotThereIsRefused() {
    assertRefused("/a/none/b", "there is no 'none'");
    assertRefused("/a/above", "'above' in it is no directory");
    assertRefused("a", "begin it with a slash");
    assertRefused("/a/../b", "must not contain '..'");
  }

  private void assertRefused(String subdir, String words) {
    assertThatThrownBy(() -> with(SUBDIR, subdir))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(subdir)
        .hasMessageContaining(words);
  }

  @Test
  void theStatisticsAreReadByNameAndSeenByNobodyElse() throws IOException {
    assertThat(whole.shell("cat .distrifs/stats"))
        .contains("distrifs_mount_request_seconds_count{operation=\"mkdir\"} 3")
        .endsWith("\n");
    assertThat(
            whole.shell(
                """
                cp .distrifs/stats copy; test "$(wc -l < copy)" -gt 100
                test "$(wc -c < .distrifs/stats)" -gt 1000
                ls -a | grep -c distrifs || true; find . | grep -c distrifs || true
                ls -a .distrifs; stat -c '%F %a %U %s' .distrifs/stats .distrifs
                cat .distrifs/none 2>&1 | sed 's/.*: //'
                cp -r . /tmp/copy-$$ && ls -a /tmp/copy-$$ && rm -r /tmp/copy-$$
                """))
        .isEqualTo(
            """
            0
            0
            .
            ..
            stats
            regular empty file 444 root 0
            directory 555 root 0
            No such file or directory
            .
            ..
            a
            copy
            """);
  }

  @Test
  void theStatisticsAreThoseOfTheOpening() throws IOException {
    String count = "awk '/^distrifs_mount_request_seconds_count.*symlink/ { print $2 }'";
    assertThat(
            whole.shell(
                "exec 3< .distrifs/stats; ln -s t l; "
                    + count
                    + " <&3; "
                    + count
                    + " < .distrifs/stats"))
        .isEqualTo("0\n1\n");
  }

  @Test
  void nobodyChangesWhatIsVirtual() throws IOException {
    String readOnly = "Read-only file system";
    String notPermitted = "Operation not permitted";
    assertFails("rm -r .distrifs", readOnly);
    assertFails("rmdir .distrifs", notPermitted);
    assertFails("mv -T .distrifs x", notPermitted);
    assertFails("mv -T a .distrifs", notPermitted);
    assertFails("mv a/above .distrifs/above", readOnly);
    assertFails("mkdir .distrifs", "File exists");
    assertFails("touch .distrifs/new", readOnly);
    assertFails("mkdir .distrifs/new", readOnly);
    assertFails("ln -s t .distrifs/new", readOnly);
    assertFails("ln .distrifs/stats linked", readOnly);
    assertFails("echo x > .distrifs/stats", readOnly);
    assertFails("echo x >> .distrifs/stats", readOnly);
    assertFails("truncate -s 0 .distrifs/stats", readOnly);
    assertFails("chmod 666 .distrifs/stats", readOnly);
    assertFails("chown 1 .distrifs", readOnly);
    assertThat(whole.shell("rm -rf ./*; ls -a; head -c 6 .distrifs/stats"))
        .isEqualTo(".\n..\n# HELP");
  }

  private void assertFails(String change, String words) throws IOException {
    MountedFolder.Answer answer = MountedFolder.run(whole.folder(), "sh", "-c", change);
    assertThat(answer.exitStatus()).as(change).isNotZero();
    assertThat(answer.output()).as(change).contains(words);
  }

  @Test
  void theMountTableShowsWhatWasAsked() throws IOException {
    try (MountedFolder asked = with(READ_ONLY, "true", NO_EXEC, "true")) {
      assertThat(
              MountedFolder.run(
                      Path.of("/"), "findmnt", "-no", "OPTIONS", asked.folder().toString())
                  .output())
          .startsWith("ro,nosuid,nodev,noexec");
    }
    try (MountedFolder asked =
        with(MountSettings.SYNC.key(), "true", MountSettings.ACCESS_TIMES.key(), "noatime")) {
      assertThat(
              MountedFolder.run(
                      Path.of("/"),
                      "findmnt",
                      "-no",
                      "SOURCE,VFS-OPTIONS,FS-OPTIONS",
                      asked.folder().toString())
                  .output())
          .matches("memory +rw,nosuid,nodev,noatime +rw,sync,.*\\n");
    }
  }

  @Test
  void aWriteToASynchronousMountIsSyncedBeforeItReturns() throws IOException {
    String syncs =
        "awk '/^distrifs_mount_request_seconds_count.*\"fsync\"/ { print $2 }' .distrifs/stats";
    String write = "exec 3> synced; echo text >&3; " + syncs;
    assertThat(whole.shell(write)).isEqualTo("0\n");
    try (MountedFolder asked = with(MountSettings.SYNC.key(), "true")) {
      assertThat(asked.shell(write)).isNotEqualTo("0\n");
    }
  }

  @Test
  void accessTimesAreSetAsIsAsked() throws IOException {
    String readTwice =
        """
        touch -d @5 a/b/file a/b; for time in 1 2; do cat a/b/file; ls a/b; done > /dev/null
        stat -c %X a/b/file a/b | sed 's/^[^5].*/now/'
        """;
    assertThat(whole.shell(readTwice)).isEqualTo("now\nnow\n");
    try (MountedFolder asked = with(MountSettings.ACCESS_TIMES.key(), "noatime")) {
      assertThat(asked.shell(readTwice)).isEqualTo("5\n5\n");
    }
    try (MountedFolder asked = with(MountSettings.DIRECTORY_ACCESS_TIMES.key(), "false")) {
      assertThat(asked.shell(readTwice)).isEqualTo("now\n5\n");
    }
    try (MountedFolder asked = with(MountSettings.ACCESS_TIMES.key(), "strictatime")) {
      // The access time is later than the change, so relatime would not set it.
      assertThat(
              asked.shell(
                  """
                  touch -m -d @5 a/b/file; touch -a -d '2 hours' a/b/file; cat a/b/file > /dev/null
                  test "$(stat -c %X a/b/file)" -gt "$(date +%s)" && echo later || echo now
                  """))
          .isEqualTo("now\n");
    }
  }
}
