package org.distrifs.cli.local;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsLoader;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * The flags of a local cluster, which are kept in {@code conf/local.conf}. The master listens on
 * the base port, datanode N on the base port + N; metrics are on the port of the role + 1000, those
 * of the mount, which has no port of its own, on the base port + 1050.
 *
 * @param datanodes how many, 1 to {@value #MAX_DATANODES}
 * @param basePort port of the master
 * @param replication replicas of each chunk, at most the datanodes
 * @param mount where it is mounted, absolute; empty for a cluster without a mount
 */
record ClusterFlags(int datanodes, int basePort, int replication, Optional<Path> mount) {

  static final int MAX_DATANODES = 49;
  static final int MIN_BASE_PORT = 1024;
  static final int MAX_BASE_PORT = 64_000;
  static final int MAX_REPLICATION = 9;

  /** Where the roles listen: a local cluster is for this machine alone. */
  static final String HOST = "127.0.0.1";

  static final int DEFAULT_DATANODES = 3;
  static final int DEFAULT_BASE_PORT = 7400;
  static final int DEFAULT_REPLICATION = 3;

  /** What is added to a role's port for its metrics. */
  static final int METRICS_OFFSET = 1000;

  /**
   * Added to the base port for the mount. It is above the numbers of {@link #MAX_DATANODES}
   * datanodes.
   */
  private static final int MOUNT_OFFSET = 50;

  private static final Setting<Integer> DATANODES =
      Setting.ofInt(
          "local.datanodes",
          DEFAULT_DATANODES,
          1,
          MAX_DATANODES,
          "datanodes",
          "How many datanodes run on this machine.");
  private static final Setting<Integer> BASE_PORT =
      Setting.ofInt(
          "local.basePort",
          DEFAULT_BASE_PORT,
          MIN_BASE_PORT,
          MAX_BASE_PORT,
          "port",
          "The master's port; datanode N has this + N.");
  private static final Setting<Integer> REPLICATION =
      Setting.ofInt(
          "local.replication",
          DEFAULT_REPLICATION,
          1,
          MAX_REPLICATION,
          "replicas",
          "Replicas of each chunk, on as many datanodes.");
  private static final Setting<String> MOUNT =
      Setting.ofString("local.mount", "", "The folder it is mounted on; empty for none.");
  private static final SettingsSchema SCHEMA =
      SettingsSchema.of("local cluster", DATANODES, BASE_PORT, REPLICATION, MOUNT);

  /**
   * Reads the flags; empty if no cluster was made in the folder.
   *
   * @throws OperatorException if the file was damaged
   */
  static Optional<ClusterFlags> load(ClusterFolder folder) {
    if (!folder.holdsCluster()) {
      return Optional.empty();
    }
    Settings settings = SettingsLoader.load(SCHEMA, Optional.of(folder.flagsFile()), Map.of());
    String mount = settings.get(MOUNT);
    return Optional.of(
        new ClusterFlags(
            settings.get(DATANODES),
            settings.get(BASE_PORT),
            settings.get(REPLICATION),
            mount.isEmpty() ? Optional.empty() : Optional.of(Path.of(mount))));
  }

  /**
   * Saves these flags. The file is replaced atomically.
   *
   * @throws OperatorException if it cannot be written
   */
  void save(ClusterFolder folder) {
    String text =
        """
        # What 'distrifs local up' was told, remembered for the next time.
        %s = %d
        %s = %d
        %s = %d
        %s = %s
        """
            .formatted(
                DATANODES.key(),
                datanodes,
                BASE_PORT.key(),
                basePort,
                REPLICATION.key(),
                replication,
                MOUNT.key(),
                ConfigUtil.quoteString(mount.map(Path::toString).orElse("")));
    Path temporary = folder.conf().resolve("local.conf.new");
    try {
      Files.writeString(temporary, text);
      Files.move(temporary, folder.flagsFile(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot remember the cluster's flags in %s: %s."
              .formatted(folder.flagsFile(), FailureReason.of(e)),
          e);
    }
  }

  /** The port on which a role listens for its peers; 0 for the mount, which does not listen. */
  int port(LocalRole role) {
    return switch (role.kind()) {
      case MASTER -> basePort;
      case DATANODE -> basePort + role.number();
      case MOUNT -> 0;
    };
  }

  int metricsPort(LocalRole role) {
    int port = role.kind() == LocalRole.Kind.MOUNT ? basePort + MOUNT_OFFSET : port(role);
    return port + METRICS_OFFSET;
  }

  /** The address of this cluster's master. */
  String masterAddress() {
    return HOST + ":" + basePort;
  }
}
