package org.distrifs.datanode;

import java.nio.file.Path;
import java.util.List;
import org.distrifs.datanode.store.StoreSettings;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.metrics.MetricsServer;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * What a datanode is told. Immutable.
 *
 * @param dataDir where its chunks are; made if it is not there
 * @param listenHost address that it listens on
 * @param port that it listens on; 0 for any
 * @param unixSockets whether processes of its machine may connect by Unix sockets too
 * @param advertisedHost what others reach it at
 * @param rack label for placement; may be empty
 * @param wantedNodeId the id that a new node would like; 0 for any
 * @param masters tried in turn
 * @param metricsPort 0: the port and {@link MetricsServer#PORT_OFFSET}
 * @param ioThreads threads of the sockets, 1 or more
 * @param hopTimeoutMs how long a chain member may take to answer a write
 * @param store how chunks are kept
 */
public record DatanodeSettings(
    Path dataDir,
    String listenHost,
    int port,
    boolean unixSockets,
    String advertisedHost,
    String rack,
    int wantedNodeId,
    List<PeerAddress> masters,
    int metricsPort,
    int ioThreads,
    int hopTimeoutMs,
    StoreSettings store) {

  /** Port of a master whose address names none. */
  public static final int DEFAULT_MASTER_PORT = 7400;

  private static final int DEFAULT_PORT = 7401;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_IO_THREADS = 64;
  private static final int PROCESSORS_PER_IO_THREAD = 4;
  private static final long MIB = 1 << 20;

  public static final Setting<Path> DATA_DIR =
      Setting.ofPath(
              "datanode.dataDir",
              Path.of("/var/lib/distrifs/datanode"),
              "The folder that holds this node's chunks; one datanode at a time uses it.")
          .required();
  public static final Setting<String> LISTEN_HOST =
      Setting.ofString(
          "datanode.listenHost",
          "127.0.0.1",
          "The address to listen on; 0.0.0.0 for all, where only trusted machines can connect.");
  public static final Setting<Integer> PORT =
      Setting.ofInt(
          "datanode.port", DEFAULT_PORT, 0, MAX_PORT, "", "The port to listen on; 0 for any.");
  public static final Setting<Boolean> UNIX_SOCKETS =
      Setting.ofBoolean(
          "datanode.unixSockets",
          true,
          "Whether mounts and datanodes of this machine connect by Unix sockets, not by TCP.");
  public static final Setting<String> ADVERTISED_HOST =
      Setting.ofString(
          "datanode.advertisedHost",
          "",
          "The name or address at which others reach this node; empty for the one it listens on.");
  public static final Setting<String> RACK =
      Setting.ofString(
          "datanode.rack", "", "Label of what fails together; replicas go to different ones.");
  public static final Setting<List<String>> MASTERS =
      Setting.ofList(
          "datanode.masters",
          List.of("127.0.0.1:" + DEFAULT_MASTER_PORT),
          "HOST:PORT of each master; tried in turn until one answers.");
  public static final Setting<Integer> METRICS_PORT =
      Setting.ofInt(
          "datanode.metricsPort",
          0,
          0,
          MAX_PORT,
          "",
          "The port of /metrics and /healthz; 0 for the port and 1000.");
  public static final Setting<Integer> IO_THREADS =
      Setting.ofInt(
          "datanode.ioThreads",
          0,
          0,
          MAX_IO_THREADS,
          "threads",
          "Threads that serve the connections; 0 for one for every four processors.");
  public static final Setting<Integer> DISK_THREADS =
      Setting.ofInt(
          "datanode.diskThreads", 4, 1, 256, "threads", "Threads that wait for the disk.");
  public static final Setting<Long> HOP_TIMEOUT =
      Setting.ofDurationMs(
          "datanode.hopTimeoutMs",
          6_000,
          100,
          60_000,
          "How long a member of a chain may take to answer a write, for itself and each behind"
              + " it.");
  public static final Setting<Integer> OPEN_REPLICAS =
      Setting.ofInt(
          "datanode.openReplicas",
          512,
          1,
          100_000,
          "chunks",
          "Chunks kept open; each costs two file descriptors and up to 90 KiB of memory.");
  public static final Setting<Long> RESERVE =
      Setting.ofBytes(
          "datanode.reserveBytes",
          256 * MIB,
          0,
          (1L << 20) * MIB,
          "Room on the disk below which no new chunk is taken, so that others can grow a little.");
  public static final Setting<Long> CLEAN_AFTER =
      Setting.ofDurationMs(
          "datanode.cleanAfterMs",
          5_000,
          100,
          600_000,
          "A chunk without writes for so long is made durable and marked clean.");
  public static final Setting<Long> WRITE_BACK =
      Setting.ofBytes(
          "datanode.writeBackBytes",
          32 * MIB,
          0,
          1024 * MIB,
          "After so many bytes of a stream the disk is told to begin; 0 leaves it to the kernel.");

  public static final Setting<Long> TRASH_KEEP =
      Setting.ofDurationMs(
          "datanode.trashKeepMs",
          3_600_000,
          0,
          7L * 24 * 3_600_000,
          "How long a deleted chunk is kept in the trash folder, unless the disk gets full.");

  public static final Setting<Long> QUARANTINE_KEEP =
      Setting.ofDurationMs(
          "datanode.quarantineKeepMs",
          30L * 24 * 3_600_000,
          3_600_000,
          3650L * 24 * 3_600_000,
          "How long a chunk that a rollback of the master lost is kept, unless the disk gets full.");
  public static final Setting<Integer> NODE_ID =
      Setting.ofInt(
          "datanode.nodeId",
          0,
          0,
          MAX_PORT,
          "",
          "The number that a new node would like to have in its cluster; 0 for the next one.");

  /** All settings of a datanode. */
  public static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          "datanode",
          DATA_DIR,
          LISTEN_HOST,
          PORT,
          UNIX_SOCKETS,
          ADVERTISED_HOST,
          RACK,
          MASTERS,
          METRICS_PORT,
          IO_THREADS,
          DISK_THREADS,
          HOP_TIMEOUT,
          OPEN_REPLICAS,
          RESERVE,
          CLEAN_AFTER,
          WRITE_BACK,
          TRASH_KEEP,
          QUARANTINE_KEEP,
          NODE_ID);

  /**
   * The settings of a datanode among resolved ones.
   *
   * @throws OperatorException if the address of a master is malformed
   */
  public static DatanodeSettings of(Settings settings) {
    String listenHost = settings.get(LISTEN_HOST);
    String advertised = settings.get(ADVERTISED_HOST);
    StoreSettings store =
        new StoreSettings(
            settings.get(DISK_THREADS),
            settings.get(OPEN_REPLICAS),
            settings.get(RESERVE),
            settings.get(CLEAN_AFTER),
            Math.toIntExact(settings.get(WRITE_BACK)),
            settings.get(TRASH_KEEP),
            settings.get(QUARANTINE_KEEP));
    return new DatanodeSettings(
        settings.get(DATA_DIR),
        listenHost,
        settings.get(PORT),
        settings.get(UNIX_SOCKETS),
        advertised.isEmpty() ? listenHost : advertised,
        settings.get(RACK),
        settings.get(NODE_ID),
        parseMasters(settings.get(MASTERS)),
        settings.get(METRICS_PORT),
        ioThreads(settings.get(IO_THREADS), Runtime.getRuntime().availableProcessors()),
        Math.toIntExact(settings.get(HOP_TIMEOUT)),
        store);
  }

  /**
   * How many threads serve the connections. On a machine with few processors it is one: then a
   * write, what is sent on and the answer to it never wait for one thread to wake another.
   *
   * @param wanted as it is set
   */
  static int ioThreads(int wanted, int processors) {
    return wanted > 0
        ? wanted
        : Math.max(1, Math.min(MAX_IO_THREADS, processors / PROCESSORS_PER_IO_THREAD));
  }

  private static List<PeerAddress> parseMasters(List<String> texts) {
    if (texts.isEmpty()) {
      throw new OperatorException(
          "No master is named: give " + MASTERS.key() + " a HOST:PORT.",
          OperatorException.USAGE_EXIT_CODE);
    }
    return texts.stream().map(PeerAddress::parse).toList();
  }
}
