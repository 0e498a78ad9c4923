package org.distrifs.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.ReplicaState;
import org.junit.jupiter.api.Test;

/** What the report says of chunks, depending on what the master knows of them. */
class FsckReportTest {
  private static final RemotePath FILE = RemotePath.of(ByteString.copyFromUtf8("/a"));

  private final FsckReport report = new FsckReport(2, false);

  private static LocatedChunk.Builder chunk(String condition, String... replicas) {
    LocatedChunk.Builder chunk = LocatedChunk.newBuilder().setChunk("uuid").setCondition(condition);
    ChunkLocation.Builder location = ChunkLocation.newBuilder().setVersion(5);
    for (int node = 1; node <= replicas.length; node++) {
      location.addMembers(Member.newBuilder().setNodeId(node));
      chunk.addReplicas(
          ReplicaState.newBuilder()
              .setNodeId(node)
              .setMember(true)
              .setCondition(replicas[node - 1]));
    }
    return chunk.setLocation(location);
  }

  private String found(LocatedChunk.Builder chunk) {
    return report.file(FILE, LocateReply.newBuilder().addChunks(chunk).build());
  }

  @Test
  void aFileWithAllItsReplicasIsNotMentioned() {
    assertThat(found(chunk("full", "good", "good"))).isEmpty();
    assertThat(report.foundTrouble()).isFalse();
    assertThat(report.summary()).contains("1 files, 1 chunks: all replicas are good");
  }

  @Test
  void aChunkIsToldWithTheMastersWordForItAndWhatEachReplicaIs() {
    assertThat(found(chunk("repairing", "good", "stale")))
        .contains("/a: chunk 0 (uuid) is repairing, 1 of 2 replicas are good")
        .contains("stale on datanode 2");
    assertThat(report.foundTrouble()).isTrue();
    assertThat(report.foundUnavailable()).isFalse();
    assertThat(report.summary()).contains("1 chunks repairing").doesNotContain("short");
  }

  @Test
  void aChainWithFewerMembersThanTheReplicationIsNamedSo() {
    assertThat(found(chunk("short", "good"))).contains("is short").contains("only 1 replicas of 2");
  }

  @Test
  void aChunkWithoutAGoodReplicaThatIsThereCannotBeReadThoughItIsNotLost() {
    assertThat(found(chunk("waiting", "away", "corrupt")))
        .contains("is waiting")
        .contains("cannot be read now")
        .contains("away on datanode 1")
        .contains("corrupt on datanode 2");
    assertThat(report.foundUnavailable()).isTrue();
  }

  @Test
  void ofAChunkThatIsNotReportedYetNobodySaysThatItCannotBeRead() {
    assertThat(found(chunk("unknown", "unknown", "unknown")))
        .contains("is unknown")
        .doesNotContain("cannot be read");
    assertThat(report.foundTrouble()).isTrue();
    assertThat(report.foundUnavailable()).isFalse();
  }

  @Test
  void whatNobodyHasCommittedIsNotCounted() {
    LocatedChunk.Builder chunk = chunk("unknown");
    chunk.getLocationBuilder().setFresh(true);
    assertThat(found(chunk)).isEmpty();
    assertThat(report.summary()).contains("0 chunks");
  }

  @Test
  void findingsAreJsonLinesWhenThatIsAskedFor() {
    FsckReport json = new FsckReport(2, true);
    String line =
        json.file(FILE, LocateReply.newBuilder().addChunks(chunk("short", "good")).build());
    assertThat(line).contains("\"state\":\"short\"").endsWith("}\n");
    assertThat(json.summary()).contains("\"chunks_short\":1").contains("\"chunks_lost\":0");
  }
}
