package org.distrifs.proto.connection;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The address at which a process listens.
 *
 * @param host name or address
 * @param port TCP port, 1 to 65535
 */
public record PeerAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;
  private static final int MAX_LISTED = 16;

  /**
   * Reads {@code host:port}; an IPv6 address stands in brackets, {@code [::1]:7400}.
   *
   * @throws OperatorException if it is anything else
   */
  public static PeerAddress parse(String text) {
    final String trimmed = text.strip();
    final int colon = trimmed.lastIndexOf(':');
    final String host = colon < 0 ? trimmed : withoutBrackets(trimmed.substring(0, colon));
    if (colon < 0 || host.isEmpty() || host.indexOf(' ') >= 0) {
      throw malformed(text);
    }
    final int port;
    try {
      port = Integer.parseInt(trimmed.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
    if (port < 1 || port > MAX_PORT) {
      throw malformed(text);
    }
    return new PeerAddress(host, port);
  }

  /**
   * Reads {@code host:port[,host:port…]}, at most {@value #MAX_LISTED}.
   *
   * @throws OperatorException if it is anything else
   */
  public static List<PeerAddress> parseList(String text) {
    final List<PeerAddress> addresses = new ArrayList<>();
    for (final String one : text.split(",", -1)) {
      addresses.add(parse(one));
    }
    if (addresses.size() > MAX_LISTED) {
      throw new OperatorException(
          "\"" + text + "\" lists " + addresses.size() + " addresses, at most " + MAX_LISTED);
    }
    return List.copyOf(addresses);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  private static String withoutBrackets(String host) {
    if (host.startsWith("[") && host.endsWith("]")) {
      return host.substring(1, host.length() - 1);
    }
    return host.indexOf(':') >= 0 ? "" : host;
  }

  private static OperatorException malformed(String text) {
    return new OperatorException(
        "\""
            + text
            + "\" is no address. Give HOST:PORT, such as localhost:7400 or [::1]:7400, with a port"
            + " from 1 to "
            + MAX_PORT
            + ".",
        OperatorException.USAGE_EXIT_CODE);
  }
}
