package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.distrifs.systemtests.cluster.RunningMount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Access control lists, set-id bits and capabilities: each script runs in a folder of the mount and
 * in a local one, and must print the same in both.
 */
class AccessControlTest {

  /** {@code as UID COMMAND…} runs a command as an ordinary user and says why it failed. */
  private static final String WORDS =
      """
      cd "$1"
      as() {
        user=$1; shift
        setpriv --reuid="$user" --regid="$user" --clear-groups "$@" 2>&1 | sed 's/.*: //' || true
      }
      in_group() {
        group=$1; shift
        setpriv --reuid=1009 --regid=1009 --groups="$group" "$@" 2>&1 | sed 's/.*: //' || true
      }
      """;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @RunningMount({"--driver", "kernel"})
  private static ExtraMount mount;

  private static int scripts;

  private static void inBoth(String script) throws IOException {
    final String name = "script-" + ++scripts;
    final Path ordinary = Files.createDirectory(folder.resolve(name));
    final Path mounted = Files.createDirectory(mount.point().resolve(name));
    final String expected = Command.shell(WORDS + script, ordinary).expectSuccess().output();
    assertThat(Command.shell(WORDS + script, mounted).expectSuccess().output())
        .isEqualTo(expected)
        .isNotEmpty();
  }

  @Test
  void anAclDecidesWhoMayReadAndWrite() throws IOException {
    inBoth(
        """
        chmod 755 .; echo text > f; chmod 600 f
        as 1000 cat f
        setfacl -m u:1000:r,g:77:rw f; getfacl -n f; stat -c %a f
        as 1000 cat f; as 1001 cat f; as 1000 sh -c 'echo no >> f'
        in_group 77 sh -c 'echo group >> f'; cat f
        setfacl -m m::- f; getfacl -n f; as 1000 cat f
        chmod 644 f; getfacl -n f; as 1000 cat f; in_group 77 sh -c 'echo no >> f'
        chgrp 77 f; setfacl -m g::- f; in_group 77 cat f
        setfacl -b f; getfacl -n f; stat -c '%a %A' f
        setfacl -m u::rwx,g::rx,o::x f; getfacl -n f; ls -l f | cut -c1-11
        """);
  }

  @Test
  void aDirectorysAclDecidesWhoMayPassAndMake() throws IOException {
    inBoth(
        """
        chmod 755 .; mkdir d; chmod 700 d; echo in > d/f
        as 1000 cat d/f; setfacl -m u:1000:x d; as 1000 cat d/f; as 1000 ls d
        as 1000 touch d/new; setfacl -m u:1000:rwx d; as 1000 touch d/new; as 1000 ls d
        chmod +t d; as 1000 rm -f d/f; as 1000 rm -f d/new; ls d
        """);
  }

  @Test
  void whatIsMadeInheritsTheDefaultAclAndTheUmaskCountsOnlyWithoutOne() throws IOException {
    inBoth(
        """
        umask 027; touch plain; mkdir plain.d; mkfifo plain.p; stat -c '%n %a' plain*
        mkdir d; setfacl -d -m u:1000:rwX,o::- d; getfacl -n d
        touch d/f; mkdir d/s; mkdir d/s/t; touch d/s/t/f; mkfifo d/p; ln -s f d/l
        mknod d/device c 1 3; cp plain d/copy; cp -p plain d/kept
        find d | sort | grep -v /l | xargs getfacl -n; stat -c '%n %a' d/*
        setfacl -d -m u::rwx,g::rx,o::r -x u:1000,m d; getfacl -n d
        umask 077; touch d/equivalent; getfacl -n d/equivalent
        setfacl -k d; touch d/masked; stat -c %a d/masked; getfacl -n d
        setfacl -d -m u:1:r plain 2>&1 || true
        """);
  }

  @Test
  void settingAnAclAsAStrangerToTheGroupTakesSetGroupIdAway() throws IOException {
    inBoth(
        """
        chmod 777 .; for f in mine theirs; do touch $f; chown 1000:5 $f; chmod 2755 $f; done
        as 1000 setfacl -m u:7:r mine; setfacl -m u:7:r theirs; stat -c '%n %a' mine theirs
        as 1001 setfacl -m u:7:r mine; as 1001 setfacl -b theirs
        """);
  }

  @Test
  void setIdBitsGoWhenAnOrdinaryUserWritesAndWhenTheOwnerChanges() throws IOException {
    inBoth(
        """
        chmod 777 .; cp /bin/true p; again() { chmod 6777 p; }
        again; as 1000 sh -c 'echo x >> p'; stat -c %a p
        again; as 1000 sh -c ': > p'; stat -c %a p
        again; as 1000 truncate -s 5 p; stat -c %a p
        again; as 1000 dd if=/dev/zero of=p bs=4096 count=1 conv=notrunc oflag=direct status=none
        stat -c %a p
        again; echo x >> p; truncate -s 7 p; stat -c %a p
        again; chown 1000 p; stat -c %a p
        again; perl -e 'chown -1, -1, "p"'; stat -c %a p
        chmod 6767 p; as 1000 sh -c 'echo x >> p'; stat -c %a p
        chmod 2767 p; as 1001 sh -c 'echo x >> p'; stat -c %a p
        chgrp 77 p; chmod 2767 p; in_group 77 sh -c 'echo x >> p'; stat -c %a p
        in_group 77 dd if=/dev/zero of=p bs=4096 count=1 conv=notrunc oflag=direct status=none
        in_group 77 truncate -s 3 p; in_group 77 sh -c ': > p'; stat -c %a p
        in_group 78 sh -c ': > p'; stat -c %a p
        mkdir d; chmod 2777 d; chown 1000 d; stat -c %a d
        """);
  }

  @Test
  void aCapabilityGoesWithTheFirstChangeOfTheFileAndIsKeptUntilThen() throws IOException {
    inBoth(
        """
        PATH=$PATH:/usr/sbin; cp /bin/true p; chmod 777 p
        again() { setcap cap_net_raw+ep p; echo "with $(getcap p)"; }
        again; cat p > /dev/null; touch p; chmod 775 p; ln p q; echo "kept $(getcap p)"
        again; echo x >> p; echo "written $(getcap p)"
        again; truncate -s 100 p; echo "cut $(getcap p)"
        again; : > p; echo "emptied $(getcap p)"
        again; chown 1000 p; echo "given $(getcap p)"
        again; dd if=/dev/zero of=p bs=4096 count=1 conv=notrunc oflag=direct status=none
        echo "past the pages $(getcap p)"
        """);
  }

  /** tar sets the capability of a file that it extracts before it closes that file. */
  @Test
  void aCapabilityThatIsSetAfterTheBytesWereWrittenStays() throws IOException {
    inBoth(
        """
        PATH=$PATH:/usr/sbin; cp /bin/true p; setcap cap_net_raw+ep p
        tar --xattrs --xattrs-include='*' -cf a.tar p; rm p
        tar --xattrs --xattrs-include='*' -xf a.tar; getcap p; cmp p /bin/true
        perl -e 'my $file = "p"; my $name = "security.capability";
          my $value = "\\0" x 20; my $length = syscall(191, $file, $name, $value, 20);
          open F, ">", "q"; syswrite F, "text"; syscall(190, fileno F, $name, $value, $length, 0);
          close F'
        getcap q; cat q
        """);
  }

  @Test
  void whatOneMountSetsTheOtherGoesByWithinTheAgeOfAttributes() throws Exception {
    final Path second = folder.resolve("second");
    try (ExtraMount other = ExtraMount.of(cluster, second, "--driver", "kernel")) {
      final String printed =
          Command.shell(
                  WORDS
                      + """
                      chmod 755 .; mkdir shared; echo text > shared/f; chmod 600 shared/f
                      cd "$2/shared"; as 1000 cat f; cd "$1/shared"; setfacl -m u:1000:r f
                      sleep 1.5; cd "$2/shared"; as 1000 cat f; setfacl -b f; setfattr -n user.a -v x f
                      sleep 1.5; cd "$1/shared"; as 1000 cat f; getfattr -n user.a --only-values f
                      """,
                  mount.point(),
                  other.point())
              .expectSuccess()
              .output();
      assertThat(printed).isEqualTo("Permission denied\ntext\nPermission denied\nx");
    }
  }
}
