package org.distrifs.fuse.memory;

import java.nio.file.Path;
import org.distrifs.fuse.mount.FuseMount;
import org.distrifs.fuse.mount.MountSettings;
import org.distrifs.runtime.metrics.Metrics;

/**
 * Mounts an empty in-memory file system until it is unmounted: to try and to measure the driver.
 */
public final class MemoryMount {
  private MemoryMount() {}

  public static void main(String[] arguments) throws Exception {
    try (Metrics metrics = new Metrics("mount");
        InMemoryClient client = new InMemoryClient();
        FuseMount mount =
            FuseMount.start(
                MountSettings.defaults(Path.of(arguments[0])), "memory", client, metrics)) {
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
