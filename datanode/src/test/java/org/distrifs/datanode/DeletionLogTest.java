package org.distrifs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.datanode.ChainFixture.Node;
import org.distrifs.datanode.store.Removal;
import org.distrifs.proto.frame.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** At INFO the log of a datanode tells how many replicas went, and no single one. */
class DeletionLogTest {
  private static final int CHUNKS = 30;

  @TempDir Path folder;

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.distrifs.datanode");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void endListening() {
    logger.detachAppender(lines);
  }

  @Test
  void deletedReplicasAreToldAsASumAndNotOneByOne() {
    try (ChainFixture chain = new ChainFixture(folder, 1)) {
      Node node = chain.node(1);
      for (int chunk = 1; chunk <= CHUNKS; chunk++) {
        assertThat(chain.put(chunk, 1, 0, new byte[] {1}, chunk)).isEqualTo(Status.OK);
        // The second is not in the version that is to go.
        node.plane.discard(chunk, chunk == 2 ? 7 : 1, Removal.TO_TRASH);
      }
      // A call to a slot waits until the replica that is being deleted there is gone.
      for (int chunk = 1; chunk <= CHUNKS; chunk++) {
        chain.fence(node, chunk, 1);
      }
    }
    List<String> told = told();
    assertThat(told)
        .filteredOn(message -> message.startsWith("In the last "))
        .singleElement()
        .asString()
        .endsWith(" s: 29 replicas moved to the trash, 1 replicas not deleted");
    assertThat(told).noneMatch(message -> message.contains("chunk"));
  }

  private List<String> told() {
    synchronized (lines) {
      return lines.list.stream()
          .filter(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
          .map(ILoggingEvent::getFormattedMessage)
          .toList();
    }
  }
}
