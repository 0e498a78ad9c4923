package org.distrifs.cli.local;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * One process of a local cluster: {@code master}, {@code datanode-N} or {@code mount}.
 *
 * @param number counts the datanodes from 1; 0 for the others
 */
record LocalRole(Kind kind, int number) {

  /** In the order in which roles are started. */
  enum Kind {
    MASTER("master"),
    DATANODE("datanode"),
    MOUNT("mount");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The subcommand that runs such a role. */
    String word() {
      return word;
    }
  }

  static final LocalRole MASTER = new LocalRole(Kind.MASTER, 0);
  static final LocalRole MOUNT = new LocalRole(Kind.MOUNT, 0);

  static LocalRole datanode(int number) {
    return new LocalRole(Kind.DATANODE, number);
  }

  /** All roles of a cluster, in the order in which they are started. */
  static List<LocalRole> all(ClusterFlags flags) {
    List<LocalRole> roles = new ArrayList<>(servers(flags));
    if (flags.mount().isPresent()) {
      roles.add(MOUNT);
    }
    return roles;
  }

  /** The master and the datanodes. */
  static List<LocalRole> servers(ClusterFlags flags) {
    List<LocalRole> roles = new ArrayList<>();
    roles.add(MASTER);
    for (int number = 1; number <= flags.datanodes(); number++) {
      roles.add(datanode(number));
    }
    return roles;
  }

  /**
   * The role that has this name.
   *
   * @throws OperatorException if the cluster has no such role
   */
  static LocalRole named(String name, ClusterFlags flags) {
    List<LocalRole> roles = all(flags);
    for (LocalRole role : roles) {
      if (role.name().equals(name)) {
        return role;
      }
    }
    String hint =
        name.equals(MOUNT.name())
            ? " Give it a mount with 'distrifs local up --mount FOLDER'."
            : "";
    throw new OperatorException(
        "This cluster has no role %s. It has %s.%s"
            .formatted(name, String.join(", ", roles.stream().map(LocalRole::name).toList()), hint),
        OperatorException.USAGE_EXIT_CODE);
  }

  /** The name in file names and for people. */
  String name() {
    return kind == Kind.DATANODE ? kind.word() + "-" + number : kind.word();
  }

  @Override
  public String toString() {
    return name();
  }
}
