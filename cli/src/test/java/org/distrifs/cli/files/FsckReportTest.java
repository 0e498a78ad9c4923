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

/** What is called good, short and unavailable. */
class FsckReportTest {
  private static final RemotePath FILE = RemotePath.of(ByteString.copyFromUtf8("/a"));

  private final FsckReport report = new FsckReport(2, false);

  private static LocatedChunk.Builder chunk(int members) {
    LocatedChunk.Builder chunk = LocatedChunk.newBuilder().setChunk("uuid");
    ChunkLocation.Builder location = ChunkLocation.newBuilder().setVersion(5);
    for (int node = 1; node <= members; node++) {
      location.addMembers(Member.newBuilder().setNodeId(node).setAlive(true));
      chunk.addReplicas(
          ReplicaState.newBuilder()
              .setNodeId(node)
              .setMember(true)
              .setReported(true)
              .setVersion(5));
    }
    return chunk.setLocation(location);
  }

  private String found(LocatedChunk.Builder chunk) {
    return report.file(FILE, LocateReply.newBuilder().addChunks(chunk).build());
  }

  @Test
  void aFileWithAllItsReplicasIsNotMentioned() {
    assertThat(found(chunk(2))).isEmpty();
    assertThat(report.foundTrouble()).isFalse();
    assertThat(report.summary()).contains("1 files, 1 chunks: all replicas are good");
  }

  @Test
  void aStaleReplicaMakesAChunkShort() {
    LocatedChunk.Builder chunk = chunk(2);
    chunk.getReplicasBuilder(1).setVersion(4);
    assertThat(found(chunk))
        .contains("/a: chunk 0 (uuid) is short")
        .contains("stale on datanode 2");
    assertThat(report.foundTrouble()).isTrue();
    assertThat(report.foundUnavailable()).isFalse();
  }

  @Test
  void aChainWithFewerMembersThanTheReplicationIsShort() {
    assertThat(found(chunk(1))).contains("is short").contains("only 1 replicas of 2");
  }

  @Test
  void aChunkWithoutAGoodReplicaIsUnavailable() {
    LocatedChunk.Builder chunk = chunk(2);
    chunk.getLocationBuilder().getMembersBuilder(0).setAlive(false);
    chunk.getReplicasBuilder(1).setCorrupt(true);
    assertThat(found(chunk))
        .contains("is unavailable")
        .contains("away on datanode 1")
        .contains("corrupt on datanode 2");
    assertThat(report.foundUnavailable()).isTrue();
  }

  @Test
  void whatNobodyHasCommittedIsNotCounted() {
    LocatedChunk.Builder chunk = chunk(0);
    chunk.getLocationBuilder().setFresh(true);
    assertThat(found(chunk)).isEmpty();
    assertThat(report.summary()).contains("0 chunks");
  }

  @Test
  void findingsAreJsonLinesWhenThatIsAskedFor() {
    FsckReport json = new FsckReport(2, true);
    String line = json.file(FILE, LocateReply.newBuilder().addChunks(chunk(1)).build());
    assertThat(line).contains("\"state\":\"short\"").endsWith("}\n");
    assertThat(json.summary()).contains("\"chunks_short\":1");
  }
}
