package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.settings.SettingsLoader;

/**
 * A real mount of an in-memory file system, with an ordinary folder to compare it with. Only other
 * processes may access the mount, because this one serves it.
 */
final class MountedFolder implements AutoCloseable {
  private static final String PREFIX = "distrifs-mount-test-";
  private static final long COMMAND_TIMEOUT_MS = 120_000;
  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  /** The result of a command. */
  record Answer(int exitStatus, String output) {}

  private final Path base;
  private final DriverChoice driver;
  private final Map<String, String> settings;
  private final InMemoryClient client;
  private final Metrics metrics;
  private FuseMount mount;

  private MountedFolder(DriverChoice driver, InMemoryClient client, Map<String, String> settings)
      throws IOException {
    this.driver = driver;
    this.settings = settings;
    this.base = Files.createTempDirectory(PREFIX).toRealPath();
    this.client = client;
    this.metrics = new Metrics("mount");
    Files.createDirectory(folder());
    Files.createDirectory(ordinary());
  }

  static MountedFolder mount(DriverChoice driver) throws IOException {
    return mount(driver, new InMemoryClient());
  }

  /** Another mount of the same file system. */
  static MountedFolder mount(DriverChoice driver, InMemoryClient client) throws IOException {
    return mount(driver, client, Map.of());
  }

  /**
   * Mounts with further settings.
   *
   * @param settings of the mount, by their keys
   */
  static MountedFolder mount(
      DriverChoice driver, InMemoryClient client, Map<String, String> settings) throws IOException {
    requireFuse();
    detachLeftovers();
    MountedFolder mounted = new MountedFolder(driver, client, settings);
    try {
      mounted.remount();
      return mounted;
    } catch (RuntimeException e) {
      mounted.discard();
      throw e;
    }
  }

  void remount() {
    mount = FuseMount.start(settings(), "memory", client, metrics);
  }

  MountSettings settings() {
    Map<String, String> given = new HashMap<>(settings);
    given.put(MountSettings.MOUNT_POINT.key(), folder().toString());
    given.put(MountSettings.DRIVER.key(), driver.word());
    given.put(MountSettings.STOP_TIMEOUT.key(), "500");
    return MountSettings.of(SettingsLoader.load(MountSettings.SCHEMA, Optional.empty(), given));
  }

  private static void requireFuse() {
    if (!Files.exists(Path.of("/dev/fuse"))) {
      throw new AssertionError(
          "/dev/fuse is missing: these tests mount for real; load the kernel module fuse, or in a"
              + " container pass --device /dev/fuse --cap-add SYS_ADMIN");
    }
  }

  /** Detaches mounts that a killed test run has left. */
  private static void detachLeftovers() throws IOException {
    for (MountTable.Entry entry :
        MountTable.parse(Files.readString(Path.of("/proc/self/mountinfo")))) {
      if (entry.path().toString().contains(PREFIX) && entry.isAbandoned()) {
        Unmount.detach(entry.path());
      }
    }
  }

  Path folder() {
    return base.resolve("mounted");
  }

  Path ordinary() {
    return base.resolve("ordinary");
  }

  InMemoryClient client() {
    return client;
  }

  FuseMount fuseMount() {
    return mount;
  }

  boolean isMounted() {
    return MountTable.at(folder()).isPresent();
  }

  /** Runs a shell script in the mount; it must succeed. Returns what it printed. */
  String shell(String script) throws IOException {
    return succeed(run(folder(), "sh", "-euc", script));
  }

  /** Runs a shell script in the ordinary folder and in the mount; both must print the same. */
  void shellInBoth(String script) throws IOException {
    Answer expected = run(ordinary(), "sh", "-euc", script);
    assertThat(succeed(run(folder(), "sh", "-euc", script))).isEqualTo(succeed(expected));
  }

  private static String succeed(Answer answer) {
    assertThat(answer.exitStatus()).as(answer.output()).isZero();
    return answer.output();
  }

  static Process start(Path folder, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TZ", "UTC");
    return builder.redirectErrorStream(true).start();
  }

  static Answer run(Path folder, String... command) throws IOException {
    // The child enters the folder, because this process must not access its own mount.
    List<String> entering = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec \"$@\""));
    entering.add(folder.toString());
    entering.addAll(List.of(command));
    Process process = start(Path.of("/"), entering.toArray(new String[0]));
    process.getOutputStream().close();
    try {
      String output = new String(process.getInputStream().readNBytes(MAX_OUTPUT_BYTES), UTF_8);
      if (!process.waitFor(COMMAND_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("no end within " + COMMAND_TIMEOUT_MS + " ms: " + output);
      }
      return new Answer(process.exitValue(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      mount.close();
    } finally {
      discard();
    }
  }

  private void discard() throws IOException {
    if (isMounted()) {
      Unmount.detach(folder());
    }
    metrics.close();
    succeed(run(Path.of("/"), "rm", "-rf", "--one-file-system", base.toString()));
  }
}
