package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.journal.Candidates;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.NodeJoin;
import org.distrifs.proto.journal.SessionStart;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much memory a file takes. */
class NamespaceMemoryTest {

  private static final Logger LOG = LoggerFactory.getLogger(NamespaceMemoryTest.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int FILES = Integer.getInteger("distrifs.memory.files", 150_000);
  private static final int FILES_PER_DIRECTORY = 200;
  private static final int MAX_BYTES_PER_FILE = 200;

  private final MasterState state = new MasterState();
  private long txid;
  private long number;
  private long longestNs;

  @Test
  void aFileOfOneChunkWithItsNameCostsUnderTwoHundredBytes() {
    prepare();
    long usedBefore = usedHeapBytes();
    long startNs = System.nanoTime();
    long directory = ROOT;
    for (int i = 0; i < FILES; i++) {
      if (i % FILES_PER_DIRECTORY == 0) {
        directory = mutate(StateDriver.makeDirectory(ROOT, "dir-" + i)).getAttributes().getInode();
      }
      makeFile(directory, "file-" + i + ".txt");
    }
    long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    double tables = state.memoryBytes() / (double) FILES;
    double heap = (usedHeapBytes() - usedBefore) / (double) FILES;
    LOG.info(
        String.format(
            Locale.ROOT,
            "%d files, %d to a directory: %.1f bytes each in tables, %.1f on the heap;"
                + " %d ms for two mutations each, the longest took %.2f ms of CPU",
            FILES,
            FILES_PER_DIRECTORY,
            tables,
            heap,
            tookMs,
            longestNs / 1e6));
    assertThat(tables).isLessThan(MAX_BYTES_PER_FILE);
    assertThat(heap).isLessThan(MAX_BYTES_PER_FILE);
    assertThat(state.counts().chunks()).isEqualTo(FILES);
  }

  private void prepare() {
    apply(
        JournalEntry.newBuilder()
            .setFormatCluster(
                FormatCluster.newBuilder().setClusterId(1).setChunkSizeBytes(64 << 20)));
    for (int node = 1; node <= 3; node++) {
      apply(
          JournalEntry.newBuilder()
              .setNodeJoin(NodeJoin.newBuilder().setNodeSecret(node).setHost("h").setPort(1)));
    }
    apply(
        JournalEntry.newBuilder()
            .setSessionStart(SessionStart.newBuilder().setSessionId(1).setSlots(1)));
  }

  private void makeFile(long directory, String name) {
    OperationReply made =
        mutate(
            Operation.newBuilder()
                .setCreate(
                    Create.newBuilder()
                        .setParent(directory)
                        .setName(StateDriver.bytes(name))
                        .setMode(0644)
                        .setWithFirstChunk(true)));
    mutate(
        Operation.newBuilder()
            .setCommit(
                Commit.newBuilder()
                    .setInode(made.getAttributes().getInode())
                    .setSize(4096)
                    .setModified(true)
                    .addWrittenChunks(made.getChunks(0).getChunkId())));
  }

  private OperationReply mutate(Operation.Builder operation) {
    Applied applied =
        apply(
            JournalEntry.newBuilder()
                .setClient(
                    ClientMutation.newBuilder()
                        .setSessionId(1)
                        .setNumber(++number)
                        .setOperation(operation.setCaller(Caller.newBuilder().setUid(1).setGid(1)))
                        .addCandidates(
                            Candidates.newBuilder().addNodeIds(1).addNodeIds(2).addNodeIds(3))));
    OperationReply reply = ((Applied.Replied) applied).reply();
    assertThat(reply.getErrno()).isZero();
    return reply;
  }

  private Applied apply(JournalEntry.Builder entry) {
    JournalEntry complete = entry.setTimeNs(1_700_000_000_000_000_000L + number).build();
    // CPU time of this thread, so that other programs and the garbage collector do not count.
    long startNs = THREADS.getCurrentThreadCpuTime();
    Applied applied = state.apply(++txid, complete);
    longestNs = Math.max(longestNs, THREADS.getCurrentThreadCpuTime() - startNs);
    return applied;
  }

  private static long usedHeapBytes() {
    Runtime runtime = Runtime.getRuntime();
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }
}
