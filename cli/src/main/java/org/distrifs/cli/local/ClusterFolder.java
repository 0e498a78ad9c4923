package org.distrifs.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The folder of a local cluster, and what lies in it.
 *
 * <pre>
 * data/master, data/datanode-N    what must not be lost
 * conf/local.conf                 the flags of 'local up', remembered
 * conf/master.conf, …             settings files that the roles read, yours to edit
 * run/ROLE.pid, run/ROLE.proc     the process of a role: its pid, and which process of that pid
 * log/ROLE.log, ROLE.log.N.gz     what a role logs, and what it logged before
 * log/ROLE.out                    what it prints: its last words, and those of its JVM
 * </pre>
 *
 * @param root absolute
 */
record ClusterFolder(Path root) {

  ClusterFolder {
    root = root.toAbsolutePath().normalize();
  }

  /** {@code ~/.distrifs}. */
  static Path defaultRoot() {
    return Path.of(System.getProperty("user.home"), ".distrifs");
  }

  Path data(LocalRole role) {
    return root.resolve("data").resolve(role.name());
  }

  Path conf() {
    return root.resolve("conf");
  }

  /** The settings file that all roles of a kind read. */
  Path settingsFile(LocalRole.Kind kind) {
    return conf().resolve(kind.word() + ".conf");
  }

  Path flagsFile() {
    return conf().resolve("local.conf");
  }

  Path run() {
    return root.resolve("run");
  }

  /** The file that holds the pid of the role's process and nothing else. */
  Path pidFile(LocalRole role) {
    return run().resolve(role.name() + ".pid");
  }

  /** The file that tells the role's process from a later one with the same pid. */
  Path processFile(LocalRole role) {
    return run().resolve(role.name() + ".proc");
  }

  Path log() {
    return root.resolve("log");
  }

  Path logFile(LocalRole role) {
    return log().resolve(role.name() + ".log");
  }

  /** Whether a cluster was made here. */
  boolean holdsCluster() {
    return Files.exists(flagsFile());
  }

  /**
   * Makes the folders that are missing.
   *
   * @throws OperatorException if one cannot be made
   */
  void make() {
    try {
      Files.createDirectories(root.resolve("data"));
      Files.createDirectories(conf());
      Files.createDirectories(run());
      Files.createDirectories(log());
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot make the cluster's folders in %s: %s. Choose another folder with --dir."
              .formatted(root, FailureReason.of(e)),
          e);
    }
  }
}
