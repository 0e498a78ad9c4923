package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ReplicaFile;
import org.distrifs.systemtests.cluster.RunningCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each chunk is whole on three datanodes, and no reader gets rotten bytes of some of them. */
class ReplicasTest {
  private static final int CHUNK_BYTES = 64 << 20;
  private static final int ROTTING_BYTES = 3_000_000;

  @TempDir static Path folder;

  @RunningCluster({"--datanodes", "4"})
  private static Cluster cluster;

  @Test
  void eachChunkIsOnExactlyThreeDatanodesByteForByte() throws Exception {
    final Path file = cluster.mount().resolve("three");
    Command.shell("head -c 150000000 /dev/urandom > \"$1\"; sync \"$1\"", file).expectSuccess();

    final List<LocatedChunk> chunks = cluster.locate("/three").getChunksList();
    assertThat(chunks).hasSize(3);
    for (final LocatedChunk chunk : chunks) {
      final List<Path> replicas = replicas(chunk);
      assertThat(replicas).hasSize(3);
      for (final Path other : replicas.subList(1, 3)) {
        assertThat(ReplicaFile.mismatch(replicas.get(0), other, CHUNK_BYTES)).isEqualTo(-1);
      }
      assertThat(
              Command.shell(
                      "find \"$1\" -name \"$2\" | wc -l",
                      cluster.folder().resolve("data"),
                      chunk.getChunk())
                  .output()
                  .strip())
          .isEqualTo("3");
    }
  }

  @Test
  void flippedBytesOnTwoReplicasAreNotReadAreToldAndAreMendedFromTheThird() throws Exception {
    final Path file = cluster.mount().resolve("rotting");
    final Path original = writeTo(file);
    final LocatedChunk chunk = cluster.locate("/rotting").getChunks(0);
    final List<Path> replicas = replicas(chunk);
    flip(replicas.get(0), 1_234_567);
    flip(replicas.get(1), 1_234_567);

    // Each reader chooses the replica that it begins with, so read until both bad ones were found.
    // The third replica repairs them.
    Await.until(
        "both were found and mended",
        Duration.ofSeconds(90),
        () -> {
          Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
          Command.run("cmp", original.toString(), file.toString()).expectSuccess();
          Command.shell(
                  "\"$1\" cat --master \"$2\" /rotting | cmp - \"$3\"",
                  Cluster.launcher(),
                  cluster.masterAddress(),
                  original)
              .expectSuccess();
          return ReplicaFile.mismatch(original, replicas.get(0), ROTTING_BYTES) < 0
              && ReplicaFile.mismatch(original, replicas.get(1), ROTTING_BYTES) < 0;
        });

    Await.until(
        "both were counted",
        Duration.ofSeconds(30),
        () -> cluster.status().getCorruptReplicasTotal() >= 2);
    assertThat(Files.readString(cluster.log("master")))
        .contains("Chunk " + chunk.getChunk() + " is corrupt")
        .contains("/rotting");
  }

  @Test
  void rotThatNoReplicaIsFreeOfIsNamedAndNeverRead() throws Exception {
    final Path file = cluster.mount().resolve("rotten");
    writeTo(file);
    final LocatedChunk chunk = cluster.locate("/rotten").getChunks(0);
    for (final Path replica : replicas(chunk)) {
      flip(replica, 1_234_567);
    }

    Command.shell("dd if=\"$1\" iflag=nocache count=0 status=none", file).expectSuccess();
    // Once the master knows that no member has the block, readers do not wait for its repair.
    final Command.Result read =
        Command.run(Duration.ofSeconds(30), List.of("cat", file.toString()));
    assertThat(read.exitStatus()).isNotZero();
    assertThat(read.output()).contains("Input/output error");
    Await.until(
        "status lists a bad block of each replica",
        Duration.ofSeconds(60),
        () ->
            cluster.status().getCorruptReplicasList().stream()
                    .filter(each -> each.getChunk().equals(chunk.getChunk()))
                    .count()
                >= 3);

    final String status = cluster.distrifs("status").expectSuccess().output();
    assertThat(status).contains(chunk.getChunk()).contains("/rotten");
  }

  private static Path writeTo(Path file) throws Exception {
    final Path original = folder.resolve("original-of-" + file.getFileName());
    Command.shell(
            "head -c $3 /dev/urandom > \"$1\"; cp \"$1\" \"$2\"", original, file, ROTTING_BYTES)
        .expectSuccess();
    return original;
  }

  private static List<Path> replicas(LocatedChunk chunk) {
    return chunk.getLocation().getMembersList().stream().map(m -> replica(m, chunk)).toList();
  }

  private static Path replica(Member member, LocatedChunk chunk) {
    return cluster.replicaFile(member.getPort() - cluster.basePort(), chunk.getChunk());
  }

  private static void flip(Path file, long offset) throws Exception {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      final int old = bytes.read();
      bytes.seek(offset);
      bytes.write(old ^ 1);
    }
  }
}
