package org.distrifs.runtime.log;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/**
 * Adds up what happens to single chunks, and logs the sums in one line at INFO once a minute, if
 * anything happened. A line for each chunk would make millions of lines. Any thread.
 */
public final class EventSums {

  /** Time between two lines. */
  static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

  private final Logger log;

  /** Counts since the last line. Sorted, so that the lines are easy to compare. */
  private final Map<String, Long> counts = new TreeMap<>();

  private final Map<String, Long> totals = new HashMap<>();
  private boolean hasBegun;
  private long beganNs;

  /**
   * @param log the logger of the line
   */
  public EventSums(Logger log) {
    this.log = log;
  }

  /**
   * Counts an event.
   *
   * @param what words that follow a number, as "replicas copied": one of a few constants
   * @param count how often; 0 adds nothing
   */
  public synchronized void add(String what, long count) {
    if (count > 0) {
      counts.merge(what, count, Long::sum);
    }
  }

  /**
   * Adds what a counter has grown by since the last call with the same words.
   *
   * @param what as in {@link #add}
   * @param total where the counter stands; it began at 0 with this process, and never falls
   */
  public synchronized void addGrowth(String what, long total) {
    Long before = totals.put(what, total);
    add(what, total - (before == null ? 0 : before));
  }

  /**
   * Logs the sums if it is time. To be called every few seconds or more often.
   *
   * @param nowNs of a monotonic clock, always the same
   */
  public synchronized void tick(long nowNs) {
    if (!hasBegun) {
      hasBegun = true;
      beganNs = nowNs;
    } else if (nowNs - beganNs >= INTERVAL_NS) {
      tell(nowNs);
    }
  }

  /** Logs the sums now, because the process is about to end. */
  public synchronized void tell(long nowNs) {
    if (!counts.isEmpty()) {
      log.info(
          "In the last {} s: {}",
          hasBegun ? TimeUnit.NANOSECONDS.toSeconds(nowNs - beganNs) : 0,
          counts.entrySet().stream()
              .map(entry -> entry.getValue() + " " + entry.getKey())
              .collect(Collectors.joining(", ")));
      counts.clear();
    }
    beganNs = nowNs;
  }
}
