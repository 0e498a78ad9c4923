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

/** Ordinary programs on a mount. */
@ParameterizedClass
@EnumSource(DriverChoice.class)
@Tag("mount")
class ProgramsTest {
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
  void aTreeIsCopiedWithAllThatItHas() throws IOException {
    assertThat(
            mounted.shell(
                """
                cp -a /usr/share/perl5 tree
                diff -r --no-dereference /usr/share/perl5 tree
                cd /usr/share/perl5 && find . -printf '%p %y %m %s %T@ %l\\n' | sort > "$OLDPWD/want"
                cd "$OLDPWD/tree" && find . -printf '%p %y %m %s %T@ %l\\n' | sort > ../got
                cd .. && sed -E 's/ d ([0-9]+) [0-9]+ / d \\1 - /' want > want.d
                sed -E 's/ d ([0-9]+) [0-9]+ / d \\1 - /' got > got.d
                diff want.d got.d
                tar -cf tree.tar tree && mkdir out && tar -xf tree.tar -C out && diff -r tree out/tree
                rm -rf tree out && ls
                """))
        .isEqualTo("got\ngot.d\ntree.tar\nwant\nwant.d\n");
  }

  @Test
  void gitWorksInIt() throws IOException {
    mounted.shell(
        """
        export GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
        git init -q repository && cd repository
        for i in $(seq 50); do echo "$i" > "file $i"; done
        git add . && git commit -qm first
        for i in $(seq 25); do echo more >> "file $i"; done
        git commit -qam second && git gc -q && git fsck --strict
        test -z "$(git status --porcelain)"
        cd .. && git clone -q repository copy && cd copy && git fsck --strict
        test "$(git rev-list --count HEAD)" = 2
        """);
  }

  @Test
  void sqliteWorksInIt() throws IOException {
    assertThat(
            mounted.shell(
                """
                for mode in delete wal; do
                  sqlite3 "$mode.db" "pragma journal_mode=$mode; create table t (i integer);" >&2
                  for i in $(seq 20); do sqlite3 "$mode.db" "insert into t values ($i)"; done
                  sqlite3 "$mode.db" 'select sum(i) from t; pragma integrity_check;'
                done 2> /dev/null
                """))
        .isEqualTo("210\nok\n210\nok\n");
  }

  @Test
  void bytesAtRandomOffsetsAreThoseOfAnOrdinaryFile() throws IOException {
    mounted.shellInBoth(
        """
        awk 'BEGIN { srand(7); for (i = 0; i < 200; i++)
          print int(rand() * 3000000), 1 + int(rand() * 200000) }' > plan
        while read -r offset length; do
          head -c "$length" /dev/zero | tr '\\0' "$((offset % 10))" |
            dd of=f bs=64k seek="$offset" oflag=seek_bytes conv=notrunc iflag=fullblock status=none
        done < plan
        cksum < f
        truncate -s 1234567 f; cksum < f
        truncate -s 2345678 f; cksum < f
        fallocate --dig-holes f 2> /dev/null || true; cksum < f
        """);
  }

  @Test
  void aCompilerWorksInIt() throws IOException {
    mounted.shell(
        """
        command -v gcc > /dev/null || exit 0
        printf '#include <stdio.h>\\nint main(void) { return puts("built") < 0; }\\n' > main.c
        gcc -o program main.c && test "$(./program)" = built
        """);
  }

  @Test
  void rsyncFindsNothingToDoTheSecondTime() throws IOException {
    mounted.shell(
        """
        command -v rsync > /dev/null || exit 0
        rsync -a /usr/share/perl5/ tree/
        test -z "$(rsync -ain /usr/share/perl5/ tree/)"
        """);
  }

  @Test
  void manyProcessesWorkAtOnce() throws IOException {
    mounted.shell(
        """
        for p in $(seq 8); do
          ( mkdir "p$p"; cd "p$p"
            for i in $(seq 100); do echo "$p $i" > "f$i"; mv "f$i" "g$i"; done
            cat g* | wc -l > ../count$p ) &
        done
        wait
        test "$(cat count* | sort -u)" = 100
        """);
  }
}
