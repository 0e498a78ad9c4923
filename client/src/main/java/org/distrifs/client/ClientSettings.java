package org.distrifs.client;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsLoader;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * What a client is told: the masters, the bounds of its waits and of its memory. Immutable.
 *
 * @param masters tried in turn until one answers; at least one
 * @param clientName who this is, for operators: "mount /mnt/d, pid 17"
 * @param operationTimeoutMs bound of one operation with the master, and of a wait for write memory
 * @param connectTimeoutMs bound of the first connection to a master
 * @param keepAliveIntervalMs between signs of life to the master
 * @param operationSlots operations in flight with the master at most
 * @param writeBufferBytes unacknowledged bytes of all files together
 * @param windowPackets packets of one file in flight at most
 * @param packetBytes the size and alignment of a full packet; a power of two
 * @param writeBackDelayMs after this long, unsent bytes are sent and committed in the background
 * @param packetTimeoutMs bound of one WRITE or SYNC exchange with a datanode
 * @param chunkTimeoutMs a chunk that takes no write for so long fails its file with EIO
 * @param readAheadBytes how far a sequential reader is run ahead of
 * @param readCacheBytes prefetched bytes of all files together
 * @param replicaTimeoutMs bound of one READ exchange; then another replica is asked
 * @param readTimeoutMs bound of a read over all replicas; then it fails with EIO
 * @param attributeTimeoutMs age of cached attributes at most; 0 caches none
 * @param entryTimeoutMs age of cached names at most; 0 caches none
 * @param cachedInodes inodes whose attributes are cached at most
 * @param cachedEntries names cached at most
 * @param cachedChunks chunks whose chain is cached at most
 */
public record ClientSettings(
    List<PeerAddress> masters,
    String clientName,
    long operationTimeoutMs,
    long connectTimeoutMs,
    long keepAliveIntervalMs,
    int operationSlots,
    int writeBufferBytes,
    int windowPackets,
    int packetBytes,
    long writeBackDelayMs,
    int packetTimeoutMs,
    long chunkTimeoutMs,
    int readAheadBytes,
    int readCacheBytes,
    int replicaTimeoutMs,
    long readTimeoutMs,
    long attributeTimeoutMs,
    long entryTimeoutMs,
    int cachedInodes,
    int cachedEntries,
    int cachedChunks) {

  /** Port of a master whose address names none. */
  public static final int DEFAULT_MASTER_PORT = 7400;

  /** A bound so long that it never passes: for a mount that waits for its cluster without end. */
  public static final long FOR_EVER_MS = 3_650L * 24 * 3_600 * 1_000;

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  public static final Setting<List<String>> MASTERS =
      Setting.ofList(
          "client.masters",
          List.of("127.0.0.1:" + DEFAULT_MASTER_PORT),
          "HOST:PORT of each master; tried in turn until one answers.");
  public static final Setting<Long> OPERATION_TIMEOUT =
      Setting.ofDurationMs(
          "client.operationTimeoutMs",
          60_000,
          1_000,
          FOR_EVER_MS,
          "No call waits longer for the master, or for room in the write buffer; then it is EIO.");
  public static final Setting<Long> CONNECT_TIMEOUT =
      Setting.ofDurationMs(
          "client.connectTimeoutMs",
          10_000,
          100,
          600_000,
          "How long a start waits for a master that is away before it gives up with a sentence.");
  public static final Setting<Long> KEEP_ALIVE_INTERVAL =
      Setting.ofDurationMs(
          "client.keepAliveIntervalMs",
          3_000,
          100,
          20_000,
          "Between signs of life to the master, which ends a session that is silent too long.");
  public static final Setting<Integer> OPERATION_SLOTS =
      Setting.ofInt(
          "client.operationSlots",
          128,
          1,
          1024,
          "operations",
          "Operations in flight with the master; more wait for a slot.");
  public static final Setting<Long> WRITE_BUFFER =
      Setting.ofBytes(
          "client.writeBufferBytes",
          64 * MIB,
          4 * MIB,
          1024 * MIB,
          "Written bytes that no chain has acknowledged yet, all files together; writers wait"
              + " beyond.");
  public static final Setting<Integer> WINDOW =
      Setting.ofInt(
          "client.windowPackets",
          DataRequest.MAX_WRITES_IN_FLIGHT,
          1,
          DataRequest.MAX_WRITES_IN_FLIGHT,
          "packets",
          "Packets of one file in flight to its chains.");
  public static final Setting<Long> PACKET =
      Setting.ofBytes(
          "client.packetBytes",
          512 * KIB,
          64 * KIB,
          DataRequest.MAX_PAYLOAD_BYTES,
          "Size and alignment of a full packet, a power of two; it leaves as soon as it is full.");
  public static final Setting<Long> WRITE_BACK_DELAY =
      Setting.ofDurationMs(
          "client.writeBackDelayMs",
          2_000,
          50,
          60_000,
          "After this long unsent bytes leave and are committed by themselves: what a killed"
              + " process can lose.");
  public static final Setting<Long> PACKET_TIMEOUT =
      Setting.ofDurationMs(
          "client.packetTimeoutMs",
          10_000,
          100,
          60_000,
          "Bound of one write or sync exchange with a datanode; then the chain is looked up.");
  public static final Setting<Long> CHUNK_TIMEOUT =
      Setting.ofDurationMs(
          "client.chunkTimeoutMs",
          60_000,
          100,
          FOR_EVER_MS,
          "A chunk that takes no write for so long fails its file with EIO.");
  public static final Setting<Long> READ_AHEAD =
      Setting.ofBytes(
          "client.readAheadBytes",
          4 * MIB,
          0,
          64 * MIB,
          "How far ahead of a sequential reader bytes are fetched.");
  public static final Setting<Long> READ_CACHE =
      Setting.ofBytes(
          "client.readCacheBytes",
          64 * MIB,
          0,
          1024 * MIB,
          "Fetched ahead and kept, all files together.");
  public static final Setting<Long> REPLICA_TIMEOUT =
      Setting.ofDurationMs(
          "client.replicaTimeoutMs",
          5_000,
          100,
          60_000,
          "Bound of one read exchange with a datanode; then another replica is asked.");
  public static final Setting<Long> READ_TIMEOUT =
      Setting.ofDurationMs(
          "client.readTimeoutMs",
          20_000,
          100,
          FOR_EVER_MS,
          "A read that no replica can serve for so long is EIO.");
  public static final Setting<Long> ATTRIBUTE_TIMEOUT =
      Setting.ofDurationMs(
          "client.attributeTimeoutMs",
          1_000,
          0,
          60_000,
          "How old cached attributes may be; in a mount half of mount.attributeTimeoutMs at most.");
  public static final Setting<Long> ENTRY_TIMEOUT =
      Setting.ofDurationMs(
          "client.entryTimeoutMs",
          1_000,
          0,
          60_000,
          "How old cached names may be, in a mount half of mount.entryTimeoutMs at most; that a"
              + " name is absent is always asked.");
  public static final Setting<Integer> CACHED_INODES =
      Setting.ofInt(
          "client.cachedInodes", 65_536, 16, 16_777_216, "inodes", "Attributes kept in memory.");
  public static final Setting<Integer> CACHED_ENTRIES =
      Setting.ofInt(
          "client.cachedEntries", 65_536, 16, 16_777_216, "names", "Names kept in memory.");
  public static final Setting<Integer> CACHED_CHUNKS =
      Setting.ofInt(
          "client.cachedChunks",
          65_536,
          16,
          16_777_216,
          "chunks",
          "Chunks whose chain is kept in memory.");

  /** All settings of a client. */
  public static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          "client",
          MASTERS,
          OPERATION_TIMEOUT,
          CONNECT_TIMEOUT,
          KEEP_ALIVE_INTERVAL,
          OPERATION_SLOTS,
          WRITE_BUFFER,
          WINDOW,
          PACKET,
          WRITE_BACK_DELAY,
          PACKET_TIMEOUT,
          CHUNK_TIMEOUT,
          READ_AHEAD,
          READ_CACHE,
          REPLICA_TIMEOUT,
          READ_TIMEOUT,
          ATTRIBUTE_TIMEOUT,
          ENTRY_TIMEOUT,
          CACHED_INODES,
          CACHED_ENTRIES,
          CACHED_CHUNKS);

  public ClientSettings {
    masters = List.copyOf(masters);
    if (masters.isEmpty()) {
      throw new OperatorException(
          "No master is named. Give at least one HOST:PORT in " + MASTERS.key() + ".");
    }
    if (Integer.bitCount(packetBytes) != 1) {
      throw new OperatorException(
          PACKET.key() + " = " + packetBytes + " is not a power of two. Try 524288.");
    }
  }

  /**
   * The settings of a client among those of a role whose schema includes {@link #SCHEMA}.
   *
   * @param clientName who this is, for operators: "mount /mnt/d, pid 17"
   * @throws OperatorException if a master's address is not of the form HOST[:PORT]
   */
  public static ClientSettings of(Settings settings, String clientName) {
    return new ClientSettings(
        addresses(settings.get(MASTERS)),
        clientName,
        settings.get(OPERATION_TIMEOUT),
        settings.get(CONNECT_TIMEOUT),
        settings.get(KEEP_ALIVE_INTERVAL),
        settings.get(OPERATION_SLOTS),
        Math.toIntExact(settings.get(WRITE_BUFFER)),
        settings.get(WINDOW),
        Math.toIntExact(settings.get(PACKET)),
        settings.get(WRITE_BACK_DELAY),
        Math.toIntExact(settings.get(PACKET_TIMEOUT)),
        settings.get(CHUNK_TIMEOUT),
        Math.toIntExact(settings.get(READ_AHEAD)),
        Math.toIntExact(settings.get(READ_CACHE)),
        Math.toIntExact(settings.get(REPLICA_TIMEOUT)),
        settings.get(READ_TIMEOUT),
        settings.get(ATTRIBUTE_TIMEOUT),
        settings.get(ENTRY_TIMEOUT),
        settings.get(CACHED_INODES),
        settings.get(CACHED_ENTRIES),
        settings.get(CACHED_CHUNKS));
  }

  /** All defaults but the masters and the name. */
  public static ClientSettings defaults(List<PeerAddress> masters, String clientName) {
    ClientSettings defaults = of(SettingsLoader.defaults(SCHEMA), clientName);
    return defaults.withMasters(masters);
  }

  /** The same for other masters. */
  public ClientSettings withMasters(List<PeerAddress> otherMasters) {
    return with(otherMasters, attributeTimeoutMs, entryTimeoutMs);
  }

  /** The same with other bounds on the age of what is cached, in milliseconds. */
  public ClientSettings withTimeouts(long otherAttributeTimeoutMs, long otherEntryTimeoutMs) {
    return with(masters, otherAttributeTimeoutMs, otherEntryTimeoutMs);
  }

  private ClientSettings with(
      List<PeerAddress> otherMasters, long otherAttributeTimeoutMs, long otherEntryTimeoutMs) {
    return new ClientSettings(
        otherMasters,
        clientName,
        operationTimeoutMs,
        connectTimeoutMs,
        keepAliveIntervalMs,
        operationSlots,
        writeBufferBytes,
        windowPackets,
        packetBytes,
        writeBackDelayMs,
        packetTimeoutMs,
        chunkTimeoutMs,
        readAheadBytes,
        readCacheBytes,
        replicaTimeoutMs,
        readTimeoutMs,
        otherAttributeTimeoutMs,
        otherEntryTimeoutMs,
        cachedInodes,
        cachedEntries,
        cachedChunks);
  }

  /**
   * Reads addresses of the form HOST, HOST:PORT or [IPv6]:PORT.
   *
   * @throws OperatorException naming the one that is not of this form
   */
  public static List<PeerAddress> addresses(List<String> texts) {
    List<PeerAddress> addresses = new ArrayList<>();
    for (String text : texts) {
      addresses.add(address(text.strip()));
    }
    return addresses;
  }

  private static PeerAddress address(String text) {
    int colon = text.lastIndexOf(':');
    boolean bareIpv6 = colon >= 0 && text.indexOf(':') != colon && !text.contains("]");
    boolean withPort = colon > text.lastIndexOf(']') && !bareIpv6;
    String host = withPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = withPort ? port(text.substring(colon + 1)) : DEFAULT_MASTER_PORT;
    if (host.isEmpty() || port < 1) {
      throw new OperatorException(
          "'" + text + "' is not the address of a master. Write HOST:PORT, as in 127.0.0.1:7400.",
          OperatorException.USAGE_EXIT_CODE);
    }
    return new PeerAddress(host, port);
  }

  /** The number, or 0 for what is no port. */
  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return 0;
    }
    int port = Integer.parseInt(text);
    return port <= 65_535 ? port : 0;
  }
}
