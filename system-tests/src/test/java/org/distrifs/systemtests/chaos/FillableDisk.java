package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.systemtests.cluster.Shell;

/**
 * A datanode's own small disk, which another program can fill. It is unmounted with the mount
 * namespace of the run. One thread.
 */
final class FillableDisk {
  /** {@code datanode.reserveBytes} of its datanode. */
  static final long RESERVE_BYTES = 16 << 20;

  private static final long DISK_BYTES = 384 << 20;

  /** What a full disk has left: less than a quarter of the reserve, so no replica can grow. */
  private static final long LEFT_BYTES = RESERVE_BYTES / 8;

  private final Path point;
  private final Path filler;
  private final Shell shell;

  private FillableDisk(Path point, Shell shell) {
    this.point = point;
    this.filler = point.resolve("filler");
    this.shell = shell;
  }

  /**
   * Makes one.
   *
   * @param point the data folder, made if it is not there; the image is beside it
   */
  static FillableDisk mount(Path point, Shell shell) throws IOException {
    Files.createDirectories(point);
    final String image = Shell.quoted(point.resolveSibling(point.getFileName() + ".img"));
    final String folder = Shell.quoted(point);
    shell.run(
        "truncate -s %d %s && mkfs.ext4 -q -m 0 %s && mount -o loop %s %s && rmdir %s/lost+found"
            .formatted(DISK_BYTES, image, image, image, folder, folder));
    return new FillableDisk(point, shell);
  }

  /** Takes nearly all free space. What the trash gives back afterwards stays free. */
  void fill() throws IOException {
    final long bytes = Files.getFileStore(point).getUsableSpace() - LEFT_BYTES;
    if (bytes > 0 && !Files.exists(filler)) {
      shell.run("fallocate -l %d %s".formatted(bytes, Shell.quoted(filler)));
    }
  }

  /** Frees the space again. */
  void empty() throws IOException {
    Files.deleteIfExists(filler);
  }
}
