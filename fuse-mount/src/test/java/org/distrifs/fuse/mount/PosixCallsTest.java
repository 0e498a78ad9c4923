package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.fuse.memory.InMemoryClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** System calls on a mount, compared with those on an ordinary folder. */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class PosixCallsTest {
  @Parameter DriverChoice driver;

  @TempDir private Path scripts;
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
  void callsAnswerAsOnAnOrdinaryFolder() throws IOException {
    Path script = scripts.resolve("posix.pl");
    try (InputStream text = getClass().getResourceAsStream("posix.pl")) {
      Files.copy(text, script);
    }
    mounted.shellInBoth("perl " + script);
  }

  @Test
  void mappedMemoryIsWrittenBackToItsPlace() throws IOException {
    mounted.shellInBoth(
        """
        head -c 300000 /dev/zero | tr '\\0' 'a' > text
        # ld maps its output; so does this editor of one line.
        perl -e 'open F, "+<", "text"; sysseek F, 150000, 0; syswrite F, "mark"; close F'
        grep -c mark text; cksum < text
        """);
  }

  @Test
  void timesAreKeptToTheNanosecondAndOneMayStay() throws IOException {
    mounted.shellInBoth(
        """
        touch -d '2001-02-03 04:05:06.123456789' f
        stat -c '%.9X %.9Y' f
        touch -a -d '2011-01-01 00:00:00.5' f
        stat -c '%.9X %.9Y' f
        touch -m -d '1960-01-01' f
        stat -c '%.9X %.9Y' f
        """);
    mounted.shell("touch -a now; test $(($(date +%s) - $(stat -c %X now))) -lt 60");
  }

  @Test
  void permissionsHoldForOrdinaryUsers() throws IOException {
    mounted.shellInBoth(
        """
        test "$(id -u)" = 0 || exit 0
        user='setpriv --reuid=1000 --regid=1000'
        echo secret > private; chmod 600 private
        $user --clear-groups cat private 2>&1 | sed 's/^[^:]*: //' || true
        echo shared > grouped; chown 0:77 grouped; chmod 660 grouped
        $user --groups=77 sh -c 'echo more >> grouped'; cat grouped
        mkdir sticky; chmod 1777 sticky; echo mine > sticky/f
        $user --clear-groups rm -f sticky/f 2>&1 | sed 's/^[^:]*: //' || true
        cp /bin/true program; chmod 6777 program
        $user --clear-groups sh -c 'echo x >> program'; stat -c %a program
        chmod 6777 program
        $user --clear-groups sh -c ': > program'; stat -c %a program
        chmod 6777 program
        $user --clear-groups dd if=/dev/zero of=program bs=10 count=1 conv=notrunc status=none
        stat -c %a program
        mkdir group; chown 0:5 group; chmod 2775 group; touch group/f; mkdir group/d
        stat -c '%g %a' group/f group/d
        $user --clear-groups sh -c 'touch own' 2>&1 | sed 's/^[^:]*: //' || true
        chmod 777 .; $user --clear-groups touch own; stat -c '%u %g' own
        """);
  }

  @Test
  void whatOneMountClosedAnotherReadsThoughItHadReadItBefore() throws IOException {
    InMemoryClient shared = mounted.client();
    try (MountedFolder other = MountedFolder.mount(driver, shared)) {
      for (int round = 0; round < 20; round++) {
        String text = "round " + round + " " + "x".repeat(round * 100);
        mounted.shell("printf '%s' '" + text + "' > file");
        assertThat(other.shell("cat file")).isEqualTo(text);
        other.shell("printf '%s' '" + text + "' > renamed.new && mv renamed.new renamed");
        assertThat(mounted.shell("cat renamed")).isEqualTo(text);
        mounted.shell("printf more >> file");
        assertThat(other.shell("cat file")).isEqualTo(text + "more");
      }
    }
  }

  @Test
  void appendsOfTwoMountsDoNotCoverEachOther() throws IOException {
    try (MountedFolder other = MountedFolder.mount(driver, mounted.client())) {
      for (int line = 0; line < 10; line++) {
        mounted.shell("echo one >> log; cat log > /dev/null");
        other.shell("echo two >> log; cat log > /dev/null");
      }
      assertThat(mounted.shell("cat log")).isEqualTo("one\ntwo\n".repeat(10));
      assertThat(other.shell("cat log")).isEqualTo("one\ntwo\n".repeat(10));
    }
  }

  @Test
  void aSynchronousDescriptorSyncs() throws IOException {
    mounted.shell("dd if=/dev/zero of=f bs=4k count=3 oflag=dsync status=none");
    assertThat(mounted.client().syncs()).isBetween(3, 6);
  }
}
