package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesAndLargeFilesTest {
  private static final long GIB = 1L << 30;
  private static final int ENTRIES = 2_500;
  private static final long CHUNK_BYTES = 64L << 20;

  @TempDir static Path folder;
  @RunningCluster private static Cluster cluster;

  @Test
  void aTreeOfThousandsOfFilesComesOutAsItWentIn() throws Exception {
    final Path tree = Files.createDirectory(folder.resolve("tree"));
    Command.shell(
            """
            cd /usr/share; find doc | head -n "$2" > "$1".list
            tar -cf - --no-recursion -T "$1".list | tar -xf - -C "$1"
            """,
            tree,
            ENTRIES)
        .expectSuccess();
    Command.shell("cp -a \"$1\"/doc \"$2\"/", tree, cluster.mount()).expectSuccess();

    Command.shell("diff -r --no-dereference \"$1\"/doc \"$2\"/doc", tree, cluster.mount())
        .expectSuccess();
  }

  @Test
  void aGibibyteInSixteenChunksKeepsItsHashAlsoOverARestart() throws Exception {
    final Path original = folder.resolve("random.bin");
    Command.shell("head -c " + GIB + " /dev/urandom > \"$1\"", original).expectSuccess();
    final String hash = sha256(original);

    Command.run("cp", original.toString(), cluster.mount().toString()).expectSuccess();
    assertThat(sha256(cluster.mount().resolve("random.bin"))).isEqualTo(hash);
    final LocateReply located = cluster.locate("/random.bin");
    assertThat(located.getChunksCount()).isEqualTo((int) (GIB / CHUNK_BYTES));

    cluster.local("down").expectSuccess();
    assertThat(Cluster.mounted(cluster.mount())).isFalse();
    cluster.local("up").expectSuccess();
    assertThat(Cluster.mounted(cluster.mount())).isTrue();
    assertThat(sha256(cluster.mount().resolve("random.bin"))).isEqualTo(hash);
    Files.delete(original);
    Files.delete(cluster.mount().resolve("random.bin"));
  }

  private static String sha256(Path file) {
    return Command.shell("cat \"$1\" | sha256sum", file).expectSuccess().output();
  }
}
