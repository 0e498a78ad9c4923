package org.distrifs.cli.local;

import java.util.List;

/** Makes the command line that runs a role of a cluster. */
@FunctionalInterface
interface RoleLauncher {

  /** Program and arguments; every path in it is absolute. */
  List<String> command(ClusterFolder folder, ClusterFlags flags, LocalRole role);
}
