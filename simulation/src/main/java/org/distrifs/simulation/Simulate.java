package org.distrifs.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.util.ResourceLeakDetector;
import java.util.function.LongFunction;
import org.distrifs.simulation.plan.Plan;
import org.distrifs.simulation.plan.Shrinker;
import org.slf4j.LoggerFactory;

/**
 * The command line of the simulation. Runs seeds, and shrinks and prints the first one that fails.
 */
public final class Simulate {

  private static final int SHRINK_ATTEMPTS = 400;
  private static final String USAGE =
      "usage: simulate [--plans syncs] [--seeds N] [--seed S] [--log LEVEL]";

  private long seeds = 1000;
  private long firstSeed = 1;
  private LongFunction<Plan> plans = Plan::of;
  private Level level = Level.OFF;

  private Simulate() {}

  public static void main(String[] arguments) {
    Simulate command = new Simulate();
    if (!command.take(arguments)) {
      System.err.println(USAGE);
      System.exit(2);
    }
    System.exit(command.run() ? 0 : 1);
  }

  private boolean take(String[] arguments) {
    boolean seedsGiven = false;
    boolean seedGiven = false;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        return false;
      }
      try {
        switch (arguments[i]) {
          case "--seeds" -> {
            seeds = Long.parseLong(arguments[i + 1]);
            seedsGiven = true;
          }
          case "--seed" -> {
            firstSeed = Long.parseLong(arguments[i + 1]);
            seedGiven = true;
          }
          case "--plans" -> {
            if (!arguments[i + 1].equals("syncs")) {
              return false;
            }
            plans = Plan::withSyncs;
          }
          case "--log" -> level = Level.toLevel(arguments[i + 1], Level.OFF);
          default -> {
            return false;
          }
        }
      } catch (NumberFormatException e) {
        return false;
      }
    }
    seeds = seedGiven && !seedsGiven ? 1 : seeds;
    return seeds > 0;
  }

  private boolean run() {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(level);
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    long beganNs = System.nanoTime();
    long steps = 0;
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      Plan plan = plans.apply(seed);
      Outcome outcome = Simulation.run(plan);
      steps += outcome.steps();
      if (!outcome.isGood()) {
        tell(seed, plan, outcome);
        return false;
      }
    }
    double seconds = (System.nanoTime() - beganNs) / 1e9;
    System.out.printf(
        "%d seeds from %d are good: %d steps in %.1f s, %.0f steps/s%n",
        seeds, firstSeed, steps, seconds, steps / seconds);
    return true;
  }

  private static void tell(long seed, Plan plan, Outcome outcome) {
    System.out.printf("seed %d fails after %d steps:%n", seed, outcome.steps());
    outcome.violations().forEach(violation -> System.out.println("  " + violation));
    Plan smallest =
        new Shrinker(smaller -> !Simulation.run(smaller).isGood(), SHRINK_ATTEMPTS).shrink(plan);
    System.out.printf(
        "its plan has %d steps; these %d are enough:%n%s%n",
        plan.steps().size(), smallest.steps().size(), smallest);
    Simulation.run(smallest).violations().forEach(each -> System.out.println("  " + each));
  }
}
