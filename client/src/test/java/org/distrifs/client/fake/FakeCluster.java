package org.distrifs.client.fake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.file.SdkClient;
import org.distrifs.client.session.Waiting;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.Caller;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.metrics.Metrics;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master and three datanodes in memory, and clients of them. As an extension of a test it ends
 * after each test method, and fails that if the clients have broken a rule of the data plane.
 */
public final class FakeCluster implements AutoCloseable, AfterEachCallback {
  private static final Logger LOG = LoggerFactory.getLogger(FakeCluster.class);

  private final List<DistriFsClient> clients = new CopyOnWriteArrayList<>();

  /** How long a test waits for what a client does in the background. */
  public static final long WAIT_MS = 20_000;

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

  /** Settings with time-outs that a test can wait for, and so little memory that it runs out. */
  public static ClientSettings settings() {
    return settings(1_000, 1_500);
  }

  /** The same with other time-outs of a packet and of a chunk. */
  public static ClientSettings settings(int packetTimeoutMs, long chunkTimeoutMs) {
    return settings(packetTimeoutMs, chunkTimeoutMs, 3_000);
  }

  /** The same with another time-out of an operation, too. */
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
            Waiting.REAL,
            new SystemClock(),
            new SystemEntropy(),
            metrics,
            clusterId -> {},
            opened);
    clients.add(client);
    return client;
  }

  /** Creates a file in the root. */
  public static OpenFile create(DistriFsClient client, String name) throws IOException {
    return client.createAndOpen(
        1, ByteString.copyFromUtf8(name), 0x8000 | 0644, true, Caller.getDefaultInstance());
  }

  /**
   * Waits until a condition is true, {@value #WAIT_MS} ms at the most.
   *
   * @param what the condition in words, for the failure
   */
  public static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    close();
    assertThat(datanodes.violations()).isEmpty();
  }

  /** Closes the clients first, since a test that failed may have left some open. */
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
