package org.distrifs.systemtests.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small disk that can be filled: an ext4 file system in a file. Closing it unmounts and removes
 * it.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path image;
  private final Path point;

  private SmallDisk(Path image, Path point) {
    this.image = image;
    this.point = point;
  }

  /**
   * Makes and mounts one.
   *
   * @param point a folder, made if it is not there; the image is beside it
   */
  public static SmallDisk at(Path point, int mebibytes) throws IOException {
    Files.createDirectories(point);
    final SmallDisk disk = new SmallDisk(point.resolveSibling(point.getFileName() + ".img"), point);
    Command.shell(
            "truncate -s \"$3M\" \"$1\" && mkfs.ext4 -q -m 0 \"$1\" && mount -o loop \"$1\" \"$2\""
                + " && rmdir \"$2/lost+found\"",
            disk.image,
            point,
            mebibytes)
        .expectSuccess();
    return disk;
  }

  @Override
  public void close() throws IOException {
    if (Cluster.mounted(point)) {
      Command.run("umount", "-l", point.toString());
    }
    Files.deleteIfExists(image);
  }
}
