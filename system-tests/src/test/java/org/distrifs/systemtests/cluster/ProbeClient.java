package org.distrifs.systemtests.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Works in a folder while others misbehave: again and again makes a file, looks at it and removes
 * it, and measures each of these calls.
 */
public final class ProbeClient implements AutoCloseable {
  private static final long END_BOUND_S = 60;

  /**
   * The result.
   *
   * @param rounds how often it made, saw and removed a file
   * @param slowest the longest that one of these calls took
   */
  public record Summary(long rounds, Duration slowest) {}

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Summary> summary;
  private volatile boolean enough;

  /** Works in a folder until it is asked for its {@link #summary}. */
  public ProbeClient(Path folder) {
    summary = thread.submit(() -> work(folder.resolve("probe")));
  }

  private Summary work(Path file) throws IOException {
    long rounds = 0;
    long slowestNs = 0;
    while (!enough) {
      final long startNs = System.nanoTime();
      Files.createFile(file);
      final long madeNs = System.nanoTime();
      Files.size(file);
      final long seenNs = System.nanoTime();
      Files.delete(file);
      final long removedNs = System.nanoTime();
      slowestNs = Math.max(slowestNs, Math.max(madeNs - startNs, seenNs - madeNs));
      slowestNs = Math.max(slowestNs, removedNs - seenNs);
      rounds++;
    }
    return new Summary(rounds, Duration.ofNanos(slowestNs));
  }

  /**
   * Ends the work.
   *
   * @throws java.util.concurrent.ExecutionException if a call of it failed
   */
  public Summary summary() throws Exception {
    enough = true;
    return summary.get(END_BOUND_S, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    enough = true;
    thread.shutdownNow();
  }
}
