package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.client.fake.FileBytes.bytes;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which writes ask the members for a sync, and what follows when they fail. */
class SyncingWritesTest extends OneFileSteps {

  @Test
  void aSyncOfBytesThatWereNotSentNeedsNoMoreThanTheirWrites() throws IOException {
    long chunk = FakeCluster.CHUNK_BYTES;
    file.write(0, bytes(100));
    file.write(8000, bytes(100));
    file.write(chunk, bytes(100));
    file.sync();
    assertThat(cluster.datanodes().syncingWrites()).as("the last of each chunk").isEqualTo(2);
    file.sync();
    file.write(chunk, bytes(100));
    file.sync();
    assertThat(cluster.datanodes().syncingWrites()).isEqualTo(3);
    assertThat(cluster.datanodes().syncs()).isZero();
    assertThat(client.metadata().freshAttributes(file.inode()).getSize()).isEqualTo(chunk + 100);
  }

  @Test
  void noWriteSyncsWhatWasSentBefore() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    file.write(200, bytes(100));
    file.sync();
    assertThat(cluster.datanodes().syncingWrites()).isZero();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"LOSE_ANSWER", "LOSE_REQUEST", "REFUSE_OVERLOADED", "CHANGE_CHAIN"})
  void aWriteThatWasToSyncAndFailedIsSentAgainAndEachMemberSyncs(Fate fate) throws IOException {
    file.write(0, bytes(100));
    file.sync();
    AtomicBoolean failed = new AtomicBoolean();
    cluster
        .datanodes()
        .setFaults(
            request ->
                request instanceof DataRequest.Write write
                        && write.sync()
                        && !failed.getAndSet(true)
                    ? fate
                    : Fate.SERVE);
    file.write(0, bytes(100));
    file.sync();
    assertThat(failed).isTrue();
    assertThat(cluster.datanodes().syncs()).isEqualTo(3);
  }
}
