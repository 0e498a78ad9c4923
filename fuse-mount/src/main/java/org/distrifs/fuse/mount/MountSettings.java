package org.distrifs.fuse.mount;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.distrifs.client.ClientSettings;
import org.distrifs.fuse.driver.MountFlag;
import org.distrifs.fuse.operations.AccessTimePolicy;
import org.distrifs.fuse.operations.AccessTimePolicy.Reads;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsLoader;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * How a mount is told to be, apart from what its client is told. Immutable.
 *
 * @param mountPoint the folder to mount on
 * @param source what the mount table shows as the device; empty for masters and directory
 * @param subdir the directory of DistriFS that is the root of the mount, an absolute path
 * @param flags what the kernel does differently in the mount
 * @param accessTimes which reads set access times
 * @param allowOther whether other users may use the mount
 * @param attributeTimeoutMs how old attributes that the mount shows may be
 * @param entryTimeoutMs how old names that the mount shows may be
 * @param threads requests of the kernel that are served at the same time
 * @param readAheadBytes what the kernel may read before it is asked for, of a file read in order
 * @param stopTimeoutMs how long a stop waits for programs that still use the mount
 * @param driver how the kernel is spoken to
 * @param metricsPort where metrics are served on the loopback address; 0 for nowhere
 */
public record MountSettings(
    Path mountPoint,
    String source,
    String subdir,
    Set<MountFlag> flags,
    AccessTimePolicy accessTimes,
    boolean allowOther,
    long attributeTimeoutMs,
    long entryTimeoutMs,
    int threads,
    long readAheadBytes,
    long stopTimeoutMs,
    DriverChoice driver,
    int metricsPort) {

  public static final Setting<Path> MOUNT_POINT =
      Setting.ofPath("mount.point", Path.of("/mnt/distrifs"), "The empty folder to mount on.")
          .required();
  public static final Setting<String> SOURCE =
      Setting.ofString(
          "mount.source",
          "",
          "What the mount table shows as the device; if empty, the masters and the directory, as"
              + " HOST:PORT:/photos. mount(8) finds a mount again by it.");
  public static final Setting<String> SUBDIR =
      Setting.ofString(
          "mount.subdir",
          "/",
          "The directory of DistriFS that is the root of the mount; nothing above it can be"
              + " reached.");
  public static final Setting<Boolean> READ_ONLY =
      Setting.ofBoolean(
          "mount.readOnly", false, "Whether the kernel refuses every change of what is in it.");
  public static final Setting<Boolean> NO_EXEC =
      Setting.ofBoolean(
          "mount.noExec", false, "Whether the kernel refuses to run programs that lie in it.");
  public static final Setting<Boolean> SET_ID =
      Setting.ofBoolean(
          "mount.setId",
          false,
          "Whether set-user-ID and set-group-ID programs in it get these rights; for a mount by"
              + " root, and where everybody who reaches the cluster may become root.");
  public static final Setting<Boolean> DEVICES =
      Setting.ofBoolean(
          "mount.devices",
          false,
          "Whether device files in it can be opened; for a mount by root, and where everybody who"
              + " reaches the cluster may become root.");
  public static final Setting<Boolean> SYNC =
      Setting.ofBoolean(
          "mount.sync",
          false,
          "Whether every write is on the disks of the cluster before it returns.");
  public static final Setting<String> ACCESS_TIMES =
      Setting.ofChoice(
          "mount.accessTimes",
          word(Reads.RELATIME),
          Arrays.stream(Reads.values()).map(MountSettings::word).toList(),
          "Which reads set the access time: the first after a change and one a day, each, or"
              + " none.");
  public static final Setting<Boolean> DIRECTORY_ACCESS_TIMES =
      Setting.ofBoolean(
          "mount.directoryAccessTimes",
          true,
          "Whether listings set the access times of directories.");
  public static final Setting<Boolean> ALLOW_OTHER =
      Setting.ofBoolean(
          "mount.allowOther",
          true,
          "Whether other users may use the mount; for a mount by root, or where /etc/fuse.conf"
              + " has user_allow_other.");
  public static final Setting<Long> ATTRIBUTE_TIMEOUT =
      Setting.ofDurationMs(
          "mount.attributeTimeoutMs",
          1_000,
          0,
          60_000,
          "How old attributes may be that are shown, half of it in the kernel and half in the"
              + " client; an open always asks.");
  public static final Setting<Long> ENTRY_TIMEOUT =
      Setting.ofDurationMs(
          "mount.entryTimeoutMs",
          1_000,
          0,
          60_000,
          "How long a name is taken for what it was, half of it in the kernel and half in the"
              + " client.");
  public static final Setting<Integer> THREADS =
      Setting.ofInt(
          "mount.threads",
          16,
          2,
          256,
          "threads",
          "Requests of the kernel served at the same time; others wait.");
  public static final Setting<Long> READ_AHEAD =
      Setting.ofBytes(
          "mount.readAheadBytes",
          1 << 20,
          0,
          64 << 20,
          "What the kernel reads of a file in order before it is asked for; for a mount by root."
              + " More than a request, 1 MiB, has several under way.");
  public static final Setting<Long> STOP_TIMEOUT =
      Setting.ofDurationMs(
          "mount.stopTimeoutMs",
          10_000,
          0,
          600_000,
          "How long a stop waits for programs that have files of the mount open; then they get"
              + " errors.");
  public static final Setting<String> DRIVER =
      Setting.ofChoice(
          "mount.driver",
          DriverChoice.KERNEL.word(),
          DriverChoice.words(),
          "How the kernel is spoken to: by its own protocol, or through libfuse 2.");
  public static final Setting<Integer> METRICS_PORT =
      Setting.ofInt(
          "mount.metricsPort",
          0,
          0,
          65_535,
          "port; 0 for none",
          "Where /metrics and /healthz are served, on the loopback address.");

  /** Everything that can be set here. */
  public static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          "mount",
          MOUNT_POINT,
          SOURCE,
          SUBDIR,
          READ_ONLY,
          NO_EXEC,
          SET_ID,
          DEVICES,
          SYNC,
          ACCESS_TIMES,
          DIRECTORY_ACCESS_TIMES,
          ALLOW_OTHER,
          ATTRIBUTE_TIMEOUT,
          ENTRY_TIMEOUT,
          THREADS,
          READ_AHEAD,
          STOP_TIMEOUT,
          DRIVER,
          METRICS_PORT);

  /** The settings of a mount among those of a role whose schema includes {@link #SCHEMA}. */
  public static MountSettings of(Settings settings) {
    return new MountSettings(
        settings.get(MOUNT_POINT),
        settings.get(SOURCE),
        settings.get(SUBDIR),
        flags(settings),
        accessTimes(settings),
        settings.get(ALLOW_OTHER),
        settings.get(ATTRIBUTE_TIMEOUT),
        settings.get(ENTRY_TIMEOUT),
        settings.get(THREADS),
        settings.get(READ_AHEAD),
        settings.get(STOP_TIMEOUT),
        DriverChoice.of(settings.get(DRIVER)),
        settings.get(METRICS_PORT));
  }

  private static Set<MountFlag> flags(Settings settings) {
    Set<MountFlag> flags = EnumSet.noneOf(MountFlag.class);
    addIf(settings.get(READ_ONLY), flags, MountFlag.READ_ONLY);
    addIf(settings.get(NO_EXEC), flags, MountFlag.NO_EXEC);
    addIf(!settings.get(SET_ID), flags, MountFlag.NO_SET_ID);
    addIf(!settings.get(DEVICES), flags, MountFlag.NO_DEVICES);
    addIf(settings.get(SYNC), flags, MountFlag.SYNC);
    addIf(reads(settings) == Reads.NOATIME, flags, MountFlag.NO_ATIME);
    addIf(reads(settings) == Reads.STRICTATIME, flags, MountFlag.STRICT_ATIME);
    addIf(!settings.get(DIRECTORY_ACCESS_TIMES), flags, MountFlag.NO_DIRECTORY_ATIME);
    return Set.copyOf(flags);
  }

  private static void addIf(boolean asked, Set<MountFlag> flags, MountFlag flag) {
    if (asked) {
      flags.add(flag);
    }
  }

  private static AccessTimePolicy accessTimes(Settings settings) {
    return settings.get(READ_ONLY)
        ? AccessTimePolicy.NONE
        : new AccessTimePolicy(reads(settings), settings.get(DIRECTORY_ACCESS_TIMES));
  }

  private static Reads reads(Settings settings) {
    return Reads.valueOf(settings.get(ACCESS_TIMES).toUpperCase(Locale.ROOT));
  }

  private static String word(Reads reads) {
    return reads.name().toLowerCase(Locale.ROOT);
  }

  /** How long the kernel may keep attributes without asking: half of how old they may be shown. */
  public long kernelAttributeTimeoutMs() {
    return attributeTimeoutMs / 2;
  }

  /** How long the kernel may keep names without asking: half of how old they may be shown. */
  public long kernelEntryTimeoutMs() {
    return entryTimeoutMs / 2;
  }

  /**
   * Leaves the client of a mount the half of the time that the kernel does not have: what the
   * client has kept for its whole time may be what the kernel begins to keep for its own.
   */
  public ClientSettings bound(ClientSettings client) {
    return client.withTimeouts(
        Math.min(client.attributeTimeoutMs(), attributeTimeoutMs / 2),
        Math.min(client.entryTimeoutMs(), entryTimeoutMs / 2));
  }

  /** The same with another driver. */
  public MountSettings with(DriverChoice other) {
    return new MountSettings(
        mountPoint,
        source,
        subdir,
        flags,
        accessTimes,
        allowOther,
        attributeTimeoutMs,
        entryTimeoutMs,
        threads,
        readAheadBytes,
        stopTimeoutMs,
        other,
        metricsPort);
  }

  /** All defaults but the folder; for tests and embedding. */
  public static MountSettings defaults(Path mountPoint) {
    return of(
        SettingsLoader.load(
            SCHEMA, Optional.empty(), Map.of(MOUNT_POINT.key(), mountPoint.toString())));
  }
}
