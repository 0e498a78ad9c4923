package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Ordinary programs work on the mount as they do on a local disk. */
class ProgramsTest {
  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  private Path work;

  @BeforeEach
  void makeFolder(TestInfo test) throws Exception {
    work = Files.createDirectory(cluster.mount().resolve(test.getTestMethod().get().getName()));
  }

  @Test
  void gitClonesCommitsAndChecks() {
    Command.shell(
            """
            export HOME="$2" GIT_CONFIG_NOSYSTEM=1
            mkdir "$2/origin"; cd "$2/origin"; git init -q .
            git config user.email someone@example.org; git config user.name Someone
            for i in $(seq 300); do mkdir -p d$((i % 17)); seq $i > d$((i % 17))/f$i; done
            git add -A; git commit -qm first
            git clone -q --no-hardlinks "$2/origin" "$1/clone"; cd "$1/clone"
            git config user.email someone@example.org; git config user.name Someone
            git fsck --strict
            seq 1000 > d1/f1; git commit -qam second; git gc -q; git fsck --strict
            test -z "$(git status --porcelain)"
            git checkout -q HEAD~1; test "$(wc -l < d1/f1)" = 1
            """,
            work, folder)
        .expectSuccess();
  }

  @Test
  @Tag("quick")
  void tarExtractsWhatItPacked() {
    Command.shell(
            """
            tar -C /usr/share -cf "$2/perl5.tar" perl5
            tar -C "$1" -xf "$2/perl5.tar"
            tar -C "$1" -df "$2/perl5.tar"
            """,
            work,
            folder)
        .expectSuccess();
  }

  @Test
  void makeBuildsASmallProgram() {
    final Command.Result result =
        Command.shell(
            """
            cd "$1"
            printf 'int twice(int x);\\nint main(void) { return twice(21) == 42 ? 0 : 1; }\\n' > main.c
            printf 'int twice(int x) { return 2 * x; }\\n' > twice.c
            printf 'prog: main.o twice.o\\n\\tcc -o prog main.o twice.o\\n%%.o: %%.c\\n\\tcc -O2 -c $<\\n' > Makefile
            make
            ./prog
            make
            """,
            work);
    assertThat(result.expectSuccess().output()).contains("up to date");
  }

  @Test
  void sqliteInsertsAndChecks() {
    final Command.Result result =
        Command.shell(
            """
            cd "$1"
            { echo 'create table t(id integer primary key, v text);'
              for i in $(seq 200); do echo "insert into t(v) values(hex(randomblob(200)));"; done
              echo 'begin;'
              for i in $(seq 20000); do echo "insert into t(v) values(hex(randomblob(50)));"; done
              echo 'commit;'
            } | sqlite3 test.db
            sqlite3 test.db 'update t set v = upper(v) where id % 7 = 0; delete from t where id % 11 = 0; vacuum;'
            sqlite3 test.db 'pragma integrity_check; select count(*) from t;'
            """,
            work);
    assertThat(result.expectSuccess().output()).isEqualTo("ok\n18364\n");
  }

  @Test
  void rsyncCopiesOnceAndThenNothing() {
    final Command.Result result =
        Command.shell(
            """
            rsync -a /usr/share/perl5 "$1"/
            rsync -a --itemize-changes /usr/share/perl5 "$1"/
            """,
            work);
    assertThat(result.expectSuccess().output()).isEmpty();
  }
}
