package org.distrifs.proto.connection;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix sockets by which processes of one machine reach a listener. A message over TCP costs
 * them a way through the network stack and back ({@code docs/performance.md}).
 *
 * <p>A listener has one for each TCP address on which it can be reached, of which the name is made.
 * The names are abstract (unix(7)): they belong to a network namespace, as TCP ports do, and vanish
 * with their listener. So whoever finds a socket by the address of a listener has found that
 * listener, and for the address of another machine there is none. Any thread.
 */
final class LocalSockets {
  private static final String PREFIX = "\0distrifs/";
  private static final int ROOT = 0;

  private static final Logger LOG = LoggerFactory.getLogger(LocalSockets.class);

  private LocalSockets() {}

  /** The Unix socket that stands beside a TCP address. */
  static DomainSocketAddress beside(InetSocketAddress tcp) {
    return beside(tcp.getAddress(), tcp.getPort());
  }

  private static DomainSocketAddress beside(InetAddress address, int port) {
    final String text = address.getHostAddress();
    final int scope = text.indexOf('%');
    return new DomainSocketAddress(
        PREFIX + (scope < 0 ? text : text.substring(0, scope)) + "/" + port);
  }

  /** The Unix sockets of a listener: for all addresses of this machine if it listens on all. */
  static List<DomainSocketAddress> besideListener(InetSocketAddress bound) {
    if (!bound.getAddress().isAnyLocalAddress()) {
      return List.of(beside(bound));
    }
    final List<DomainSocketAddress> all = new ArrayList<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(address -> all.add(beside(address, bound.getPort())));
    } catch (SocketException e) {
      LOG.warn(
          "Cannot list the addresses of this machine, whose processes use TCP: {}", e.toString());
    }
    return all;
  }

  /**
   * Whether the process behind a Unix socket may be the listener: it is root's, or of the user of
   * this process. Anybody may take an abstract name that is free.
   */
  static boolean isTrusted(Channel connected) {
    try {
      final PeerCredentials peer = ((EpollDomainSocketChannel) connected).peerCredentials();
      return peer.uid() == ROOT || peer.uid() == OwnUser.ID;
    } catch (IOException e) {
      LOG.debug("Cannot ask whose Unix socket {} is: {}", connected, e.toString());
      return false;
    }
  }

  private static final class OwnUser {
    /** What no process has as its user. */
    private static final int UNKNOWN = -1;

    static final int ID = id();

    private static int id() {
      try {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      } catch (IOException e) {
        LOG.warn("Cannot find the user of this process, so it trusts root alone: {}", e.toString());
        return UNKNOWN;
      }
    }
  }
}
