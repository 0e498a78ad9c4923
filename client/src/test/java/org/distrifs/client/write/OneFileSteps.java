package org.distrifs.client.write;

import java.io.IOException;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.fake.FakeCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client with a new file that is open, on a master and datanodes in memory. */
abstract class OneFileSteps {
  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  DistriFsClient client;
  OpenFile file;

  @BeforeEach
  void createFile() throws IOException {
    client = cluster.client();
    file = FakeCluster.create(client, "a");
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }
}
