package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.NodeStatus;
import org.distrifs.proto.control.SessionStatus;
import org.distrifs.proto.control.StatusReply;
import org.distrifs.systemtests.cluster.Await;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Shell;

/** A master, datanodes and two mounts, each a process of its own in a network of its own. */
final class ChaosCluster {
  static final int MOUNTS = 2;

  private static final Duration START_BOUND = Duration.ofMinutes(3);
  private static final int MASTER_PORT = 7400;
  private static final int DATANODE_PORT = 7401;

  private final Path folder;
  private final Shell shell = new Shell();
  private final Links links = new Links(shell);
  private final Role master;
  private final MasterView view;
  private final List<Role> datanodes = new ArrayList<>();
  private final Map<String, FillableDisk> disks = new HashMap<>();
  private final List<Mount> mounts = new ArrayList<>();

  ChaosCluster(Path folder, int datanodeCount) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("log"));
    int number = 1;
    final String masterHost = links.join("master", number++);
    final String masterAddress = masterHost + ":" + MASTER_PORT;
    view = new MasterView(new PeerAddress(masterHost, MASTER_PORT));
    // Small chunks, so that many chains change. Short bounds, so that a lost node is replaced soon
    // and the files of a killed mount are settled soon.
    master =
        role(
            "master",
            masterHost,
            "master",
            "--data",
            data("master").toString(),
            "--host",
            masterHost,
            "--port",
            "" + MASTER_PORT,
            "--set",
            "chunkSizeBytes=1048576",
            "--set",
            "placement.keepFreeBytes=8388608",
            "--set",
            "node.deadAfterMs=13000",
            "--set",
            "session.expiryMs=20000");
    for (int i = 1; i <= datanodeCount; i++) {
      final String name = "datanode-" + i;
      final String host = links.join(name, number++);
      disks.put(name, FillableDisk.mount(data(name), shell));
      datanodes.add(
          role(
              name,
              host,
              "datanode",
              "--data",
              data(name).toString(),
              "--host",
              host,
              "--port",
              "" + DATANODE_PORT,
              "--set",
              "datanode.reserveBytes=" + FillableDisk.RESERVE_BYTES,
              "--master",
              masterAddress));
    }
    for (int i = 1; i <= MOUNTS; i++) {
      final String name = "mount-" + i;
      final String host = links.join(name, number++);
      final Path point = Files.createDirectories(folder.resolve(name));
      mounts.add(
          new Mount(role(name, host, "mount", "--master", masterAddress, point.toString()), point));
    }
  }

  private Role role(String name, String address, String... arguments) {
    final List<String> command = new ArrayList<>(List.of(Cluster.launcher().toString()));
    command.addAll(List.of(arguments));
    return new Role(name, address, command, folder.resolve("log").resolve(name + ".log"), shell);
  }

  /** Starts everything; returns when both mounts answer. */
  void start() throws Exception {
    master.start();
    datanodes.forEach(Role::start);
    Await.until("all datanodes are alive", START_BOUND, this::allAlive);
    mounts.get(0).start();
    Await.until(
        mounts.get(0) + " is there", START_BOUND, () -> Cluster.mounted(mounts.get(0).point()));
    Files.createDirectory(mounts.get(0).point().resolve(Mount.WORK));
    mounts.get(1).start();
    mounts.forEach(Mount::watch);
    Await.until("the mounts answer", START_BOUND, this::mountsAnswer);
  }

  /** Stops everything, the mounts first. */
  void stop() throws Exception {
    for (final Mount mount : mounts) {
      mount.goingDown();
      mount.role().stop();
    }
    for (final Role datanode : datanodes) {
      datanode.stop();
    }
    master.stop();
  }

  Role master() {
    return master;
  }

  List<Role> datanodes() {
    return datanodes;
  }

  List<Mount> mounts() {
    return mounts;
  }

  Links links() {
    return links;
  }

  List<Role> roles() {
    return Stream.of(Stream.of(master), datanodes.stream(), mounts.stream().map(Mount::role))
        .flatMap(roles -> roles)
        .toList();
  }

  /** The disk of a datanode. */
  FillableDisk disk(String datanode) {
    return disks.get(datanode);
  }

  Path data(String role) {
    return folder.resolve("data").resolve(role);
  }

  boolean mountsAnswer() {
    return mounts.stream().allMatch(Mount::isUp);
  }

  /** Whether the master answers, and all datanodes are alive to it. */
  boolean allAlive() {
    return view.status()
        .filter(
            status ->
                status.getNodesList().stream()
                        .filter(node -> node.getState().equals("alive"))
                        .count()
                    == datanodes.size())
        .isPresent();
  }

  /** Whether no file is in doubt any more because of a killed mount. */
  boolean killedMountsAreSettled() {
    return view.status()
        .filter(
            status ->
                status.getRepair().getFilesInDoubt() == 0
                    && status.getSessionsList().stream().allMatch(SessionStatus::getConnected))
        .isPresent();
  }

  StatusReply status() {
    return view.status().orElseThrow(() -> new AssertionError("the master does not answer"));
  }

  /** The chunks of a file. */
  LocateReply locate(String name) {
    return view.locate("/" + Mount.WORK + "/" + name);
  }

  /** The data folder of a node that the master knows by this id. */
  Path dataOfNode(StatusReply status, int nodeId) {
    final String host =
        status.getNodesList().stream()
            .filter(node -> node.getNodeId() == nodeId)
            .map(NodeStatus::getHost)
            .findFirst()
            .orElseThrow(() -> new AssertionError("the master does not know node " + nodeId));
    return datanodes.stream()
        .filter(role -> role.address().equals(host))
        .map(role -> data(role.name()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody has the address " + host));
  }
}
