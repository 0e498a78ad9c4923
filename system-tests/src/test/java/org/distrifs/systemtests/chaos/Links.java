package org.distrifs.systemtests.chaos;

import java.util.List;
import org.distrifs.systemtests.cluster.Shell;

/**
 * The network of the cluster: a bridge, and for each role a network namespace with an address of
 * its own.
 *
 * <p>A direction of a link is cut by a neighbour entry with a hardware address that nobody has, so
 * packets vanish as with a broken switch. That needs no packet filter in the kernel. Everything is
 * in a network and mount namespace of {@code scripts/chaos}, and ends with it.
 */
final class Links {
  private static final String BRIDGE = "chaos";
  private static final String PREFIX = "10.83.0.";
  private static final String NOBODY = "02:de:ad:00:00:01";

  private final Shell shell;

  Links(Shell shell) {
    this.shell = shell;
    shell.run(
        "ip link add %1$s type bridge && ip address add %2$s254/24 dev %1$s && ip link set %1$s up"
            .formatted(BRIDGE, PREFIX));
  }

  /**
   * Gives a role its namespace.
   *
   * @param number 1 to 253; the last byte of its address
   * @return the address
   */
  String join(String role, int number) {
    final String address = PREFIX + number;
    shell.run(
        """
        ip netns add %1$s &&
        ip link add v%2$d type veth peer name eth0 netns %1$s &&
        ip link set v%2$d master %3$s up &&
        ip -n %1$s link set lo up &&
        ip -n %1$s address add %4$s/24 dev eth0 &&
        ip -n %1$s link set eth0 up
        """
            .formatted(role, number, BRIDGE, address));
    return address;
  }

  /** The words in front of a command that run it in the network namespace of a role. */
  static List<String> inside(String role) {
    // 'ip netns exec' would also hide the mounts that the command makes.
    return List.of("nsenter", "--net=/run/netns/" + role);
  }

  /** Cuts the direction from a role to an address. */
  void cut(String fromRole, String toAddress) {
    shell.run(
        "ip -n %s neigh replace %s lladdr %s dev eth0 nud permanent"
            .formatted(fromRole, toAddress, NOBODY));
  }

  /** Ends a {@link #cut}; nothing happens without one. */
  void heal(String fromRole, String toAddress) {
    shell.run("ip -n %s neigh flush to %s dev eth0 nud permanent".formatted(fromRole, toAddress));
  }

  /** Ends every {@link #cut} of what a role sends. */
  void healAll(String fromRole) {
    shell.run("ip -n %s neigh flush dev eth0 nud permanent".formatted(fromRole));
  }
}
