package org.distrifs.systemtests.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A further mount of a cluster, by a process of its own. Closing it unmounts. */
public final class ExtraMount implements AutoCloseable {
  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final int STOP_BOUND_S = 30;

  private final Path point;
  private final Process process;

  private ExtraMount(Path point, Process process) {
    this.point = point;
    this.process = process;
  }

  /**
   * Mounts a cluster.
   *
   * @param point a folder that does not exist yet; the mount's log is beside it
   * @param flags further ones of {@code distrifs mount}
   */
  public static ExtraMount of(Cluster cluster, Path point, String... flags) throws Exception {
    Files.createDirectory(point);
    final List<String> command = new ArrayList<>(List.of(Cluster.launcher().toString(), "mount"));
    command.addAll(List.of("--master", cluster.masterAddress()));
    command.addAll(List.of(flags));
    command.add(point.toString());
    final Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(point.resolveSibling(point.getFileName() + ".log").toFile())
            .start();
    final ExtraMount mount = new ExtraMount(point, process);
    try {
      Await.until(
          point + " is mounted", START_BOUND, () -> Cluster.mounted(point) || !process.isAlive());
      if (!process.isAlive()) {
        throw new AssertionError("the mount of " + point + " ended: see the log beside it");
      }
      return mount;
    } catch (Exception | AssertionError e) {
      mount.close();
      throw e;
    }
  }

  /** The mounted folder. */
  public Path point() {
    return point;
  }

  /**
   * {@code kill -9}; returns when the process is gone. The mount stays, but does not answer any
   * more.
   */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_BOUND_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (Cluster.mounted(point)) {
      Command.run("umount", "-l", point.toString());
    }
  }
}
