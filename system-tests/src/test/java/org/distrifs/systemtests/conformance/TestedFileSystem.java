package org.distrifs.systemtests.conformance;

import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;

/**
 * A mounted file system. Closing it leaves no mount and no process behind.
 *
 * @param folder in it
 * @param ending unmounts it and ends its processes
 */
record TestedFileSystem(Path folder, AutoCloseable ending) implements AutoCloseable {

  /** A file system of its own, in a file below {@code folder}. */
  static TestedFileSystem ext4(Path folder) throws Exception {
    Path image = folder.resolve("ext4.img");
    Path point = Files.createDirectory(folder.resolve("ext4"));
    Command.shell(
            "truncate -s 1G \"$1\" && mkfs.ext4 -q -I 256 \"$1\""
                + " && mount -o loop \"$1\" \"$2\"",
            image,
            point)
        .expectSuccess();
    return new TestedFileSystem(
        point,
        () -> {
          Command.run("umount", point.toString()).expectSuccess();
          Files.delete(image);
        });
  }

  /** A mount of a cluster. */
  static TestedFileSystem mount(Cluster cluster, Path point, String driver) throws Exception {
    // ext4 honours set-id bits by default, so this mount must, too.
    String setId = "--set=mount.setId=true";
    String devices = "--set=mount.devices=true";
    ExtraMount mount = ExtraMount.of(cluster, point, "--driver", driver, setId, devices);
    return new TestedFileSystem(point, mount);
  }

  @Override
  public void close() throws Exception {
    ending.close();
  }
}
