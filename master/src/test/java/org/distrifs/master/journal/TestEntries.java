package org.distrifs.master.journal;

import com.google.protobuf.ByteString;
import java.util.stream.IntStream;
import org.distrifs.master.journal.ReplicatedLog.Proposal;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.StartTerm;

/** Journal entries for tests. */
final class TestEntries {

  static final long CLUSTER_ID = 0x1122334455667788L;

  private TestEntries() {}

  static JournalEntry format() {
    return JournalEntry.newBuilder()
        .setTimeNs(1)
        .setFormatCluster(
            FormatCluster.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setChunkSizeBytes(64 << 20)
                .setFeatureLevel(1))
        .build();
  }

  static JournalEntry startTerm(long term) {
    return JournalEntry.newBuilder().setStartTerm(StartTerm.newBuilder().setTerm(term)).build();
  }

  /** A mutation that differs from those of other numbers, of about this many bytes. */
  static JournalEntry mutation(long number, int nameBytes) {
    byte[] name = new byte[nameBytes];
    IntStream.range(0, nameBytes).forEach(i -> name[i] = (byte) ('a' + (number + i) % 26));
    return JournalEntry.newBuilder()
        .setTimeNs(number)
        .setClient(
            ClientMutation.newBuilder()
                .setSessionId(7)
                .setNumber(number)
                .setOperation(
                    Operation.newBuilder()
                        .setMakeDirectory(
                            MakeDirectory.newBuilder()
                                .setParent(1)
                                .setName(ByteString.copyFrom(name)))))
        .build();
  }

  static Proposal proposal(JournalEntry entry) {
    return () -> entry;
  }
}
