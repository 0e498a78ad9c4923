package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ranges of files, and files without a name, on a mount, compared with those in an ordinary folder.
 */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class RangesTest {
  private static final int STEPS = 300;

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
  void rangesAnswerAsOnAnOrdinaryFolder() throws IOException {
    Path script = script("ranges.pl");
    mounted.shellInBoth(
        "perl %s %d %d".formatted(script, Seeds.fromPropertyOrFresh() >>> 33, STEPS));
  }

  @Test
  void filesWithoutANameAnswerAsOnAnOrdinaryFolder() throws IOException {
    if (driver == DriverChoice.KERNEL) {
      mounted.shellInBoth("test \"$(id -u)\" = 0 || exit 0; perl " + script("unnamed.pl"));
      assertThat(mounted.client().openFiles()).isLessThanOrEqualTo(2);
    } else {
      // libfuse 2 does not know them.
      assertThat(mounted.shell("perl %s 2>&1 || true".formatted(script("unnamed.pl"))))
          .contains("Operation not supported");
    }
  }

  @Test
  void setIdBitsFallWithARange() throws IOException {
    mounted.shellInBoth(
        """
        test "$(id -u)" = 0 || exit 0
        user='setpriv --reuid=1000 --regid=1000 --clear-groups'
        head -c 10000 /dev/zero > program
        for options in '-l 20000' '-p -l 100' '-z -l 100' '-n -l 50000'; do
          chmod 6777 program
          $user fallocate $options program
          stat -c '%a %s' program
        done
        """);
  }

  @Test
  void bytesAreWhereTheyWereWrittenAtEveryPowerOfTwo() throws IOException {
    String printed =
        mounted.shell(
            """
            truncate -s $((1 << 62)) sparse; stat -c %s sparse; du -k sparse | cut -f 1
            perl -e '
              use Fcntl qw(:DEFAULT :seek);
              sysopen F, "sparse", O_RDWR or die "open: $!";
              for my $power (12 .. 62) {
                sysseek F, 2 ** $power - 1, SEEK_SET;
                syswrite(F, chr($power) x 2) == 2 or die "write at 2^$power: $!";
              }
              close F;
              sysopen F, "sparse", O_RDWR;
              my ($two, $z);
              for my $power (12 .. 62) {
                sysseek F, 2 ** $power - 1, SEEK_SET;
                sysread(F, $two, 2) == 2 && $two eq chr($power) x 2 or die "read at 2^$power";
              }
              # A pattern of the largest offset, which the largest file does not have.
              sysseek F, 0x7ffffffffffffffe, SEEK_SET;
              syswrite(F, "z") == 1 or die "the last byte: $!";
              sysseek F, 0x7ffffffffffffffe, SEEK_SET;
              sysread(F, $z, 1) == 1 && $z eq "z" or die "read of the last byte";
              print -s F, "\\n";
              sysseek F, 0x7fffffffffffffff, SEEK_SET;
              print syswrite(F, "z") ? "written" : int $!, "\\n";
              truncate F, 5;
              print -s F, "\\n";
            '
            """);
    // A write at the largest offset: EFBIG, by Linux's generic_write_checks, or EINVAL, since its
    // end is not a valid offset.
    assertThat(printed).matches("4611686018427387904\\n0\\n9223372036854775807\\n(22|27)\\n5\\n");
  }

  private Path script(String name) throws IOException {
    Path script = scripts.resolve(name);
    try (InputStream text = getClass().getResourceAsStream(name)) {
      Files.copy(text, script);
    }
    return script;
  }
}
