package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.proto.control.ReportFailure;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A master with one client, and steps for tests with files of one chunk. */
abstract class ClusterSteps {

  static final long CHUNK_SIZE = 1 << 20;
  static final int LENGTH = 1000;
  private static final long STEP_MS = 1000;

  final MemoryLog log = new MemoryLog(CHUNK_SIZE);
  MiniMaster master;
  TestClient client;
  long number;
  long inode;

  @BeforeEach
  void start() throws IOException {
    master = new MiniMaster(log);
    client = new TestClient(master.channel(), 42);
    client.open();
  }

  @AfterEach
  void stop() throws IOException {
    master.close();
  }

  OperationReply createFile() {
    return call(TestClient.createWithChunk("file" + number));
  }

  /** Makes a file of one chunk, with LENGTH bytes on each node. */
  ChunkLocation writtenFile() {
    OperationReply file = createFile();
    inode = file.getAttributes().getInode();
    long chunkId = file.getChunks(0).getChunkId();
    for (int node = 1; node <= 3; node++) {
      replica(node, chunkId).length = LENGTH;
    }
    Operation.Builder commit = commit(LENGTH);
    commit.getCommitBuilder().addWrittenChunks(chunkId);
    assertThat(call(commit).getErrno()).isZero();
    ChunkLocation chunk = locate();
    nodesOf(chunk).forEach(node -> tellOf(chunk, node));
    return chunk;
  }

  /** Has a datanode report its replica of a chunk in a heartbeat. */
  void tellOf(ChunkLocation chunk, int node) {
    master.beat(beat -> beat.addChanged(reported(chunk, chunk.getVersion())), node);
  }

  Operation.Builder commit(long size) {
    return Operation.newBuilder()
        .setCommit(Commit.newBuilder().setInode(inode).setSize(size).setModified(true));
  }

  ChunkLocation locate() {
    return client
        .call(
            9,
            ++number,
            Operation.newBuilder().setGetChains(GetChains.newBuilder().setInode(inode).setCount(1)))
        .getChunks(0);
  }

  ChunkLocation report(ChunkLocation chunk, int node, Status status) {
    return call(failure(chunk, node, status)).getChunks(0);
  }

  Operation.Builder failure(ChunkLocation chunk, int node, Status status) {
    return Operation.newBuilder()
        .setReportFailure(
            ReportFailure.newBuilder()
                .setInode(inode)
                .setChunkId(chunk.getChunkId())
                .setVersion(chunk.getVersion())
                .setFailedNodeId(node)
                .setStatus(status.code()));
  }

  FakeDatanodes.FakeReplica replica(int node, long chunkId) {
    return master.datanodes.replica(MiniMaster.BASE_PORT + node, chunkId);
  }

  OperationReply call(Operation.Builder operation) {
    return client.call(0, ++number, operation);
  }

  void passWithBeats(long ms, int... nodes) {
    int[] heard = nodes.length == 0 ? new int[] {1, 2, 3} : nodes;
    for (long passed = 0; passed < ms; passed += STEP_MS) {
      master.pass(Math.min(STEP_MS, ms - passed));
      for (int node : heard) {
        master.beat(node);
      }
      client.keepAlive(0);
    }
  }

  void awaitWritable() {
    master.until(() -> locate().getWritable());
  }

  static ReplicaReport.Builder reported(ChunkLocation chunk, int version) {
    return ReplicaReport.newBuilder()
        .setChunkId(chunk.getChunkId())
        .setVersion(version)
        .setLength(LENGTH);
  }

  static List<Integer> nodesOf(ChunkLocation chunk) {
    return chunk.getMembersList().stream().map(Member::getNodeId).toList();
  }
}
