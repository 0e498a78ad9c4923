package org.distrifs.systemtests.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster and further mounts below a temporary folder. Closing it ends all of them and removes
 * the folder; the logs are kept first if a test has failed.
 */
final class ClusterFixture implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterFixture.class);
  private static final Path KEPT_LOGS = Path.of("target", "failed-tests");

  private final String name;
  private final ClusterFixture outer;
  private final Path folder;
  private final Deque<ExtraMount> mounts = new ArrayDeque<>();
  private Cluster cluster;
  private boolean failed;

  /**
   * @param name the name of the tests
   * @param outer the fixture of all tests of the class, whose cluster is used if this one has none;
   *     null if there is none
   */
  ClusterFixture(String name, ClusterFixture outer) throws IOException {
    this.name = name;
    this.outer = outer;
    this.folder = Files.createTempDirectory("distrifs-test-");
  }

  Cluster start(RunningCluster wanted) throws IOException {
    if (cluster != null) {
      throw new IllegalStateException(name + " wants two clusters");
    }
    if (wanted.masterSettings().length > 0) {
      Cluster.configureMaster(folder, String.join("\n", wanted.masterSettings()));
    }
    cluster = Cluster.start(folder, wanted.value());
    return cluster;
  }

  ExtraMount mount(String mountName, String... flags) throws Exception {
    final ExtraMount mount =
        ExtraMount.of(clusterToMount(), folder.resolve("extra-" + mountName), flags);
    mounts.push(mount);
    return mount;
  }

  private Cluster clusterToMount() {
    if (cluster != null) {
      return cluster;
    }
    if (outer == null) {
      throw new IllegalStateException(name + " has no cluster that could be mounted");
    }
    return outer.clusterToMount();
  }

  /** Records that a test has failed, so that the logs are kept. */
  void failed() {
    failed = true;
    if (outer != null) {
      outer.failed();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      mounts.forEach(ExtraMount::close);
    } finally {
      if (cluster != null) {
        cluster.close();
      }
    }
    if (failed) {
      keepLogs();
    }
    // Does not descend into a mount that is left.
    Command.run("rm", "-rf", "--one-file-system", folder.toString()).expectSuccess();
  }

  private void keepLogs() throws IOException {
    final Path kept = Files.createDirectories(KEPT_LOGS.resolve(name)).toAbsolutePath();
    for (Path logs : List.of(folder, folder.resolve("cluster").resolve("log"))) {
      if (Files.isDirectory(logs)) {
        try (Stream<Path> files = Files.list(logs)) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            Files.copy(file, kept.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
    LOG.warn("The logs of the cluster of {} are kept in {}", name, kept);
  }
}
