package org.distrifs.fuse.mount;

import java.nio.file.Path;
import org.distrifs.client.ClientSettings;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsSchema;

/**
 * How a mount is told to be, apart from what its client is told. Immutable.
 *
 * @param mountPoint the folder to mount on
 * @param subdir the directory of DistriFS that is the root of the mount, an absolute path
 * @param readOnly whether the kernel refuses every change
 * @param noExec whether the kernel refuses to run programs that lie in the mount
 * @param setId whether programs that lie in the mount are run with their set-id bits
 * @param devices whether devices that lie in the mount can be opened
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
    String subdir,
    boolean readOnly,
    boolean noExec,
    boolean setId,
    boolean devices,
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
  public static final Setting<String> SUBDIR =
      Setting.ofString(
          "mount.subdir",
          "/",
          "The directory of DistriFS that is the root of the mount; nothing above it can be reached.");
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
          "Whether set-user-ID and set-group-ID programs in it get these rights; for a mount by root,"
              + " and where everybody who reaches the cluster may become root.");
  public static final Setting<Boolean> DEVICES =
      Setting.ofBoolean(
          "mount.devices",
          false,
          "Whether device files in it can be opened; for a mount by root, and where everybody who"
              + " reaches the cluster may become root.");
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
          "How old attributes may be that are shown, half of it in the kernel and half in the client;"
              + " an open always asks.");
  public static final Setting<Long> ENTRY_TIMEOUT =
      Setting.ofDurationMs(
          "mount.entryTimeoutMs",
          1_000,
          0,
          60_000,
          "How long a name is taken for what it was, half of it in the kernel and half in the client.");
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
          "What the kernel reads of a file in order before it is asked for; for a mount by root. More"
              + " than a request, 1 MiB, has several under way.");
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
          SUBDIR,
          READ_ONLY,
          NO_EXEC,
          SET_ID,
          DEVICES,
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
        settings.get(SUBDIR),
        settings.get(READ_ONLY),
        settings.get(NO_EXEC),
        settings.get(SET_ID),
        settings.get(DEVICES),
        settings.get(ALLOW_OTHER),
        settings.get(ATTRIBUTE_TIMEOUT),
        settings.get(ENTRY_TIMEOUT),
        settings.get(THREADS),
        settings.get(READ_AHEAD),
        settings.get(STOP_TIMEOUT),
        DriverChoice.of(settings.get(DRIVER)),
        settings.get(METRICS_PORT));
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
        subdir,
        readOnly,
        noExec,
        setId,
        devices,
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
    return new MountSettings(
        mountPoint,
        SUBDIR.defaultValue(),
        READ_ONLY.defaultValue(),
        NO_EXEC.defaultValue(),
        SET_ID.defaultValue(),
        DEVICES.defaultValue(),
        ALLOW_OTHER.defaultValue(),
        ATTRIBUTE_TIMEOUT.defaultValue(),
        ENTRY_TIMEOUT.defaultValue(),
        THREADS.defaultValue(),
        READ_AHEAD.defaultValue(),
        STOP_TIMEOUT.defaultValue(),
        DriverChoice.of(DRIVER.defaultValue()),
        METRICS_PORT.defaultValue());
  }
}
