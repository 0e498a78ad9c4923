package org.distrifs.cli.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.cli.mount.MountPoint;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Asks the roles over the network, and the mount through its folder. Not thread-safe. */
final class NetworkProbe implements ClusterProbe, AutoCloseable {

  private static final String ALIVE = "alive";
  private static final int MAX_HEALTH_ANSWER_BYTES = 4096;
  private static final byte[] HEALTH_REQUEST = "GET /healthz HTTP/1.0\r\n\r\n".getBytes(US_ASCII);
  private static final Pattern OK_ANSWER = Pattern.compile("HTTP/1\\.[01] 200 ");
  private static final String END_OF_HEADERS = "\r\n\r\n";

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

  /**
   * The connection for all questions of this command; the ports of a cluster do not change
   * meanwhile.
   */
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

  /**
   * Speaks HTTP over a plain socket, because loading the JDK's HTTP client takes longer than the
   * answer.
   */
  @Override
  public Health health(int metricsPort) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(ClusterFlags.HOST, metricsPort), ANSWER_BOUND_MS);
      socket.setSoTimeout(ANSWER_BOUND_MS);
      socket.getOutputStream().write(HEALTH_REQUEST);
      String answer =
          new String(socket.getInputStream().readNBytes(MAX_HEALTH_ANSWER_BYTES), UTF_8);
      if (OK_ANSWER.matcher(answer).lookingAt()) {
        return new Health(true, Optional.empty());
      }
      String body = answer.substring(answer.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length());
      return new Health(true, Optional.of(body.strip().replace("\n", "; ")));
    } catch (IOException e) {
      return new Health(false, Optional.of("does not answer: " + FailureReason.of(e)));
    }
  }

  @Override
  public MountPoint.State mount(MountPoint mountPoint) {
    return mountPoint.state();
  }
}
