package org.distrifs.datanode;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.report.MasterLink;
import org.distrifs.datanode.report.ReportSettings;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.disk.Disk;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.metrics.MetricsServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datanode: keeps replicas of chunks in one data folder, serves them to clients and other
 * datanodes, and reports to the master.
 */
public final class DatanodeServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatanodeServer.class);

  private static final int CHANNEL_CLOSE_MS = 1000;

  private final CloseStack opened;
  private final DataPlane plane;
  private final MasterLink master;
  private final DataFolder folder;

  private DatanodeServer(DatanodeSettings settings, CloseStack opened) {
    this.opened = opened;
    Disk disk = new LocalDisk();
    ClockSource clock = new SystemClock();
    folder =
        opened.add("data folder", DataFolder.open(disk, settings.dataDir(), new SystemEntropy()));
    Metrics metrics = opened.add("metrics", new Metrics("datanode"));
    plane =
        DataPlane.start(
            settings, folder, disk, new Incarnation(new SystemEntropy()), clock, metrics);
    opened.add("data plane", this::closePlane);
    opened.add(
        "metrics server",
        MetricsServer.start(
            "datanode",
            new InetSocketAddress(settings.listenHost(), metricsPort(settings, plane.port())),
            DatanodeSettings.METRICS_PORT.key(),
            metrics,
            this::problems));
    // A thread of its own: one that serves chunks may wait for the disk, and heartbeats must not.
    IoThreads toMaster =
        opened.add("I/O thread to the master", IoThreads.start("datanode-master", 1));
    ManagedChannel channel = ControlChannels.open(toMaster, settings.masters(), Runnable::run);
    opened.add("channel to the master", () -> closeChannel(channel));
    ReportSettings presented =
        new ReportSettings(
            settings.advertisedHost(),
            plane.port(),
            settings.rack(),
            DataFolder.bootId().toString(),
            settings.wantedNodeId());
    master =
        opened.add(
            "link to the master",
            new MasterLink(
                presented,
                channel,
                folder,
                plane.store,
                new MasterLink.NodeState(plane.incarnation, plane.lease, plane.terms),
                plane,
                clock));
  }

  /**
   * Opens the data folder, begins to listen and to look for the master. Returns when the node
   * listens; it serves as soon as the master has taken it in.
   *
   * @throws OperatorException if the folder or a port cannot be used
   */
  public static DatanodeServer start(DatanodeSettings settings) {
    CloseStack opened = new CloseStack();
    boolean started = false;
    try {
      DatanodeServer server = new DatanodeServer(settings, opened);
      server.master.start();
      started = true;
      LOG.info(
          "The datanode listens on {}:{} with {} replicas in {}{}",
          settings.listenHost(),
          server.port(),
          server.plane.store.count(),
          settings.dataDir(),
          server.folder.isUncleanStart() ? "; it was not stopped in order the last time" : "");
      return server;
    } finally {
      if (!started) {
        opened.close();
      }
    }
  }

  private static int metricsPort(DatanodeSettings settings, int port) {
    return settings.metricsPort() == 0 ? port + MetricsServer.PORT_OFFSET : settings.metricsPort();
  }

  /** The port of the data plane. */
  public int port() {
    return plane.port();
  }

  /** Whether the master has taken the node in and it may serve. */
  public boolean isServing() {
    return plane.lease.isHeld();
  }

  /**
   * Completes with the sentence for the operator when the master has refused this node: then it is
   * to be closed and the process to end.
   */
  public CompletableFuture<OperatorException> refused() {
    return master.refused();
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!plane.lease.isHeld()) {
      problems.add(
          master.isRegistered()
              ? "the master has not acknowledged a heartbeat lately"
              : "the master has not taken this node in yet: " + master.waitsFor());
    }
    if (!plane.store.hasRoomToCreate()) {
      problems.add("the disk is nearly full: " + plane.store.freeBytes() + " bytes are left");
    }
    return problems;
  }

  private static void closeChannel(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(CHANNEL_CLOSE_MS, TimeUnit.MILLISECONDS);
  }

  private void closePlane() throws IOException {
    plane.close();
    if (plane.isLeftInOrder()) {
      folder.markCleanShutdown();
    }
  }

  /** Finishes what is under way, makes everything durable and marks the folder as left in order. */
  @Override
  public void close() {
    opened.close();
    LOG.info("The datanode has stopped");
  }
}
