package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run of chaos: rounds of work under faults, each followed by healing and a comparison of every
 * byte; at the end all replicas are compared on the disks. {@code scripts/chaos} starts it in
 * namespaces of its own, so that all its processes end with it.
 */
public final class Chaos {
  private static final int VIOLATED = 1;
  private static final int WRONG_USAGE = 2;
  private static final double NS_PER_S = 1e9;

  private final ChaosOptions options;
  private final Findings findings = new Findings();
  private final ChaosCluster cluster;
  private final Workload workload;
  private final Verification verification;
  private final FaultInjector injector;
  private final FaultPlan plan;
  private final ReplicaComparison replicas;

  private Chaos(ChaosOptions options) throws IOException {
    this.options = options;
    cluster = new ChaosCluster(options.folder(), options.datanodes());
    workload = new Workload(cluster.mounts(), findings, options.seed());
    verification = new Verification(workload.workers(), cluster.mounts(), findings);
    replicas = new ReplicaComparison(cluster, findings);
    injector = new FaultInjector(cluster, findings, options.seed());
    plan =
        new FaultPlan(
            options.seed(),
            options.kinds(),
            cluster.datanodes().stream().map(Role::name).toList(),
            cluster.mounts().stream().map(mount -> mount.role().name()).toList());
  }

  public static void main(String[] arguments) {
    final ChaosOptions options;
    try {
      options = ChaosOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("chaos: " + e.getMessage());
      System.exit(WRONG_USAGE);
      return;
    }
    int status = VIOLATED;
    try {
      status = new Chaos(options).run() ? 0 : VIOLATED;
    } catch (Exception | AssertionError e) {
      e.printStackTrace();
      say("chaos: seed %d, verdict: FAILED, it came to no end: %s".formatted(options.seed(), e));
    }
    System.exit(status);
  }

  static void say(String line) {
    System.out.println(line);
  }

  private boolean run() throws Exception {
    say("chaos: seed %d, %d datanodes".formatted(options.seed(), options.datanodes()));
    cluster.start();
    final long endNs = System.nanoTime() + (long) (options.minutes() * TimeUnit.MINUTES.toNanos(1));
    int rounds = 0;
    while (findings.clean() && (rounds == 0 || System.nanoTime() < endNs)) {
      rounds++;
      round(rounds);
    }
    if (findings.clean()) {
      replicas.run(files());
      // Repair has changed chains and copied replicas. The contents must still be the same.
      verification.run();
    }
    final boolean passed = findings.clean();
    if (passed) {
      cluster.stop();
    }
    say(
        "chaos: seed %d, %d rounds; %s; verdict: %s"
            .formatted(options.seed(), rounds, findings.summary(), passed ? "PASSED" : "FAILED"));
    return passed;
  }

  private void round(int number) throws Exception {
    final List<Fault> faults = plan.next();
    say("round " + number + ": " + faults);
    final long startNs = System.nanoTime();
    workload.begin();
    injector.run(faults);
    injector.heal();
    final long healedNs = System.nanoTime();
    workload.rest();
    verification.run();
    if (faults.stream().anyMatch(fault -> fault.kind() == FaultKind.FLIP_BYTES)) {
      replicas.findRot(files());
    }
    say(
        "  healed after %.1f s, verified after %.1f s"
            .formatted((healedNs - startNs) / NS_PER_S, (System.nanoTime() - startNs) / NS_PER_S));
  }

  private List<ModelFile> files() {
    return workload.workers().stream().flatMap(worker -> worker.files().stream()).toList();
  }
}
