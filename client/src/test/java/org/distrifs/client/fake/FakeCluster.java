package org.distrifs.client.fake;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.file.SdkClient;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A master and three datanodes in memory, and clients of them. */
public final class FakeCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FakeCluster.class);

  private final List<DistriFsClient> clients = new CopyOnWriteArrayList<>();
  public static final int CHUNK_BYTES = 64 << 10;
  public static final int PACKET_BYTES = 16 << 10;

  private final FakeDatanodes datanodes = new FakeDatanodes();
  private final FakeMasterStreams master = new FakeMasterStreams(datanodes, CHUNK_BYTES);

  public FakeDatanodes datanodes() {
    return datanodes;
  }

  public FakeMasterStreams master() {
    return master;
  }

  /** Bounds so short that a test can wait for them, memory so small that it runs out. */
  public static ClientSettings settings() {
    return settings(1_000, 1_500);
  }

  /** The same with other bounds of a packet and of a chunk. */
  public static ClientSettings settings(int packetTimeoutMs, long chunkTimeoutMs) {
    return settings(packetTimeoutMs, chunkTimeoutMs, 3_000);
  }

  /** The same with another bound of an operation, too. */
  public static ClientSettings settings(
      int packetTimeoutMs, long chunkTimeoutMs, long operationTimeoutMs) {
    return new ClientSettings(
        List.of(new PeerAddress("fake", 1)),
        "test",
        operationTimeoutMs,
        10_000,
        100,
        4,
        256 << 10,
        4,
        PACKET_BYTES,
        200,
        packetTimeoutMs,
        chunkTimeoutMs,
        64 << 10,
        128 << 10,
        1_000,
        2_000,
        1_000,
        1_000,
        1_000,
        1_000,
        1_000);
  }

  public DistriFsClient client() {
    return client(settings());
  }

  public DistriFsClient client(ClientSettings settings) {
    CloseStack opened = new CloseStack();
    Metrics metrics = opened.add("metrics", new Metrics("client"));
    SdkClient client =
        SdkClient.connect(
            settings,
            master,
            datanodes,
            new SystemClock(),
            new SystemEntropy(),
            metrics,
            clusterId -> {},
            opened);
    clients.add(client);
    return client;
  }

  /** Ends the clients first, of which a test that fails has not closed all. */
  @Override
  public void close() throws InterruptedException {
    for (DistriFsClient client : clients) {
      try {
        client.close();
      } catch (IOException e) {
        LOG.info("A client could not send everything at its end: {}", e.getMessage());
      }
    }
    master.shutDown();
    datanodes.shutDown();
  }
}
