package org.distrifs.master;

import java.nio.file.Path;
import org.distrifs.master.liveness.LivenessBounds;
import org.distrifs.master.repair.RepairBounds;
import org.distrifs.master.service.ServiceSettings;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.MetricsServer;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * What a master is told.
 *
 * @param dataDir folder of the journal
 * @param listenHost address to listen on
 * @param port of the control plane; 0 takes a free one
 * @param metricsPort of {@code /metrics} and {@code /healthz}; 0 takes a free one
 * @param chunkSizeBytes of new files, a power of two; taken once, when the cluster is made
 */
public record MasterSettings(
    Path dataDir,
    String listenHost,
    int port,
    int metricsPort,
    long chunkSizeBytes,
    ServiceSettings service) {

  private static final long MIB = 1L << 20;

  public static final Setting<Path> DATA_DIR =
      Setting.ofPath(
              "master.dataDir",
              Path.of("/var/lib/distrifs/master"),
              "Folder of the journal, which holds all names and where every chunk is.")
          .required();
  public static final Setting<String> LISTEN_HOST =
      Setting.ofString(
          "master.listenHost",
          "127.0.0.1",
          "Address to listen on; 0.0.0.0 lets every machine that reaches this one in.");
  public static final Setting<Integer> PORT =
      Setting.ofInt(
          "master.port",
          7400,
          0,
          65_535,
          "",
          "The port that clients and datanodes reach the master on; 0 for any.");
  public static final Setting<Integer> METRICS_PORT =
      Setting.ofInt(
          "master.metricsPort",
          0,
          0,
          65_535,
          "",
          "The port of /metrics and /healthz; 0 for the port and 1000.");
  public static final Setting<Integer> REPLICATION =
      Setting.ofInt("replication", 3, 1, 16, "replicas", "Datanodes that hold each new chunk.");
  public static final Setting<Integer> MIN_REPLICAS =
      Setting.ofInt(
          "write.minReplicas",
          2,
          1,
          16,
          "replicas",
          "With fewer datanodes than this a chunk takes no writes; at most the replication.");
  public static final Setting<Long> CHUNK_SIZE =
      Setting.ofBytes(
          "chunkSizeBytes",
          64 * MIB,
          MIB,
          1024 * MIB,
          "Chunk size of new files, a power of two; taken when the cluster is made.");
  public static final Setting<Long> KEEP_FREE =
      Setting.ofBytes(
          "placement.keepFreeBytes",
          64 * MIB,
          0,
          1L << 50,
          "A datanode with no more than this free gets no new chunks.");
  public static final Setting<Long> HEARTBEAT_INTERVAL_MS =
      Setting.ofDurationMs(
          "node.heartbeatIntervalMs", 3000, 100, 60_000, "How often a datanode is to be heard.");
  public static final Setting<Long> LEASE_MS =
      Setting.ofDurationMs(
          "node.leaseMs",
          8000,
          300,
          600_000,
          "How long a datanode serves after the last heartbeat that was acknowledged.");
  public static final Setting<Long> SILENCE_MS =
      Setting.ofDurationMs(
          "node.silenceMs",
          11_000,
          400,
          600_000,
          "After this much silence a datanode counts as away; above the lease.");
  public static final Setting<Long> DEAD_AFTER_MS =
      Setting.ofDurationMs(
          "node.deadAfterMs",
          30_000,
          400,
          86_400_000,
          "After this much silence the replicas of a datanode count as lost.");
  public static final Setting<Long> GRACE_MS =
      Setting.ofDurationMs(
          "node.graceMs",
          30_000,
          0,
          600_000,
          "How long after the master's start unheard datanodes are unknown rather than away.");
  public static final Setting<Long> BLOCK_REPORT_INTERVAL_MS =
      Setting.ofDurationMs(
          "node.blockReportIntervalMs",
          30_000,
          1000,
          86_400_000,
          "How often a datanode lists all its replicas.");
  public static final Setting<Long> KEEP_ALIVE_INTERVAL_MS =
      Setting.ofDurationMs(
          "session.keepAliveIntervalMs", 3000, 100, 60_000, "How often a client is to be heard.");
  public static final Setting<Long> SESSION_EXPIRY_MS =
      Setting.ofDurationMs(
          "session.expiryMs",
          60_000,
          1000,
          3_600_000,
          "A client that was not heard for this long loses its session and what it held.");
  public static final Setting<Integer> MAX_SESSIONS =
      Setting.ofInt(
          "session.maxSessions", 4096, 1, 10_000, "sessions", "Clients that may be there at once.");
  public static final Setting<Long> CUT_WAIT_MS =
      Setting.ofDurationMs(
          "change.cutWaitMs",
          30_000,
          100,
          600_000,
          "How long a truncation waits for its chunk to be cut before it answers with an error.");
  public static final Setting<Integer> MAX_CHANGES =
      Setting.ofInt(
          "change.maxUnderWay",
          64,
          1,
          4096,
          "changes",
          "Chunks whose chain changes at once: each may copy up to a chunk between datanodes.");

  public static final Setting<Integer> MAX_COPIES =
      Setting.ofInt(
          "repair.maxCopies",
          8,
          1,
          1024,
          "copies",
          "Replicas that are copied at once to make up for lost ones.");
  public static final Setting<Integer> MAX_COPIES_PER_NODE =
      Setting.ofInt(
          "repair.maxCopiesPerNode",
          2,
          1,
          1024,
          "copies",
          "Copies at once in which one datanode gives or takes; the rest of it is for clients.");
  public static final Setting<Long> REPAIR_START_AFTER_MS =
      Setting.ofDurationMs(
          "repair.startAfterMs",
          30_000,
          0,
          3_600_000,
          "Nothing is repaired or deleted so long after the master's start: datanodes may come back.");

  /** All of them. */
  public static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          "master",
          DATA_DIR,
          LISTEN_HOST,
          PORT,
          METRICS_PORT,
          REPLICATION,
          MIN_REPLICAS,
          CHUNK_SIZE,
          KEEP_FREE,
          HEARTBEAT_INTERVAL_MS,
          LEASE_MS,
          SILENCE_MS,
          DEAD_AFTER_MS,
          GRACE_MS,
          BLOCK_REPORT_INTERVAL_MS,
          KEEP_ALIVE_INTERVAL_MS,
          SESSION_EXPIRY_MS,
          MAX_SESSIONS,
          CUT_WAIT_MS,
          MAX_CHANGES,
          MAX_COPIES,
          MAX_COPIES_PER_NODE,
          REPAIR_START_AFTER_MS);

  /**
   * From resolved settings.
   *
   * @throws OperatorException if values that are each permitted do not go together
   */
  public static MasterSettings from(Settings settings) {
    long chunkSize = settings.get(CHUNK_SIZE);
    if (Long.bitCount(chunkSize) != 1) {
      throw refused(CHUNK_SIZE + " = " + chunkSize + " is not a power of two");
    }
    int replication = settings.get(REPLICATION);
    int minReplicas = Math.min(settings.get(MIN_REPLICAS), replication);
    if (settings.get(MIN_REPLICAS) > replication && isGiven(settings, MIN_REPLICAS)) {
      throw refused(
          "%s = %d is above %s = %d"
              .formatted(MIN_REPLICAS, settings.get(MIN_REPLICAS), REPLICATION, replication));
    }
    int port = settings.get(PORT);
    int metricsPort = settings.get(METRICS_PORT);
    if (metricsPort == 0 && port != 0) {
      metricsPort = port + MetricsServer.PORT_OFFSET;
    }
    if (metricsPort > 65_535) {
      throw refused(
          "%s = %d leaves no room for the metrics at %d: give %s"
              .formatted(PORT, port, metricsPort, METRICS_PORT));
    }
    return new MasterSettings(
        settings.get(DATA_DIR),
        settings.get(LISTEN_HOST),
        port,
        metricsPort,
        chunkSize,
        new ServiceSettings(
            replication,
            minReplicas,
            settings.get(KEEP_FREE),
            liveness(settings),
            settings.get(BLOCK_REPORT_INTERVAL_MS),
            settings.get(KEEP_ALIVE_INTERVAL_MS),
            settings.get(SESSION_EXPIRY_MS),
            settings.get(MAX_SESSIONS),
            settings.get(CUT_WAIT_MS),
            settings.get(MAX_CHANGES),
            new RepairBounds(
                replication,
                minReplicas,
                settings.get(MAX_COPIES),
                settings.get(MAX_COPIES_PER_NODE),
                settings.get(REPAIR_START_AFTER_MS))));
  }

  private static LivenessBounds liveness(Settings settings) {
    try {
      return new LivenessBounds(
          settings.get(HEARTBEAT_INTERVAL_MS),
          settings.get(LEASE_MS),
          settings.get(SILENCE_MS),
          settings.get(DEAD_AFTER_MS),
          settings.get(GRACE_MS));
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage() + " (settings node.*)");
    }
  }

  /** With a replication of 1, the default minimum of 2 follows it down. */
  private static boolean isGiven(Settings settings, Setting<?> setting) {
    return !settings.origin(setting).equals("default");
  }

  private static OperatorException refused(String why) {
    return new OperatorException(
        "The master cannot start with these settings: " + why + ".",
        OperatorException.USAGE_EXIT_CODE);
  }
}
