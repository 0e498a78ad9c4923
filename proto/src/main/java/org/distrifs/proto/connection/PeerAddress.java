package org.distrifs.proto.connection;

/**
 * Where a process listens.
 *
 * @param host name or address
 * @param port TCP port, 1 to 65535
 */
public record PeerAddress(String host, int port) {
  @Override
  public String toString() {
    return host + ":" + port;
  }
}
