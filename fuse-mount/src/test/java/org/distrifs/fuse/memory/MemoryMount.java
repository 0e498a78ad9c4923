package org.distrifs.fuse.memory;

import java.nio.file.Path;
import org.distrifs.fuse.mount.DriverChoice;
import org.distrifs.fuse.mount.FuseMount;
import org.distrifs.fuse.mount.MountSettings;
import org.distrifs.runtime.metrics.Metrics;

/**
 * Mounts an empty in-memory file system until it is unmounted: to try and to measure a driver.
 * Arguments: the mount point, and the driver's word if it is not the default.
 */
public final class MemoryMount {
  private MemoryMount() {}

  private static MountSettings settings(String[] arguments) {
    MountSettings defaults = MountSettings.defaults(Path.of(arguments[0]));
    return arguments.length == 1 ? defaults : defaults.with(DriverChoice.of(arguments[1]));
  }

  public static void main(String[] arguments) throws Exception {
    try (Metrics metrics = new Metrics("mount");
        InMemoryClient client = new InMemoryClient();
        FuseMount mount = FuseMount.start(settings(arguments), "memory", client, metrics)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      mount.close();
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }));
      mount.awaitEnd();
    }
  }
}
