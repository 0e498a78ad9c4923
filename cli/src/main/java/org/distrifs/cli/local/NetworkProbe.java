package org.distrifs.cli.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Asks the roles themselves, as their users would. Not thread-safe. */
final class NetworkProbe implements ClusterProbe, AutoCloseable {

  private static final String ALIVE = "alive";
  private static final int MAX_PROBLEM_BYTES = 1000;

  private MasterAdministration administration;

  @Override
  public Servers servers(ClusterFlags flags) {
    StatusReply status;
    try {
      status = administration(flags).status();
    } catch (OperatorException e) {
      return Servers.notServing(e.getMessage());
    }
    if (!status.getServing()) {
      return Servers.notServing(status.getNotServingReason());
    }
    Map<Integer, Long> alive = new HashMap<>();
    for (NodeStatus node : status.getNodesList()) {
      if (node.getState().equals(ALIVE)) {
        alive.put(node.getPort(), node.getIncarnation());
      }
    }
    return new Servers(Optional.empty(), alive);
  }

  /** One for all questions of this command: the ports of a cluster do not change under it. */
  private MasterAdministration administration(ClusterFlags flags) {
    if (administration == null) {
      PeerAddress master = new PeerAddress(ClusterFlags.HOST, flags.basePort());
      administration = new MasterAdministration(List.of(master), ANSWER_BOUND_MS);
    }
    return administration;
  }

  @Override
  public void close() {
    if (administration != null) {
      administration.close();
    }
  }

  @Override
  public Health health(int metricsPort) {
    try {
      URL url = new URL("http", ClusterFlags.HOST, metricsPort, "/healthz");
      HttpURLConnection connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(ANSWER_BOUND_MS);
      connection.setReadTimeout(ANSWER_BOUND_MS);
      if (connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
        return new Health(true, Optional.empty());
      }
      try (InputStream body = connection.getErrorStream()) {
        String text = body == null ? "" : new String(body.readNBytes(MAX_PROBLEM_BYTES), UTF_8);
        return new Health(true, Optional.of(text.strip().replace("\n", "; ")));
      }
    } catch (IOException e) {
      return new Health(false, Optional.of("does not answer"));
    }
  }

  @Override
  public MountPoint.State mount(MountPoint mountPoint) {
    return mountPoint.state();
  }
}
