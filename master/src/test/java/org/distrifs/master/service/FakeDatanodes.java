package org.distrifs.master.service;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.TransportException;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * The data plane as the master uses it: replicas with a version, a length and a suspect flag, on
 * nodes that are found by their port. A node may be gone (it refuses connections) or mute (every
 * exchange with it times out).
 */
final class FakeDatanodes implements ChunkTransport {

  /** A replica. */
  static final class FakeReplica {
    /** 0 for a copy that has not joined a chain. */
    int version = 1;

    /** The version of the source when the copy began. */
    int copiedVersion;

    int length;
    boolean suspect;

    /** Whether the machine went down since it was written, which makes a suspect one worth less. */
    boolean rebooted;

    int fence;
  }

  private final Map<Integer, Map<Long, FakeReplica>> replicasByPort = new HashMap<>();
  private final List<Integer> gone = new ArrayList<>();
  private final List<Integer> mute = new ArrayList<>();

  /** What is to be done when a held port is let go. */
  private final Map<Integer, List<Runnable>> held = new HashMap<>();

  private boolean refusesCopies;
  private final List<DataRequest> requests = new ArrayList<>();

  synchronized FakeReplica replica(int port, long chunkId) {
    return replicasByPort
        .computeIfAbsent(port, unused -> new HashMap<>())
        .computeIfAbsent(chunkId, unused -> new FakeReplica());
  }

  synchronized void setGone(int port, boolean isGone) {
    set(gone, port, isGone);
  }

  synchronized void setMute(int port, boolean isMute) {
    set(mute, port, isMute);
  }

  /** Requests to a held port are carried out and answered when it is let go. */
  void setHeld(int port, boolean isHeld) {
    List<Runnable> waiting;
    synchronized (this) {
      waiting = isHeld ? held.put(port, new ArrayList<>()) : held.remove(port);
    }
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  /** From now on refuses COPY if the node has a replica that is not older, as real datanodes do. */
  synchronized void refuseCopiesOfCurrentReplicas() {
    refusesCopies = true;
  }

  private static void set(List<Integer> ports, int port, boolean belongs) {
    ports.remove((Integer) port);
    if (belongs) {
      ports.add(port);
    }
  }

  synchronized List<DataRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public synchronized CompletableFuture<ChunkAnswer> send(
      PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
    requests.add(request);
    if (gone.contains(peer.port())) {
      return CompletableFuture.failedFuture(
          new TransportException(TransportException.Cause.REFUSED, peer + " refuses"));
    }
    if (mute.contains(peer.port())) {
      return CompletableFuture.failedFuture(
          new TransportException(TransportException.Cause.TIMED_OUT, peer + " does not answer"));
    }
    List<Runnable> waiting = held.get(peer.port());
    if (waiting != null) {
      CompletableFuture<ChunkAnswer> later = new CompletableFuture<>();
      waiting.add(
          () ->
              later.complete(
                  new ChunkAnswer(heldAnswer(peer.port(), request), Unpooled.EMPTY_BUFFER)));
      return later;
    }
    DataReply reply = answer(peer.port(), request);
    return CompletableFuture.completedFuture(new ChunkAnswer(reply, Unpooled.EMPTY_BUFFER));
  }

  private synchronized DataReply heldAnswer(int port, DataRequest request) {
    return answer(port, request);
  }

  private DataReply answer(int port, DataRequest request) {
    if (request instanceof DataRequest.Fence fence) {
      return onReplica(port, fence.chunkId(), replica -> fence(replica, fence.newVersion()));
    } else if (request instanceof DataRequest.Reconcile reconcile) {
      FakeReplica source = replica(reconcile.source().port(), reconcile.chunkId());
      return onReplica(
          port,
          reconcile.chunkId(),
          replica -> {
            replica.length = source.length;
            return DataReply.ok();
          });
    } else if (request instanceof DataRequest.Copy copy) {
      return copy(port, copy);
    } else if (request instanceof DataRequest.Install install) {
      return onReplica(port, install.chunkId(), replica -> install(replica, install));
    } else if (request instanceof DataRequest.Checksums look) {
      return onReplica(port, look.chunkId(), replica -> DataReply.ok());
    }
    return DataReply.ok();
  }

  private DataReply copy(int port, DataRequest.Copy copy) {
    FakeReplica source = replica(copy.source().port(), copy.chunkId());
    FakeReplica copied = replica(port, copy.chunkId());
    if (refusesCopies && copied.version >= copy.version()) {
      return DataReply.failure(Status.SUPERSEDED, "the replica is not below it");
    }
    copied.version = 0;
    copied.copiedVersion = source.version;
    copied.length = source.length;
    return new DataReply(Status.OK, 0, "", 0, source.length, 0, false, false, false, new int[0]);
  }

  private interface Step {
    DataReply on(FakeReplica replica);
  }

  private DataReply onReplica(int port, long chunkId, Step step) {
    FakeReplica replica = replicasByPort.getOrDefault(port, Map.of()).get(chunkId);
    return replica == null
        ? DataReply.failure(Status.NO_SUCH_CHUNK, "no such chunk")
        : step.on(replica);
  }

  private static DataReply fence(FakeReplica replica, int version) {
    if (version <= Math.max(replica.version, replica.fence)) {
      return DataReply.failure(Status.SUPERSEDED, "fenced higher");
    }
    replica.fence = version;
    return new DataReply(
        Status.OK,
        0,
        "",
        replica.version == 0 ? replica.copiedVersion : replica.version,
        replica.length,
        0,
        false,
        replica.suspect,
        replica.suspect && !replica.rebooted,
        new int[0]);
  }

  private static DataReply install(FakeReplica replica, DataRequest.Install install) {
    if (replica.fence != install.newVersion()) {
      return DataReply.failure(Status.SUPERSEDED, "not fenced under it");
    }
    replica.version = install.newVersion();
    replica.suspect = false;
    if (install.lengthBytes() != DataRequest.KEEP_LENGTH) {
      replica.length = install.lengthBytes();
    }
    return DataReply.ok();
  }

  @Override
  public boolean isWritable(PeerAddress peer) {
    return true;
  }

  @Override
  public void whenWritable(PeerAddress peer, Runnable action) {
    action.run();
  }

  @Override
  public void close() {}
}
