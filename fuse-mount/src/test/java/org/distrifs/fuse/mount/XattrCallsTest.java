package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Extended attributes on a mount, compared with those in an ordinary folder. */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class XattrCallsTest {
  @Parameter DriverChoice driver;

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
  void attributesAreSetReadListedAndRemoved() throws IOException {
    mounted.shellInBoth(
        """
        touch f; mkdir d
        setfattr -n user.one -v first f
        setfattr -n user.two -v 0x00ff00 f
        setfattr -n user.empty f
        setfattr -n user.of.directory -v x d
        getfattr -d -e hex f d
        setfattr -n user.one -v changed f
        setfattr -x user.two f
        getfattr -d f
        setfattr -x user.two f 2>&1 || true
        getfattr -n user.none f 2>&1 || true
        """);
  }

  @Test
  void namesAndValuesThatCannotBeAreRefused() throws IOException {
    mounted.shellInBoth(
        """
        touch f
        for name in user. other.name noname system.other user.$(printf %0250d 7); do
          setfattr -n "$name" -v x f 2>&1 || true
          getfattr -n "$name" f 2>&1 || true
        done
        setfattr -n user.$(printf %0251d 7) -v x f 2>&1 || true
        perl -e 'my $file = "f"; my $name = "user.a"; my $large = "x" x 65537;
          print syscall(188, $file, $name, $large, length($large), 0), " ", $! + 0, "\\n"' # setxattr
        """);
  }

  @Test
  void theFlagsOfSetxattrDecide() throws IOException {
    mounted.shellInBoth(
        """
        touch f
        perl -e 'sub set { my ($v, $flags) = @_; my ($file, $name) = ("f", "user.a");
            print syscall(188, $file, $name, $v, length($v), $flags), " ", $! + 0, "\\n"; $! = 0 }
          set("a", 2); set("b", 1); set("c", 1); set("d", 2); set("e", 4)'
        getfattr -d f
        """);
  }

  @Test
  void aBufferThatIsTooSmallIsRefusedAndOneOfNoBytesAsksForTheSize() throws IOException {
    mounted.shellInBoth(
        """
        touch f; setfattr -n user.name -v value f
        perl -e 'my $file = "f"; my $name = "user.name";
          for my $size (0, 4, 5, 100) {
            my $buffer = "\\0" x 128;
            print syscall(191, $file, $name, $buffer, $size), " ", $! + 0; $! = 0;
            print " ", syscall(194, $file, $buffer, 2 * $size), " ", $! + 0, "\\n"; $! = 0;
          }'
        """);
  }

  @Test
  void trustedAttributesAreTheSuperusersAlone() throws IOException {
    mounted.shellInBoth(
        """
        test "$(id -u)" = 0 || exit 0
        touch f; chmod 666 f
        setfattr -n trusted.a -v secret f; setfattr -n user.b -v open f
        getfattr -d -m - f
        user='setpriv --reuid=1000 --regid=1000 --clear-groups'
        $user getfattr -d -m - f
        $user getfattr -n trusted.a f 2>&1 || true
        $user setfattr -n trusted.a -v x f 2>&1 || true
        $user setfattr -n user.b -v theirs f
        $user setfattr -n security.b -v theirs f 2>&1 || true
        getfattr -d -m - f
        """);
  }

  @Test
  void anAttributeStaysWithItsInode() throws IOException {
    mounted.shellInBoth(
        """
        touch f; setfattr -n user.a -v x f; ln f g; mv f h
        getfattr -d g h
        : > g; echo more >> h; getfattr -d g
        ln -s g link; setfattr -h -n trusted.of.link -v y link; getfattr -h -d -m - link g
        setfattr -h -n user.of.link -v y link 2>&1 || true
        rm g h; touch g; getfattr -d g
        """);
  }

  @Test
  void changingAnAttributeMovesTheChangeTime() throws IOException {
    mounted.shellInBoth(
        """
        touch -d '2001-01-01' f
        before=$(stat -c %.9Z f); setfattr -n user.a -v x f
        test "$before" != "$(stat -c %.9Z f)" && echo set
        before=$(stat -c %.9Z f); setfattr -x user.a f
        test "$before" != "$(stat -c %.9Z f)" && echo removed
        stat -c %Y f
        """);
  }

  @Test
  void libfuseTwoTakesNoAcls() throws IOException {
    String said = mounted.shell("touch f; setfacl -m u:1000:r f 2>&1 || true");
    if (driver == DriverChoice.JNR_FUSE) {
      assertThat(said).contains("Operation not supported");
    } else {
      assertThat(said).isEmpty();
    }
  }
}
