package org.distrifs.simulation.sabotage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.distrifs.client.write.HandleFailures;
import org.distrifs.datanode.store.ChunkStore;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.DeleteReplicas;
import org.distrifs.proto.control.HeartbeatReply;
import org.distrifs.proto.control.NodeCommand;
import org.distrifs.proto.control.ReplicaName;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.simulation.cluster.ClusterShape;
import org.distrifs.simulation.cluster.Sabotage;
import org.distrifs.simulation.network.MasterTarget;

/** Ways to break the protocol. Each breaks one rule. */
final class Sabotages {

  private Sabotages() {}

  /** After a write has reported a failure, the next sync does not report it. */
  static Sabotage failureSilencedByAWrite() {
    return new Sabotage() {
      @Override
      public void writeRefused(HandleFailures failures) {
        try {
          failures.atSync(() -> {});
        } catch (IOException e) {
          // Takes the report that the sync should give.
        }
      }
    };
  }

  /** One datanode answers FENCE, but goes on accepting writes until the next step of the change. */
  static Sabotage fenceSkipped() {
    return new Sabotage() {
      private final Map<String, ChunkStore> stores = new HashMap<>();

      @Override
      public ChunkStore store(String host, ChunkStore real) {
        stores.put(host, real);
        return real;
      }

      @Override
      public ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
        Map<Long, DataRequest.Fence> late = new HashMap<>();
        if (!host.equals(ClusterShape.nodeHost(1))) {
          return real;
        }
        return (request, payload, answer) -> {
          if (request instanceof DataRequest.Fence fence) {
            late.put(fence.chunkId(), fence);
            stores
                .get(host)
                .drain(fence.chunkId())
                .whenComplete(
                    (state, failure) -> {
                      if (failure == null) {
                        answer.reply(okWith(state), Unpooled.EMPTY_BUFFER);
                      } else {
                        real.handle(fence, payload, answer);
                      }
                    });
            return;
          }
          long chunkId = changedBy(request);
          if (late.containsKey(chunkId)) {
            real.handle(late.remove(chunkId), Unpooled.EMPTY_BUFFER, IGNORED);
          }
          real.handle(request, payload, answer);
        };
      }
    };
  }

  private static long changedBy(DataRequest request) {
    if (request instanceof DataRequest.Install install) {
      return install.chunkId();
    } else if (request instanceof DataRequest.Reconcile reconcile) {
      return reconcile.chunkId();
    } else if (request instanceof DataRequest.Read read && read.reconcile()) {
      return read.chunkId();
    } else if (request instanceof DataRequest.Checksums checksums && checksums.reconcile()) {
      return checksums.chunkId();
    }
    return 0;
  }

  /** A member forgets which writes it has applied whenever its replica is opened or installed. */
  static Sabotage duplicatesAppliedTwice() {
    return onStores(
        real ->
            new StoreFilter(real) {
              @Override
              public CompletableFuture<OpenedReplica> open(long chunkId) {
                return super.open(chunkId).thenApply(Sabotages::withoutRecentWrites);
              }

              @Override
              public CompletableFuture<OpenedReplica> install(
                  long chunkId, int version, List<Integer> nodeIds, int lengthBytes) {
                return super.install(chunkId, version, nodeIds, lengthBytes)
                    .thenApply(Sabotages::withoutRecentWrites);
              }
            });
  }

  /** The names that the master should check are removed from operations. */
  static Sabotage namesNotChecked() {
    return new Sabotage() {
      @Override
      public ClientMessage clientMessage(ClientMessage real) {
        ClientMessage.Builder message = real.toBuilder();
        if (real.hasBatch()) {
          message.getBatchBuilder().getOperationsBuilderList().forEach(each -> each.clearNames());
        }
        return message.build();
      }
    };
  }

  private static OpenedReplica withoutRecentWrites(OpenedReplica replica) {
    return new OpenedReplica(replica.state(), List.<WriteId>of());
  }

  /** A replica that went through an unclean stop is trusted. */
  static Sabotage suspectsTrusted() {
    return onStores(
        real ->
            new StoreFilter(real) {
              @Override
              public ReplicaState find(long chunkId) {
                ReplicaState state = super.find(chunkId);
                return state == null ? null : trusted(state);
              }

              @Override
              public void forEach(Consumer<ReplicaState> visitor) {
                super.forEach(state -> visitor.accept(trusted(state)));
              }

              @Override
              public CompletableFuture<OpenedReplica> open(long chunkId) {
                return super.open(chunkId)
                    .thenApply(
                        replica ->
                            new OpenedReplica(trusted(replica.state()), replica.recentWrites()));
              }
            });
  }

  private static ReplicaState trusted(ReplicaState state) {
    return new ReplicaState(
        state.chunkId(),
        state.version(),
        state.nodeIds(),
        state.lengthBytes(),
        state.lastOrder(),
        state.dirty(),
        false,
        state.sameBoot(),
        state.corruptBlocks());
  }

  /** RECONCILE does nothing, so members are not made equal to the source. */
  static Sabotage reconcileLeftOut() {
    return onMasterTransport(
        real ->
            new TransportFilter(real) {
              @Override
              public CompletableFuture<ChunkAnswer> send(
                  PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
                return request instanceof DataRequest.Reconcile
                    ? CompletableFuture.completedFuture(ok())
                    : super.send(peer, request, payload, timeoutMs);
              }
            });
  }

  /** The new version is committed though some member has not installed it. */
  static Sabotage committedBeforeInstalled() {
    return onMasterTransport(
        real ->
            new TransportFilter(real) {
              private int installs;

              @Override
              public CompletableFuture<ChunkAnswer> send(
                  PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
                return request instanceof DataRequest.Install && ++installs % 3 == 0
                    ? CompletableFuture.completedFuture(ok())
                    : super.send(peer, request, payload, timeoutMs);
              }
            });
  }

  /** The source of a change is a member that went through an unclean stop, if there is one. */
  static Sabotage suspectSource() {
    return onMasterTransport(
        real ->
            new TransportFilter(real) {
              @Override
              public CompletableFuture<ChunkAnswer> send(
                  PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
                CompletableFuture<ChunkAnswer> answer =
                    super.send(peer, request, payload, timeoutMs);
                return request instanceof DataRequest.Fence
                    ? answer.thenApply(
                        each -> new ChunkAnswer(withTrustReversed(each.reply()), each.payload()))
                    : answer;
              }
            });
  }

  private static DataReply withTrustReversed(DataReply reply) {
    return new DataReply(
        reply.status(),
        reply.failedNodeId(),
        reply.detail(),
        reply.version(),
        reply.replicaLength(),
        reply.lastOrder(),
        reply.dirty(),
        !reply.suspect(),
        reply.sameBoot(),
        reply.checksums());
  }

  /** The head acknowledges a write when it arrives. */
  static Sabotage acknowledgedBeforeTheTail() {
    return onHandlers(
        real ->
            (request, payload, answer) -> {
              if (request instanceof DataRequest.Write write && write.position() == 0) {
                answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
                real.handle(request, payload, IGNORED);
              } else {
                real.handle(request, payload, answer);
              }
            });
  }

  /** A head acknowledges a write though a member behind it failed. */
  static Sabotage failuresBehindHidden() {
    return onHandlers(
        real ->
            (request, payload, answer) ->
                real.handle(
                    request,
                    payload,
                    request instanceof DataRequest.Write ? new FailureHider(answer) : answer));
  }

  /** Replaces failures of members behind by success. */
  private record FailureHider(ChunkRequestHandler.Answer real)
      implements ChunkRequestHandler.Answer {
    @Override
    public void reply(DataReply reply, ByteBuf payload) {
      boolean behind = reply.failedNodeId() != 0;
      real.reply(behind ? DataReply.ok() : reply, payload);
    }

    @Override
    public void replyFromFile(
        DataReply reply, FileChannel file, long position, int length, LongConsumer done) {
      real.replyFromFile(reply, file, position, length, done);
    }
  }

  /** Reads do not wait for writes that the members behind have not acknowledged. */
  static Sabotage uncommittedReads() {
    return new Sabotage() {
      private final Map<String, ChunkStore> stores = new HashMap<>();

      @Override
      public ChunkStore store(String host, ChunkStore real) {
        stores.put(host, real);
        return real;
      }

      @Override
      public ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
        return (request, payload, answer) -> {
          ReplicaState state =
              request instanceof DataRequest.Read read
                  ? stores.get(host).find(read.chunkId())
                  : null;
          if (state == null
              || state.suspect()
              || ((DataRequest.Read) request).reconcile()
              || state.version() != ((DataRequest.Read) request).version()) {
            real.handle(request, payload, answer);
            return;
          }
          DataRequest.Read read = (DataRequest.Read) request;
          stores
              .get(host)
              .readVerified(read.chunkId(), read.offset(), read.length())
              .whenComplete(
                  (blocks, failure) -> {
                    if (failure == null) {
                      answer.reply(okWith(blocks.state(), blocks.checksums()), blocks.bytes());
                    } else {
                      real.handle(request, payload, answer);
                    }
                  });
        };
      }
    };
  }

  /** Members apply writes in the order of their arrival, and some arrive late. */
  static Sabotage orderNotKept() {
    return new Sabotage() {
      private final Map<String, ChunkStore> stores = new HashMap<>();
      private final List<Runnable> late = new ArrayList<>();

      @Override
      public ChunkStore store(String host, ChunkStore real) {
        stores.put(host, real);
        return real;
      }

      @Override
      public ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
        Map<Long, Long> next = new HashMap<>();
        return (request, payload, answer) -> {
          if (!(request instanceof DataRequest.Write write) || write.position() == 0) {
            real.handle(request, payload, answer);
            return;
          }
          Runnable arrive =
              () -> {
                ReplicaState state = stores.get(host).find(write.chunkId());
                long applied = state == null ? 0 : state.lastOrder();
                long key = write.chunkId() << 32 | write.version();
                long order = Math.max(applied, next.getOrDefault(key, 0L)) + 1;
                next.put(key, order);
                real.handle(write.withOrder(order), payload, answer);
              };
          if (late.isEmpty() && write.order() % 2 == 1) {
            late.add(arrive);
          } else {
            arrive.run();
            late.forEach(Runnable::run);
            late.clear();
          }
        };
      }
    };
  }

  /** The journal answers before its entries are durable. */
  static Sabotage answeredBeforeDurable() {
    return new Sabotage() {
      @Override
      public ReplicatedLog log(ReplicatedLog real) {
        return new EagerLog(real);
      }
    };
  }

  /** A member that leaves the chain goes on serving reads. */
  static Sabotage stopReadsIgnored() {
    return onMasterTransport(
        real ->
            new TransportFilter(real) {
              @Override
              public CompletableFuture<ChunkAnswer> send(
                  PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
                boolean stops = request instanceof DataRequest.Fence fence && fence.stopReads();
                return stops
                    ? CompletableFuture.completedFuture(ok())
                    : super.send(peer, request, payload, timeoutMs);
              }
            });
  }

  /** A datanode without a lease goes on serving under its old incarnation. */
  static Sabotage leaseNeverEnds() {
    return new Sabotage() {
      @Override
      public ClockSource leaseClock(String host, ClockSource real) {
        long stoppedNs = real.monotonicNs();
        return new ClockSource() {
          @Override
          public long monotonicNs() {
            return stoppedNs;
          }

          @Override
          public long wallTimeNs() {
            return real.wallTimeNs();
          }
        };
      }

      @Override
      public boolean renewsIncarnations() {
        return false;
      }
    };
  }

  /** A datanode keeps its incarnation though it was without a lease for long. */
  static Sabotage incarnationKept() {
    return new Sabotage() {
      @Override
      public boolean renewsIncarnations() {
        return false;
      }
    };
  }

  /** Every tenth answer to a heartbeat orders the datanode to delete its replicas. */
  static Sabotage deletionsWithoutProof() {
    return new Sabotage() {
      private int replies;

      @Override
      public HeartbeatReply heartbeatReply(HeartbeatReply reply, ChunkStore store) {
        if (++replies % 10 != 0) {
          return reply;
        }
        DeleteReplicas.Builder delete = DeleteReplicas.newBuilder().setTerm(reply.getTerm());
        store.forEach(
            state ->
                delete.addReplicas(
                    ReplicaName.newBuilder()
                        .setChunkId(state.chunkId())
                        .setVersion(state.version())));
        return reply.toBuilder()
            .addCommands(NodeCommand.newBuilder().setDeleteReplicas(delete))
            .build();
      }
    };
  }

  // --- how to break

  private static final ChunkRequestHandler.Answer IGNORED =
      new ChunkRequestHandler.Answer() {
        @Override
        public void reply(DataReply reply, ByteBuf payload) {
          payload.release();
        }

        @Override
        public void replyFromFile(
            DataReply reply, FileChannel file, long position, int length, LongConsumer done) {
          done.accept(0);
        }
      };

  private static ChunkAnswer ok() {
    return new ChunkAnswer(DataReply.ok(), Unpooled.EMPTY_BUFFER);
  }

  private static DataReply okWith(ReplicaState state, int... checksums) {
    return new DataReply(
        org.distrifs.proto.frame.Status.OK,
        0,
        "",
        state.version(),
        state.lengthBytes(),
        state.lastOrder(),
        state.dirty(),
        state.suspect(),
        state.sameBoot(),
        checksums);
  }

  private static Sabotage onStores(UnaryOperator<ChunkStore> filter) {
    return new Sabotage() {
      @Override
      public ChunkStore store(String host, ChunkStore real) {
        return filter.apply(real);
      }
    };
  }

  private static Sabotage onHandlers(UnaryOperator<ChunkRequestHandler> filter) {
    return new Sabotage() {
      @Override
      public ChunkRequestHandler handler(String host, ChunkRequestHandler real) {
        return filter.apply(real);
      }
    };
  }

  private static Sabotage onMasterTransport(UnaryOperator<ChunkTransport> filter) {
    return new Sabotage() {
      @Override
      public ChunkTransport transport(String host, ChunkTransport real) {
        return host.equals(MasterTarget.HOST) ? filter.apply(real) : real;
      }
    };
  }
}
