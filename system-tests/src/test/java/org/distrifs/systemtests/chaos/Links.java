package org.distrifs.systemtests.chaos;

import java.util.List;
import org.distrifs.systemtests.cluster.Command;

/**
 * The network of the cluster: a bridge, and for each role a network namespace with an address of
 * its own.
 *
 * <p>A direction of a link is cut by a neighbour entry that names a hardware address nobody has:
 * packets leave and reach no one, in silence, as with a broken switch. That needs no packet filter
 * in the kernel. It runs in a network and mount namespace of {@code scripts/chaos}, and vanishes
 * with it.
 */
final class Links {
  private static final String BRIDGE = "chaos";
  private static final String PREFIX = "10.83.0.";
  private static final String NOBODY = "02:de:ad:00:00:01";

  Links() {
    Command.shell(
            "ip link add \"$1\" type bridge; ip address add \"$2\"254/24 dev \"$1\";"
                + " ip link set \"$1\" up",
            BRIDGE,
            PREFIX)
        .expectSuccess();
  }

  /**
   * Gives a role its namespace.
   *
   * @param number 1 to 253; the last byte of its address
   * @return the address
   */
  String join(String role, int number) {
    final String address = PREFIX + number;
    Command.shell(
            """
            ip netns add "$1"
            ip link add "v$2" type veth peer name eth0 netns "$1"
            ip link set "v$2" master "$3" up
            ip -n "$1" link set lo up
            ip -n "$1" address add "$4/24" dev eth0
            ip -n "$1" link set eth0 up
            """,
            role,
            number,
            BRIDGE,
            address)
        .expectSuccess();
    return address;
  }

  /** The words that put a command into a role's namespace, and only into that of the network. */
  static List<String> inside(String role) {
    // 'ip netns exec' would also hide the mounts that the command makes.
    return List.of("nsenter", "--net=/run/netns/" + role);
  }

  /** From now on nothing that a role sends reaches an address. */
  void cut(String fromRole, String toAddress) {
    Command.run(
            "ip",
            "-n",
            fromRole,
            "neigh",
            "replace",
            toAddress,
            "lladdr",
            NOBODY,
            "dev",
            "eth0",
            "nud",
            "permanent")
        .expectSuccess();
  }

  /** Ends a {@link #cut}; nothing happens without one. */
  void heal(String fromRole, String toAddress) {
    // Fails when there is no entry, which is what is wanted.
    Command.run("ip", "-n", fromRole, "neigh", "del", toAddress, "dev", "eth0");
  }

  /** Ends every {@link #cut} of what a role sends. */
  void healAll(String fromRole) {
    Command.run(
            "ip", "-n", fromRole, "neigh", "flush", "dev", "eth0", "nud", "permanent")
        .expectSuccess();
  }
}
