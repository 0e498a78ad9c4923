package org.distrifs.datanode;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.store.FaultyDisk;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.id.ChunkName;
import org.distrifs.runtime.clock.SystemClock;
import org.distrifs.runtime.clock.SystemEntropy;
import org.distrifs.runtime.disk.LocalDisk;
import org.distrifs.runtime.metrics.Metrics;
import org.distrifs.runtime.settings.SettingsLoader;

/** Datanodes in this process, over TCP, without a master: their leases never end. */
final class ChainFixture implements AutoCloseable {
  static final long CLUSTER = 0xC1;
  static final long SESSION = 5;
  private static final long LEASE_MS = 3_600_000;
  private static final int TIMEOUT_MS = 20_000;

  /** One datanode, which can be stopped and started again. */
  final class Node {
    final int id;
    final Path path;
    final FaultyDisk disk = new FaultyDisk();
    Incarnation incarnation;
    private int port;
    private Metrics metrics;
    private DataFolder folder;
    DataPlane plane;

    Node(int id) {
      this.id = id;
      this.path = base.resolve("node-" + id);
      start();
    }

    void start() {
      incarnation = new Incarnation(new SystemEntropy());
      metrics = new Metrics("datanode");
      folder = DataFolder.open(new LocalDisk(), path, new SystemEntropy());
      try {
        folder.adopt(CLUSTER, id);
      } catch (java.io.IOException e) {
        throw new AssertionError(e);
      }
      DatanodeSettings settings =
          DatanodeSettings.of(
              SettingsLoader.load(
                  DatanodeSettings.SCHEMA,
                  Optional.empty(),
                  Map.of(
                      "datanode.dataDir",
                      path.toString(),
                      "datanode.port",
                      Integer.toString(port),
                      "datanode.hopTimeoutMs",
                      "6000",
                      "datanode.reserveBytes",
                      "0",
                      "datanode.writeBackBytes",
                      "32 MiB",
                      "datanode.cleanAfterMs",
                      "600000")));
      plane = DataPlane.start(settings, folder, disk, incarnation, new SystemClock(), metrics);
      plane.lease.extend(System.nanoTime(), LEASE_MS);
      port = plane.port();
    }

    void stop() {
      if (plane != null) {
        plane.close();
        plane = null;
        metrics.close();
        try {
          folder.close();
        } catch (java.io.IOException e) {
          throw new AssertionError(e);
        }
      }
    }

    ChainHop hop() {
      return new ChainHop(id, incarnation.number(), "127.0.0.1", port);
    }

    PeerAddress address() {
      return new PeerAddress("127.0.0.1", port);
    }

    /** The first bytes of a replica's file. */
    byte[] bytesOnDisk(long chunkId, int length) throws IOException {
      try (InputStream file = Files.newInputStream(dataFile(chunkId))) {
        return file.readNBytes(length);
      }
    }

    Path dataFile(long chunkId) {
      String name = ChunkName.of(CLUSTER, chunkId).toString();
      return path.resolve("chunks")
          .resolve(name.substring(30, 32))
          .resolve(name.substring(32, 34))
          .resolve(name);
    }
  }

  private final Path base;
  private final IoThreads io = IoThreads.start("client");
  private final SocketChunkTransport transport =
      new SocketChunkTransport(io, () -> CLUSTER, "test");
  final List<Node> nodes = new ArrayList<>();

  /** The members of the chain, head first. All nodes, unless a test sets others. */
  List<Node> members = nodes;

  ChainFixture(Path base, int count) {
    this.base = base;
    for (int id = 1; id <= count; id++) {
      nodes.add(new Node(id));
    }
  }

  Node node(int id) {
    return nodes.get(id - 1);
  }

  List<ChainHop> chain() {
    return members.stream().map(Node::hop).toList();
  }

  CompletableFuture<ChunkAnswer> send(Node node, DataRequest request, ByteBuf payload) {
    return transport.send(node.address(), request, payload, TIMEOUT_MS);
  }

  /** Sends a request without payload and returns the answer, whose payload is dropped. */
  DataReply ask(Node node, DataRequest request) {
    return reply(send(node, request, null));
  }

  static DataReply reply(CompletableFuture<ChunkAnswer> future) {
    ChunkAnswer answer = await(future);
    answer.payload().release();
    return answer.reply();
  }

  CompletableFuture<ChunkAnswer> write(
      long chunkId, int version, int offset, byte[] bytes, long sequence) {
    return write(chunkId, version, offset, bytes, sequence, chain());
  }

  CompletableFuture<ChunkAnswer> write(
      long chunkId, int version, int offset, byte[] bytes, long sequence, List<ChainHop> hops) {
    return write(chunkId, version, offset, bytes, sequence, hops, false);
  }

  /** A write that each member makes durable before it acknowledges. */
  DataReply writeAndSync(long chunkId, int offset, byte[] bytes, long sequence) {
    return reply(write(chunkId, 1, offset, bytes, sequence, chain(), true));
  }

  private CompletableFuture<ChunkAnswer> write(
      long chunkId,
      int version,
      int offset,
      byte[] bytes,
      long sequence,
      List<ChainHop> hops,
      boolean sync) {
    ByteBuf payload = ByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    DataRequest.Write write =
        new DataRequest.Write(
            chunkId,
            version,
            offset,
            payload.readableBytes(),
            SESSION,
            sequence,
            0,
            0,
            hops,
            BlockChecksums.ofParts(payload, offset),
            true,
            sync);
    return send(members.get(0), write, payload);
  }

  Status put(long chunkId, int version, int offset, byte[] bytes, long sequence) {
    return reply(write(chunkId, version, offset, bytes, sequence)).status();
  }

  ChunkAnswer read(Node node, long chunkId, int version, int offset, int length, boolean verify) {
    DataRequest.Read read =
        new DataRequest.Read(
            chunkId, version, node.hop().incarnation(), offset, length, verify, false);
    return await(send(node, read, null));
  }

  /** All bytes of a replica as a reader gets them, with verified checksums. */
  byte[] contents(Node node, long chunkId, int version) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (true) {
      ChunkAnswer answer =
          read(node, chunkId, version, bytes.size(), DataRequest.MAX_PAYLOAD_BYTES, false);
      if (!answer.reply().isOk()) {
        throw new AssertionError("read answered " + answer.reply());
      }
      int bad =
          BlockChecksums.firstMismatch(answer.payload(), bytes.size(), answer.reply().checksums());
      byte[] part = new byte[answer.payload().readableBytes()];
      answer.payload().readBytes(part).release();
      if (bad >= 0) {
        throw new AssertionError("block " + bad + " from offset " + bytes.size() + " is wrong");
      }
      bytes.writeBytes(part);
      if (part.length < DataRequest.MAX_PAYLOAD_BYTES) {
        return bytes.toByteArray();
      }
    }
  }

  DataReply fence(Node node, long chunkId, int newVersion) {
    return fence(node, chunkId, newVersion, false);
  }

  DataReply fence(Node node, long chunkId, int newVersion, boolean stopReads) {
    return ask(
        node, new DataRequest.Fence(chunkId, newVersion, node.hop().incarnation(), 1, stopReads));
  }

  DataReply copy(Node node, long chunkId, int version, Node source) {
    return ask(
        node, new DataRequest.Copy(chunkId, version, node.hop().incarnation(), 1, source.hop()));
  }

  DataReply reconcile(Node node, long chunkId, int newVersion, Node source) {
    return ask(
        node,
        new DataRequest.Reconcile(chunkId, newVersion, node.hop().incarnation(), 1, source.hop()));
  }

  DataReply install(Node node, long chunkId, int newVersion, int length) {
    List<Integer> ids = members.stream().map(n -> n.id).toList();
    return ask(
        node,
        new DataRequest.Install(chunkId, newVersion, node.hop().incarnation(), 1, ids, length));
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(30, SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the exchange failed: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the exchange did not end", e);
    }
  }

  @Override
  public void close() {
    transport.close();
    nodes.forEach(Node::stop);
    io.close();
  }
}
