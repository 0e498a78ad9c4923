package org.distrifs.cli.local;

import java.util.Map;
import java.util.Optional;
import org.distrifs.cli.mount.MountPoint;

/** Asks the roles for their health. Each call returns within a few seconds. */
interface ClusterProbe {

  /** How long one answer may take, in milliseconds. */
  int ANSWER_BOUND_MS = 3000;

  /**
   * What the master tells of itself and of its datanodes.
   *
   * @param problem why the master does not serve, for people; empty if it does
   * @param aliveIncarnations of the datanodes that are alive, by port
   */
  record Servers(Optional<String> problem, Map<Integer, Long> aliveIncarnations) {

    static Servers notServing(String problem) {
      return new Servers(Optional.of(problem), Map.of());
    }
  }

  /**
   * Whether a role answers, and what is wrong with it.
   *
   * @param problem for people; empty if all is well
   */
  record Health(boolean answers, Optional<String> problem) {}

  /** Asks the master for its own health and for the datanodes that are alive. */
  Servers servers(ClusterFlags flags);

  /**
   * Asks a role for its health.
   *
   * @param metricsPort where it serves {@code /healthz}
   */
  Health health(int metricsPort);

  /** Finds out what is mounted on a folder, and whether it answers. */
  MountPoint.State mount(MountPoint mountPoint);
}
