package org.distrifs.cli.local;

import java.nio.file.Path;
import java.util.Optional;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The flags of one {@code local up}. For a flag that is not given, the saved value or the default
 * is used.
 *
 * @param mount absolute if given
 */
record RequestedFlags(
    Optional<Integer> datanodes,
    Optional<Integer> basePort,
    Optional<Integer> replication,
    Optional<Path> mount) {

  /** No flag is given. */
  static final RequestedFlags NONE =
      new RequestedFlags(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * The flags of a new cluster.
   *
   * @throws OperatorException if they contradict each other
   */
  ClusterFlags forNewCluster() {
    int chosenDatanodes = datanodes.orElse(ClusterFlags.DEFAULT_DATANODES);
    check("--datanodes", chosenDatanodes, 1, ClusterFlags.MAX_DATANODES);
    // With fewer datanodes than the default replication, lower the replication: that is no error.
    int chosenReplication =
        replication.orElse(Math.min(ClusterFlags.DEFAULT_REPLICATION, chosenDatanodes));
    check("--replication", chosenReplication, 1, ClusterFlags.MAX_REPLICATION);
    if (chosenReplication > chosenDatanodes) {
      throw usage(
          "--replication %d needs at least %d datanodes, and --datanodes is %d: each replica of a chunk is on a datanode of its own."
              .formatted(chosenReplication, chosenReplication, chosenDatanodes));
    }
    return new ClusterFlags(
        chosenDatanodes, checkedBasePort(ClusterFlags.DEFAULT_BASE_PORT), chosenReplication, mount);
  }

  /**
   * The flags of a cluster that exists.
   *
   * @param serversRunning whether its master or any of its datanodes runs
   * @param mountRunning whether its mount runs
   * @throws OperatorException if a flag differs that cannot be changed, or cannot while the cluster
   *     runs
   */
  ClusterFlags forExistingCluster(
      ClusterFlags remembered, boolean serversRunning, boolean mountRunning) {
    refuseChange("--datanodes", datanodes, remembered.datanodes());
    refuseChange("--replication", replication, remembered.replication());
    int port = checkedBasePort(remembered.basePort());
    if (port != remembered.basePort() && (serversRunning || mountRunning)) {
      throw usage(
          "This cluster runs with --base-port %d. To change it to %d, stop it first: distrifs local down."
              .formatted(remembered.basePort(), port));
    }
    if (mount.isPresent() && !mount.equals(remembered.mount()) && mountRunning) {
      throw usage(
          "This cluster is mounted on %s. To mount it on %s, stop that mount first: distrifs local stop mount."
              .formatted(remembered.mount().orElseThrow(), mount.get()));
    }
    return new ClusterFlags(
        remembered.datanodes(),
        port,
        remembered.replication(),
        mount.isPresent() ? mount : remembered.mount());
  }

  private int checkedBasePort(int otherwise) {
    int port = basePort.orElse(otherwise);
    check("--base-port", port, ClusterFlags.MIN_BASE_PORT, ClusterFlags.MAX_BASE_PORT);
    return port;
  }

  private static void refuseChange(String flag, Optional<Integer> asked, int remembered) {
    if (asked.isPresent() && asked.get() != remembered) {
      throw usage(
          "This cluster was made with %s %d, and that cannot be changed to %d. Leave the flag out, or make another cluster with --dir FOLDER."
              .formatted(flag, remembered, asked.get()));
    }
  }

  private static void check(String flag, int value, int min, int max) {
    if (value < min || value > max) {
      throw usage("%s is %d: give a number from %d to %d.".formatted(flag, value, min, max));
    }
  }

  private static OperatorException usage(String sentence) {
    return new OperatorException(sentence, OperatorException.USAGE_EXIT_CODE);
  }
}
