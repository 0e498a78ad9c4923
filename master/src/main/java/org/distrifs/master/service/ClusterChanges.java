package org.distrifs.master.service;

import java.util.Optional;
import java.util.function.Consumer;
import org.distrifs.master.chain.ChangeEnvironment;
import org.distrifs.master.chain.ChangeGoal;
import org.distrifs.master.chain.ChangePlanner;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.liveness.Datanode;
import org.distrifs.master.liveness.DatanodeRegistry;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.ClockSource;

/** What chain changes need, from the state, the registry, the journal and the data plane. */
final class ClusterChanges implements ChangeEnvironment {

  private final MasterState state;
  private final DatanodeRegistry registry;
  private final JournalPipeline journal;
  private final ChunkTransport transport;
  private final Probing probing;
  private final MasterLoop loop;
  private final ClockSource clock;

  ClusterChanges(
      MasterState state,
      DatanodeRegistry registry,
      JournalPipeline journal,
      ChunkTransport transport,
      Probing probing,
      MasterLoop loop,
      ClockSource clock) {
    this.state = state;
    this.registry = registry;
    this.journal = journal;
    this.transport = transport;
    this.probing = probing;
    this.loop = loop;
    this.clock = clock;
  }

  @Override
  public Optional<ChunkInfo> chunk(long chunkId) {
    return state.chunk(chunkId);
  }

  @Override
  public int versionFloor(long chunkId) {
    return state.versionFloor(chunkId);
  }

  @Override
  public Optional<PendingCut> pendingCut(long inode) {
    return state.pendingCut(inode);
  }

  @Override
  public ChangePlanner.Availability availability(int nodeId) {
    Datanode node = registry.find(nodeId);
    if (node == null) {
      return ChangePlanner.Availability.LOST;
    }
    return switch (node.liveness()) {
      case ALIVE -> ChangePlanner.Availability.PRESENT;
      case UNKNOWN ->
          registry.mayServeUnheard(node, clock.monotonicNs())
              ? ChangePlanner.Availability.UNSURE
              : ChangePlanner.Availability.AWAY;
      case SILENT -> ChangePlanner.Availability.AWAY;
      case DEAD -> ChangePlanner.Availability.LOST;
    };
  }

  @Override
  public boolean isDamaged(int nodeId, long chunkId) {
    return registry.isDamaged(nodeId, chunkId);
  }

  @Override
  public Optional<ChainHop> usable(int nodeId) {
    return Optional.ofNullable(registry.find(nodeId))
        .filter(Datanode::isAlive)
        .map(ClusterChanges::hop);
  }

  private static ChainHop hop(Datanode node) {
    PeerAddress address = node.address();
    return new ChainHop(node.id(), node.incarnation(), address.host(), address.port());
  }

  @Override
  public long term() {
    return state.term();
  }

  @Override
  public long nowNs() {
    return clock.monotonicNs();
  }

  @Override
  public void journal(JournalEntry.Builder entry, Consumer<Applied> applied) {
    journal.propose(entry, applied);
  }

  @Override
  public void send(
      ChainHop to,
      DataRequest command,
      int timeoutMs,
      Consumer<DataReply> answered,
      Consumer<String> noAnswer) {
    transport
        .send(new PeerAddress(to.host(), to.port()), command, null, timeoutMs)
        .whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                answer.payload().release();
                loop.hand(() -> answered(to, answer.reply(), answered));
              } else {
                loop.hand(() -> failed(to, failure, noAnswer));
              }
            });
  }

  private void answered(ChainHop from, DataReply reply, Consumer<DataReply> answered) {
    if (reply.status() == Status.NO_SPACE) {
      registry.refusedForSpace(from.nodeId());
    }
    answered.accept(reply);
  }

  private void failed(ChainHop to, Throwable failure, Consumer<String> noAnswer) {
    noAnswer.accept(failure.getMessage());
    probing.probe(to.nodeId(), () -> {});
  }

  @Override
  public void completed(ChangeGoal goal, int lengthBytes) {
    for (int node : goal.chain()) {
      registry.installed(node, goal.chunkId(), goal.version(), lengthBytes);
    }
  }
}
