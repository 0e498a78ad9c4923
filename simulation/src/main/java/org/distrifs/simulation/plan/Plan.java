package org.distrifs.simulation.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.distrifs.simulation.cluster.ClusterShape;
import org.distrifs.simulation.network.MasterTarget;
import org.distrifs.simulation.scheduler.Draws;

/**
 * All that a run does, and the seed of what is left to chance in it (delays, the order of what
 * happens at once).
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
  private static final int MAX_STREAM_PAUSE_MS = 40;
  private static final int MAX_BLOCKS = 4;
  private static final long MAX_SHORT_MS = 1_500;
  private static final long MAX_LONG_MS = 16_000;
  private static final long MAX_VERY_LONG_MS = 75_000;

  /** The one machine that may lose power: when all of a chain do, what was not synced is lost. */
  private static final int POWERLESS_NODE = 0;

  /** The plan of a seed. */
  public static Plan of(long seed) {
    Draws draws = new Draws(seed);
    int datanodes = draws.between(3, 5);
    ClusterShape shape =
        new ClusterShape(
            datanodes, draws.between(1, 3), 3, 2, draws.between(1, 2), CHUNK_BYTES, PACKET_BYTES);
    long horizonMs = draws.between(2_000L, 30_000L);
    List<Step> steps = new ArrayList<>();
    int faults = draws.between(0, 6);
    for (int i = 0; i < faults; i++) {
      steps.add(fault(draws, shape, draws.between(0, horizonMs)));
    }
    List<Step> hurt = List.copyOf(steps);
    int operations = draws.between(10, 60);
    int hotCell = draws.between(0, CELLS_OF_CHUNK - HOT_CELLS);
    for (int i = 0; i < operations; i++) {
      boolean near = !hurt.isEmpty() && draws.perMille(600);
      long atMs = near ? near(draws, draws.oneOf(hurt)) : draws.between(0, horizonMs);
      steps.add(
          draws.perMille(100)
              ? new Step.Create(atMs, draws.between(0, shape.clients() - 1), i)
              : operation(draws, shape, atMs, draws.perMille(600) ? hotCell : -1));
    }
    if (draws.perMille(150)) {
      steps.add(
          new Step.Stream(
              draws.between(0, horizonMs / 2),
              draws.between(0, shape.clients() - 1),
              draws.between(0, shape.chunks() - 1),
              hotCell,
              draws.between(1, MAX_STREAM_PAUSE_MS),
              MAX_LONG_MS));
    }
    steps.sort(Comparator.comparingLong(Step::atMs));
    return new Plan(draws.nextLong(), shape, List.copyOf(steps));
  }

  /** A moment at which a fault hurts: around its beginning, or its end. */
  private static long near(Draws draws, Step fault) {
    long spreadMs = draws.perMille(500) ? NEAR_MS : VERY_NEAR_MS;
    long middleMs = draws.perMille(500) ? fault.atMs() : fault.endMs();
    return Math.max(0, middleMs + draws.between(-spreadMs, spreadMs));
  }

  /**
   * An operation of a client.
   *
   * @param hotCell where it is to be, or -1 for anywhere
   */
  private static Step operation(Draws draws, ClusterShape shape, long atMs, int hotCell) {
    int client = draws.between(0, shape.clients() - 1);
    int chunk = draws.between(0, shape.chunks() - 1);
    if (hotCell >= 0) {
      return draws.perMille(600)
          ? new Step.Write(
              atMs, client, chunk, hotCell + draws.between(0, HOT_CELLS / 2), HOT_CELLS / 2)
          : new Step.Read(
              atMs, client, chunk, Math.min(hotCell / CELLS_OF_BLOCK, BLOCKS_OF_CHUNK - 2), 2);
    }
    if (draws.perMille(600)) {
      int cells = draws.between(1, MAX_CELLS);
      return new Step.Write(atMs, client, chunk, draws.between(0, CELLS_OF_CHUNK - cells), cells);
    }
    int blocks = draws.between(1, MAX_BLOCKS);
    return new Step.Read(atMs, client, chunk, draws.between(0, BLOCKS_OF_CHUNK - blocks), blocks);
  }

  private static Step fault(Draws draws, ClusterShape shape, long atMs) {
    int node = draws.between(0, shape.datanodes() - 1);
    long durationMs = duration(draws);
    return switch (draws.between(0, 10)) {
      case 0, 1, 2 ->
          new Step.KillDatanode(
              atMs, node, durationMs, node == POWERLESS_NODE && draws.perMille(700));
      case 3 -> new Step.KillMaster(atMs, durationMs);
      case 4, 5 -> new Step.Pause(atMs, host(draws, shape), durationMs);
      case 6, 7 -> {
        // Mostly between two datanodes: what a chain notices before the master does.
        String from = draws.perMille(600) ? ClusterShape.nodeHost(node) : host(draws, shape);
        String to =
            draws.perMille(600)
                ? ClusterShape.nodeHost((node + 1) % shape.datanodes())
                : otherHost(draws, shape, from);
        yield new Step.Cut(atMs, from, to, draws.perMille(500), durationMs);
      }
      case 8 -> {
        String from = host(draws, shape);
        yield new Step.Slow(
            atMs, from, otherHost(draws, shape, from), draws.between(1, MAX_SHORT_MS), durationMs);
      }
      case 9 -> {
        // The first one made the file, and a cluster without clients does nothing.
        int client = draws.between(0, shape.clients() - 1);
        yield client == 0
            ? new Step.Pause(atMs, ClusterShape.clientHost(client), durationMs)
            : new Step.KillClient(atMs, client);
      }
      default -> {
        String from = host(draws, shape);
        yield new Step.Break(atMs, from, otherHost(draws, shape, from));
      }
    };
  }

  private static long duration(Draws draws) {
    if (draws.perMille(100)) {
      return draws.between(MAX_LONG_MS, MAX_VERY_LONG_MS);
    }
    return draws.between(1, draws.perMille(500) ? MAX_SHORT_MS : MAX_LONG_MS);
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

  private static String host(Draws draws, ClusterShape shape) {
    return draws.oneOf(hosts(shape));
  }

  private static String otherHost(Draws draws, ClusterShape shape, String than) {
    return draws.oneOf(hosts(shape).stream().filter(host -> !host.equals(than)).toList());
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
