package org.distrifs.cli.mount;

import java.nio.file.Path;
import org.distrifs.fuse.mount.ExistingMount;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs umount}. */
@Command(
    name = "umount",
    description =
        "Unmount DistriFS from a folder, and wait until everything written there has been sent.",
    footer = {
      "",
      "'umount MOUNTPOINT', or 'fusermount3 -u MOUNTPOINT', does the same without the wait.",
      "",
      "Examples:",
      "  distrifs umount /mnt/distrifs",
      "  distrifs umount --lazy /mnt/distrifs     also while programs use it"
    })
public final class UmountCommand implements Runnable {

  @ArgGroup private Urgency urgency;

  /** Flags for a mount that cannot be unmounted in order. */
  private static final class Urgency {
    @Option(
        names = "--lazy",
        description =
            "Take it out of the folder tree at once; programs that use it may go on. Also for a"
                + " mount whose process is gone.")
    private boolean lazy;

    @Option(
        names = "--force",
        description =
            "As --lazy, and end its connection to the kernel: programs that use it, or hang in it,"
                + " get errors. What was not flushed may be lost.")
    private boolean force;
  }

  @Parameters(paramLabel = "MOUNTPOINT", description = "The folder that it is mounted on.")
  private Path mountPoint;

  @Override
  public void run() {
    ExistingMount mount = ExistingMount.at(mountPoint);
    if (urgency == null) {
      mount.unmount();
    } else if (urgency.force) {
      mount.abort();
    } else if (urgency.lazy) {
      mount.detach();
    }
  }
}
