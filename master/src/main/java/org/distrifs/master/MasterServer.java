package org.distrifs.master;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.master.journal.LocalLog;
import org.distrifs.master.liveness.TransportProbe;
import org.distrifs.master.placement.RackAwarePlacement;
import org.distrifs.master.service.MasterService;
import org.distrifs.master.service.ServiceSettings;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.proto.control.ControlServer;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.metrics.MetricsServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running master. Its threads are its own; if an essential one dies, or the journal cannot be
 * written, the whole process halts, as after {@code kill -9}, which it survives.
 */
public final class MasterServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MasterServer.class);

  private final CloseStack opened;
  private final long clusterId;
  private final int port;
  private final int metricsPort;

  private MasterServer(CloseStack opened, long clusterId, int port, int metricsPort) {
    this.opened = opened;
    this.clusterId = clusterId;
    this.port = port;
    this.metricsPort = metricsPort;
  }

  /** As {@link #start(MasterSettings, boolean)}, of a journal that is to be the newest. */
  public static MasterServer start(MasterSettings settings) {
    return start(settings, false);
  }

  /**
   * Starts a master and returns when it answers. An empty data folder becomes a new cluster.
   *
   * @param acceptsRollback whether the journal may be an older copy, so that what was done since it
   *     was made is given up
   * @throws OperatorException if the folder or a port cannot be used, or the journal is damaged;
   *     the sentence says what to do. Nothing is left open then
   */
  public static MasterServer start(MasterSettings settings, boolean acceptsRollback) {
    CloseStack opened = new CloseStack();
    boolean started = false;
    try {
      MasterServer server = start(settings, acceptsRollback, opened);
      started = true;
      return server;
    } catch (IOException e) {
      throw new OperatorException(
          "The master cannot read its journal in %s: %s."
              .formatted(settings.dataDir(), FailureReason.of(e)),
          e);
    } finally {
      if (!started) {
        opened.close();
      }
    }
  }

  private static MasterServer start(
      MasterSettings settings, boolean acceptsRollback, CloseStack opened) throws IOException {
    ClockSource clock = new SystemClock();
    Entropy entropy = new SystemEntropy();
    long beganNs = clock.monotonicNs();
    Metrics metrics = opened.add("metrics", new Metrics("master"));
    LocalLog log =
        opened.add(
            "journal",
            new MasterFolder(new LocalDisk(), settings.dataDir(), clock)
                .openLog(entropy, settings.chunkSizeBytes()));
    IoThreads io = opened.add("I/O threads", IoThreads.startRelieved("master"));
    log.writeOn(io::stepAside);
    AtomicLong clusterId = new AtomicLong();
    SocketChunkTransport transport =
        opened.add(
            "data-plane connections", new SocketChunkTransport(io, clusterId::get, "master"));
    ServiceSettings serviceSettings = settings.service();
    MasterService service =
        opened.add(
            "master loop",
            new MasterService(
                serviceSettings,
                log,
                transport,
                new TransportProbe(transport),
                new RackAwarePlacement(
                    serviceSettings.replication(),
                    serviceSettings.minReplicas(),
                    serviceSettings.keepFreeBytes(),
                    entropy),
                clock,
                entropy,
                metrics));
    if (acceptsRollback) {
      service.acceptRollback();
    }
    service.start();
    clusterId.set(service.clusterId());
    MetricsServer metricsServer =
        opened.add(
            "metrics server",
            MetricsServer.start(
                "master",
                new InetSocketAddress(settings.listenHost(), settings.metricsPort()),
                MasterSettings.METRICS_PORT.key(),
                metrics,
                service.health()));
    ControlServer control =
        opened.add(
            "control plane",
            ControlServer.start(
                io, settings.listenHost(), settings.port(), Runnable::run, service.endpoints()));
    LOG.info(
        "The master of cluster {} serves on {}:{} after {} ms",
        HexFormat.of().toHexDigits(service.clusterId()),
        settings.listenHost(),
        control.port(),
        TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs() - beganNs));
    return new MasterServer(opened, service.clusterId(), control.port(), metricsServer.port());
  }

  public long clusterId() {
    return clusterId;
  }

  /** Where the control plane listens. */
  public int port() {
    return port;
  }

  /** Where {@code /metrics} and {@code /healthz} are served. */
  public int metricsPort() {
    return metricsPort;
  }

  /**
   * Stops: takes no more requests, ends the threads, closes the journal. A second call does
   * nothing.
   */
  @Override
  public void close() {
    opened.close();
    LOG.info("The master has stopped");
  }
}
