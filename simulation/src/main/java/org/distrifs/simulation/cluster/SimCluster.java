package org.distrifs.simulation.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.distrifs.simulation.disk.NodeDisk;
import org.distrifs.simulation.network.MasterTarget;
import org.distrifs.simulation.scheduler.SimProcess;

/** A master, datanodes and clients, and the faults that can happen to them. */
public final class SimCluster {

  private final SimWorld world;
  private final ClusterShape shape;
  private final Consumer<String> violated;
  private final JournalDisk journal;
  private final List<NodeDisk> disks = new ArrayList<>();
  private final List<SimDatanode> datanodes = new ArrayList<>();
  private final List<SimClient> clients = new ArrayList<>();
  private SimMaster master;

  /** Starts the processes of a cluster. */
  public SimCluster(SimWorld world, ClusterShape shape, Consumer<String> violated) {
    this.world = world;
    this.shape = shape;
    this.violated = violated;
    this.journal = new JournalDisk(shape.chunkBytes());
    startMaster();
    for (int node = 0; node < shape.datanodes(); node++) {
      disks.add(new NodeDisk(shape.chunkBytes(), world.choices()));
      datanodes.add(null);
      startDatanode(node);
    }
    for (int client = 0; client < shape.clients(); client++) {
      clients.add(new SimClient(world, ClusterShape.clientHost(client), shape));
    }
  }

  public JournalDisk journal() {
    return journal;
  }

  public SimClient client(int client) {
    return clients.get(client);
  }

  /** The disk of the datanode that got this id from the master. */
  public NodeDisk diskOf(int nodeId) {
    return disks.stream().filter(disk -> disk.nodeId() == nodeId).findFirst().orElseThrow();
  }

  /** The disks of all datanodes. */
  public List<NodeDisk> disks() {
    return List.copyOf(disks);
  }

  /** Whether every datanode has joined and every client has a session. */
  public boolean isComplete() {
    return disks.stream().allMatch(disk -> disk.nodeId() != 0)
        && clients.stream().allMatch(SimClient::isConnected);
  }

  // --- the master

  private void startMaster() {
    master = new SimMaster(world, journal, shape.replication(), shape.minReplicas());
    master.start();
    if (master.stateDigest() != journal.truth().stateDigest()) {
      violated.accept("the master's state after a start is not what its journal says");
    }
    world.network().listen(MasterTarget.HOST, master);
  }

  /** Kills the master and starts it again after a while. */
  public void restartMaster(long downMs) {
    master.process().kill();
    world.scheduler().after(TimeUnit.MILLISECONDS.toNanos(downMs), null, this::startMasterAgain);
  }

  private void startMasterAgain() {
    if (!master.process().isAlive()) {
      startMaster();
    }
  }

  /** Whether the state of the master is exactly that of its journal. */
  public boolean masterAgrees() {
    return master.stateDigest() == journal.truth().stateDigest();
  }

  // --- datanodes

  private void startDatanode(int node) {
    String host = ClusterShape.nodeHost(node);
    SimDatanode datanode = new SimDatanode(world, host, disks.get(node));
    datanodes.set(node, datanode);
    world.network().listen(host, datanode);
    datanode.start();
  }

  /**
   * Kills a datanode and starts it again after a while.
   *
   * @param machineToo whether its machine loses power, so that data that was not synced may be lost
   */
  public void restartDatanode(int node, long downMs, boolean machineToo) {
    SimProcess process = datanodes.get(node).process();
    if (!process.isAlive()) {
      return;
    }
    process.kill();
    if (machineToo) {
      disks.get(node).losePower();
    }
    world.scheduler().after(TimeUnit.MILLISECONDS.toNanos(downMs), null, () -> startDatanode(node));
  }

  // --- stopped for a while

  /** Releases the memory outside of the heap when the run is over. */
  public void release() {
    clients.forEach(SimClient::release);
  }

  /** Kills a client for good. */
  public void killClient(int client) {
    clients.get(client).process().kill();
  }

  /** Adds a client, and returns its number. */
  public int addClient() {
    clients.add(new SimClient(world, ClusterShape.clientHost(clients.size()), shape));
    return clients.size() - 1;
  }

  /** Pauses a process for a while, as SIGSTOP and SIGCONT do. */
  public void pause(String host, long durationMs) {
    SimProcess process = processAt(host);
    process.pause();
    world.scheduler().after(TimeUnit.MILLISECONDS.toNanos(durationMs), null, process::resume);
  }

  /** The hosts of the datanodes that are down or paused now. */
  public List<String> awayDatanodes() {
    return IntStream.range(0, datanodes.size())
        .filter(node -> isAway(datanodes.get(node).process()))
        .mapToObj(ClusterShape::nodeHost)
        .toList();
  }

  private static boolean isAway(SimProcess process) {
    return !process.isAlive() || process.isPaused();
  }

  private SimProcess processAt(String host) {
    if (host.equals(MasterTarget.HOST)) {
      return master.process();
    }
    for (int node = 0; node < datanodes.size(); node++) {
      if (host.equals(ClusterShape.nodeHost(node))) {
        return datanodes.get(node).process();
      }
    }
    for (int client = 0; client < clients.size(); client++) {
      if (host.equals(ClusterShape.clientHost(client))) {
        return clients.get(client).process();
      }
    }
    throw new IllegalArgumentException("there is no host " + host);
  }
}
