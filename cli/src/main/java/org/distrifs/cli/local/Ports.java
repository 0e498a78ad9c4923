package org.distrifs.cli.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Checks that the ports of the roles are free, before anything is started. */
final class Ports {

  private Ports() {}

  /**
   * @throws OperatorException naming the first port that is in use
   */
  static void checkFree(ClusterFlags flags, List<LocalRole> roles) {
    for (LocalRole role : roles) {
      if (flags.port(role) != 0) {
        checkFree(flags.port(role), role.name());
      }
      checkFree(flags.metricsPort(role), "the metrics of " + role.name());
    }
  }

  private static void checkFree(int port, String user) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (BindException e) {
      throw new OperatorException(
          "Port %d, meant for %s, is in use by another program. Stop that program (see: ss -ltnp), or choose other ports with --base-port."
              .formatted(port, user),
          e);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot find out whether port %d is free: %s.".formatted(port, e.getMessage()), e);
    }
  }
}
