package org.distrifs.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.file.SdkClient;
import org.distrifs.client.session.GrpcControlStreams;
import org.distrifs.client.session.SocketWaiting;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.proto.control.ControlChannels;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.metrics.Metrics;

/** Makes clients that speak to real masters and datanodes. */
public final class DistriFsClients {
  private DistriFsClients() {}

  /**
   * Opens a session with the first master that answers.
   *
   * @throws org.distrifs.runtime.lifecycle.OperatorException when none answers within {@link
   *     ClientSettings#connectTimeoutMs}, or one refuses: a sentence that says what to do
   */
  public static DistriFsClient connect(ClientSettings settings) {
    CloseStack opened = new CloseStack();
    return connect(settings, opened.add("metrics", new Metrics("client")), opened);
  }

  /**
   * As {@link #connect(ClientSettings)}.
   *
   * @param metrics where the client counts; stays the caller's
   */
  public static DistriFsClient connect(ClientSettings settings, Metrics metrics) {
    return connect(settings, metrics, new CloseStack());
  }

  private static DistriFsClient connect(
      ClientSettings settings, Metrics metrics, CloseStack opened) {
    try {
      IoThreads io = opened.add("I/O threads", IoThreads.startShared("client"));
      AtomicLong clusterId = new AtomicLong();
      SocketChunkTransport transport =
          opened.add(
              "data connections",
              new SocketChunkTransport(io, clusterId::get, settings.clientName()));
      io.expect(transport::isExpecting);
      GrpcControlStreams streams =
          new GrpcControlStreams(
              master -> ControlChannels.open(io, List.of(master), Runnable::run));
      return SdkClient.connect(
          settings,
          streams,
          transport,
          new SocketWaiting(io),
          new SystemClock(),
          new SystemEntropy(),
          metrics,
          clusterId::set,
          opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }
}
