package org.distrifs.cli.local;

import java.util.Optional;

/** What commands outside of this package may know of the local cluster in the default folder. */
public final class RememberedCluster {

  private RememberedCluster() {}

  /** The HOST:PORT of its master; empty if there is no such cluster. */
  public static Optional<String> masterAddress() {
    return ClusterFlags.load(new ClusterFolder(ClusterFolder.defaultRoot()))
        .map(ClusterFlags::masterAddress);
  }
}
