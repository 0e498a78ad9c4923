package org.distrifs.master.journal;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.disk.LocalDisk;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * From the proposal of entries until they are applied, in a log on the disk of the temporary
 * folder: mostly the time of one sync, which all entries of a call share.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JournalAppendBench {
  private static final int CHUNK_SIZE_BYTES = 64 << 20;
  private static final int TIMEOUT_S = 30;

  @Param({"1", "16"})
  public int entries;

  private final Semaphore applied = new Semaphore(0);
  private Path folder;
  private LocalLog log;
  private List<ReplicatedLog.Proposal> proposals;

  /** Formats a log of its own and starts it. */
  @Setup
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("journal-bench-");
    final LocalDisk disk = new LocalDisk();
    LocalLog.format(
        disk,
        folder,
        JournalEntry.newBuilder()
            .setFormatCluster(
                FormatCluster.newBuilder().setClusterId(1).setChunkSizeBytes(CHUNK_SIZE_BYTES))
            .build());
    log = LocalLog.open(disk, folder, new SystemClock(), 1);
    log.start(new Listener());
    final JournalEntry entry =
        JournalEntry.newBuilder()
            .setClient(
                ClientMutation.newBuilder()
                    .setSessionId(1)
                    .setNumber(1)
                    .setOperation(
                        Operation.newBuilder()
                            .setMakeDirectory(
                                MakeDirectory.newBuilder()
                                    .setParent(1)
                                    .setName(ByteString.copyFromUtf8("a-directory")))))
            .build();
    proposals = Collections.nCopies(entries, () -> entry);
  }

  /** Ends the log and removes its folder. */
  @TearDown
  public void tearDown() throws IOException {
    log.close();
    try (Stream<Path> files = Files.list(folder)) {
      for (final Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Benchmark
  public void append() throws InterruptedException {
    if (!log.propose(proposals) || !applied.tryAcquire(entries, TIMEOUT_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the journal in " + folder + " did not take the entries");
    }
  }

  private final class Listener implements ReplicatedLog.Listener {
    @Override
    public void apply(List<ReplicatedLog.Committed> committed) {
      applied.release((int) committed.stream().filter(one -> one.proposal() != null).count());
    }

    @Override
    public void durable(long upToTxid) {}

    @Override
    public void leader(long term) {}

    @Override
    public void follower() {}
  }
}
