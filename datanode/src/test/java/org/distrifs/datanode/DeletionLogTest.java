package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.distrifs.datanode.ChainFixture.Node;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.frame.Status;
import org.distrifs.runtime.log.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At INFO a datanode logs how many replicas were deleted, and no single one. */
class DeletionLogTest {
  private static final int CHUNKS = 30;

  @TempDir Path folder;

  private final CapturedLog log = CapturedLog.of("org.distrifs.datanode");

  @AfterEach
  void endCapture() {
    log.close();
  }

  @Test
  void deletedReplicasAreToldAsASumAndNotOneByOne() {
    try (ChainFixture chain = new ChainFixture(folder, 1)) {
      Node node = chain.node(1);
      for (int chunk = 1; chunk <= CHUNKS; chunk++) {
        assertThat(chain.put(chunk, 1, 0, new byte[] {1}, chunk)).isEqualTo(Status.OK);
        // The second replica has another version than the one to be deleted.
        node.plane.discard(chunk, chunk == 2 ? 7 : 1, Removal.TO_TRASH);
      }
      // A command for a chunk waits until a deletion of its replica has ended.
      for (int chunk = 1; chunk <= CHUNKS; chunk++) {
        chain.fence(node, chunk, 1);
      }
    }
    List<String> messages = log.messages();
    assertThat(messages)
        .filteredOn(message -> message.startsWith("In the last "))
        .singleElement()
        .asString()
        .endsWith(" s: 29 replicas moved to the trash, 1 replicas not deleted");
    assertThat(messages).noneMatch(message -> message.contains("chunk"));
  }
}
