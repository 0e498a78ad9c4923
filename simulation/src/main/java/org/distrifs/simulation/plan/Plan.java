package org.distrifs.simulation.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.distrifs.simulation.cluster.ClusterShape;
import org.distrifs.simulation.network.MasterTarget;
import org.distrifs.simulation.scheduler.SeededChoices;

/**
 * All steps of a run, and the seed for what the plan leaves to chance: delays, and the order of
 * events at the same moment.
 */
public record Plan(long seed, ClusterShape shape, List<Step> steps) {

  private static final int CHUNK_BYTES = 64 << 10;
  private static final int PACKET_BYTES = 16 << 10;
  private static final int CELLS_OF_CHUNK = 64;
  private static final int BLOCKS_OF_CHUNK = 16;
  private static final int CELLS_OF_BLOCK = CELLS_OF_CHUNK / BLOCKS_OF_CHUNK;
  private static final int HOT_CELLS = 4;
  private static final long NEAR_MS = 600;
  private static final long VERY_NEAR_MS = 30;
  private static final int MAX_CELLS = 12;

  /** The chunk time-out of clients by default. */
  private static final long PATIENT_MS = 60_000;

  private static final long HASTY_MS = 3_000;
  private static final int MAX_CHANGES = 5;
  private static final int MAX_STREAM_PAUSE_MS = 40;
  private static final int MAX_BLOCKS = 4;
  private static final long MAX_SHORT_MS = 1_500;
  private static final long MAX_LONG_MS = 16_000;
  private static final long MAX_VERY_LONG_MS = 75_000;

  /**
   * The only machine that may lose power. If all machines of a chain lost power, data that was not
   * synced would be lost.
   */
  private static final int POWERLESS_NODE = 0;

  private static final int MAX_SYNCED_WRITES = 50;

  /**
   * A plan in which clients sync and have a short time-out. So many members are away at once that
   * some writes must fail.
   */
  public static Plan withSyncs(long seed) {
    Plan plain = of(seed);
    SeededChoices choices = new SeededChoices(~seed);
    ClusterShape shape = plain.shape();
    ClusterShape hasty =
        new ClusterShape(
            shape.datanodes(),
            shape.clients(),
            shape.replication(),
            shape.minReplicas(),
            shape.chunks(),
            CHUNK_BYTES,
            PACKET_BYTES,
            HASTY_MS);
    List<Step> steps = new ArrayList<>(plain.steps());
    long horizonMs = MAX_LONG_MS;
    int outages = choices.between(1, 2);
    for (int i = 0; i < outages; i++) {
      long atMs = choices.between(0, horizonMs);
      long downMs = choices.between(HASTY_MS, MAX_LONG_MS);
      int spared = choices.between(0, shape.datanodes() - 1);
      for (int node = 0; node < shape.datanodes(); node++) {
        if (node != spared) {
          steps.add(new Step.KillDatanode(atMs, node, downMs, false));
        }
      }
      int operations = choices.between(4, 16);
      for (int operation = 0; operation < operations; operation++) {
        long operationMs = Math.max(0, atMs + choices.between(-NEAR_MS, downMs + 2 * HASTY_MS));
        steps.add(
            choices.perMille(500)
                ? new Step.Sync(operationMs, choices.between(0, shape.clients() - 1))
                : operation(choices, shape, operationMs, -1));
      }
    }
    int syncs = choices.between(1, 6);
    for (int i = 0; i < syncs; i++) {
      steps.add(
          new Step.Sync(
              choices.between(0, 2 * horizonMs), choices.between(0, shape.clients() - 1)));
    }
    int databases = choices.between(0, 3);
    for (int i = 0; i < databases; i++) {
      steps.add(
          new Step.SyncedWrites(
              choices.between(0, 2 * horizonMs),
              choices.between(0, shape.clients() - 1),
              choices.between(0, shape.chunks() - 1),
              choices.between(0, CELLS_OF_CHUNK - 2),
              choices.between(2, MAX_SYNCED_WRITES)));
    }
    steps.sort(Comparator.comparingLong(Step::atMs));
    return new Plan(plain.seed(), hasty, List.copyOf(steps));
  }

  /** The plan that is drawn from a seed. */
  public static Plan of(long seed) {
    SeededChoices choices = new SeededChoices(seed);
    int datanodes = choices.between(3, 5);
    ClusterShape shape =
        new ClusterShape(
            datanodes,
            choices.between(1, 3),
            3,
            2,
            choices.between(1, 2),
            CHUNK_BYTES,
            PACKET_BYTES,
            PATIENT_MS);
    long horizonMs = choices.between(2_000L, 30_000L);
    List<Step> steps = new ArrayList<>();
    int faults = choices.between(0, 6);
    for (int i = 0; i < faults; i++) {
      steps.add(fault(choices, shape, choices.between(0, horizonMs)));
    }
    List<Step> hurt = List.copyOf(steps);
    int operations = choices.between(10, 60);
    int hotCell = choices.between(0, CELLS_OF_CHUNK - HOT_CELLS);
    for (int i = 0; i < operations; i++) {
      boolean near = !hurt.isEmpty() && choices.perMille(600);
      long atMs = near ? near(choices, choices.oneOf(hurt)) : choices.between(0, horizonMs);
      steps.add(
          choices.perMille(100)
              ? new Step.Create(atMs, choices.between(0, shape.clients() - 1), i)
              : operation(choices, shape, atMs, choices.perMille(600) ? hotCell : -1));
    }
    if (choices.perMille(150)) {
      steps.add(
          new Step.Stream(
              choices.between(0, horizonMs / 2),
              choices.between(0, shape.clients() - 1),
              choices.between(0, shape.chunks() - 1),
              hotCell,
              choices.between(1, MAX_STREAM_PAUSE_MS),
              MAX_LONG_MS));
    }
    long seedOfRun = choices.nextLong();
    for (Step step : List.copyOf(steps)) {
      if (step instanceof Step.Create create && choices.perMille(500)) {
        addChangesOfName(choices, shape, create, steps);
      }
    }
    steps.sort(Comparator.comparingLong(Step::atMs));
    return new Plan(seedOfRun, shape, List.copyOf(steps));
  }

  /**
   * Adds steps in which one client renames a file, and others go on changing it by its old name.
   */
  private static void addChangesOfName(
      SeededChoices choices, ClusterShape shape, Step.Create create, List<Step> steps) {
    long renamedMs = create.atMs() + choices.between(1L, MAX_SHORT_MS);
    steps.add(new Step.Rename(renamedMs, choices.between(0, shape.clients() - 1), create.number()));
    for (int count = choices.between(1, MAX_CHANGES); count > 0; count--) {
      long atMs = Math.max(0, renamedMs + choices.between(-VERY_NEAR_MS, NEAR_MS));
      steps.add(
          new Step.ChangeByName(atMs, choices.between(0, shape.clients() - 1), create.number()));
    }
  }

  /** A moment near the beginning or the end of a fault. */
  private static long near(SeededChoices choices, Step fault) {
    long spreadMs = choices.perMille(500) ? NEAR_MS : VERY_NEAR_MS;
    long middleMs = choices.perMille(500) ? fault.atMs() : fault.endMs();
    return Math.max(0, middleMs + choices.between(-spreadMs, spreadMs));
  }

  /**
   * A random operation of a client.
   *
   * @param hotCell the cell for it, or -1 for any
   */
  private static Step operation(SeededChoices choices, ClusterShape shape, long atMs, int hotCell) {
    int client = choices.between(0, shape.clients() - 1);
    int chunk = choices.between(0, shape.chunks() - 1);
    if (hotCell >= 0) {
      return choices.perMille(600)
          ? new Step.Write(
              atMs, client, chunk, hotCell + choices.between(0, HOT_CELLS / 2), HOT_CELLS / 2)
          : new Step.Read(
              atMs, client, chunk, Math.min(hotCell / CELLS_OF_BLOCK, BLOCKS_OF_CHUNK - 2), 2);
    }
    if (choices.perMille(600)) {
      int cells = choices.between(1, MAX_CELLS);
      return new Step.Write(atMs, client, chunk, choices.between(0, CELLS_OF_CHUNK - cells), cells);
    }
    int blocks = choices.between(1, MAX_BLOCKS);
    return new Step.Read(atMs, client, chunk, choices.between(0, BLOCKS_OF_CHUNK - blocks), blocks);
  }

  private static Step fault(SeededChoices choices, ClusterShape shape, long atMs) {
    int node = choices.between(0, shape.datanodes() - 1);
    long durationMs = duration(choices);
    return switch (choices.between(0, 10)) {
      case 0, 1, 2 ->
          new Step.KillDatanode(
              atMs, node, durationMs, node == POWERLESS_NODE && choices.perMille(700));
      case 3 -> new Step.KillMaster(atMs, durationMs);
      case 4, 5 -> new Step.Pause(atMs, host(choices, shape), durationMs);
      case 6, 7 -> {
        // Mostly between two datanodes, because a chain notices that before the master does.
        String from = choices.perMille(600) ? ClusterShape.nodeHost(node) : host(choices, shape);
        String to =
            choices.perMille(600)
                ? ClusterShape.nodeHost((node + 1) % shape.datanodes())
                : otherHost(choices, shape, from);
        yield new Step.Cut(atMs, from, to, choices.perMille(500), durationMs);
      }
      case 8 -> {
        String from = host(choices, shape);
        yield new Step.Slow(
            atMs,
            from,
            otherHost(choices, shape, from),
            choices.between(1, MAX_SHORT_MS),
            durationMs);
      }
      case 9 -> {
        // Keep the first client: it created the file, and a cluster without clients does nothing.
        int client = choices.between(0, shape.clients() - 1);
        yield client == 0
            ? new Step.Pause(atMs, ClusterShape.clientHost(client), durationMs)
            : new Step.KillClient(atMs, client);
      }
      default -> {
        String from = host(choices, shape);
        yield new Step.Break(atMs, from, otherHost(choices, shape, from));
      }
    };
  }

  private static long duration(SeededChoices choices) {
    if (choices.perMille(100)) {
      return choices.between(MAX_LONG_MS, MAX_VERY_LONG_MS);
    }
    return choices.between(1, choices.perMille(500) ? MAX_SHORT_MS : MAX_LONG_MS);
  }

  private static List<String> hosts(ClusterShape shape) {
    List<String> hosts = new ArrayList<>(List.of(MasterTarget.HOST));
    for (int node = 0; node < shape.datanodes(); node++) {
      hosts.add(ClusterShape.nodeHost(node));
    }
    for (int client = 0; client < shape.clients(); client++) {
      hosts.add(ClusterShape.clientHost(client));
    }
    return hosts;
  }

  private static String host(SeededChoices choices, ClusterShape shape) {
    return choices.oneOf(hosts(shape));
  }

  private static String otherHost(SeededChoices choices, ClusterShape shape, String than) {
    return choices.oneOf(hosts(shape).stream().filter(host -> !host.equals(than)).toList());
  }

  /** The same with other steps. */
  public Plan with(List<Step> others) {
    return new Plan(seed, shape, List.copyOf(others));
  }

  @Override
  public String toString() {
    return shape + "\n" + steps.stream().map(step -> "  " + step).collect(Collectors.joining("\n"));
  }
}
