package org.distrifs.fuse.driver;

import java.nio.file.Path;
import org.distrifs.fuse.driver.jnrfuse.JnrFuseDriver;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.fuse.operations.FuseOperations;

/**
 * Mounts an empty in-memory file system until it is unmounted: to try and to measure the driver.
 */
public final class MemoryMount {
  private MemoryMount() {}

  public static void main(String[] arguments) throws Exception {
    MountOptions options =
        new MountOptions(
            Path.of(arguments[0]),
            "distrifs@memory",
            true,
            1000,
            1000,
            Integer.getInteger("threads", 16));
    FuseOperations operations = new FuseOperations(new InMemoryClient());
    JnrFuseDriver driver = new JnrFuseDriver(operations, options);
    driver.mount();
    driver.awaitUnmounted();
    driver.close();
    operations.closeAll();
  }
}
