package org.distrifs.simulation.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.TransportException;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.simulation.scheduler.SimProcess;

/**
 * The asking side of the data plane in one process. It has the same lanes as the real one, and
 * keeps order only within a lane.
 */
public final class SimChunkTransport implements ChunkTransport {

  /** A listener of the data plane. */
  public interface Target extends SimListener {
    ChunkRequestHandler handler();
  }

  /** A lane to a host: for the WRITEs to one position of a chain, or for everything else (-1). */
  private record Lane(String host, int position) {}

  private final SimNetwork network;
  private final SimProcess process;
  private final String host;
  private final Map<Lane, SimConnection> connections = new HashMap<>();

  public SimChunkTransport(SimNetwork network, SimProcess process, String host) {
    this.network = network;
    this.process = process;
    this.host = host;
  }

  /** A request that is not answered yet. */
  private static final class Pending {
    private final CompletableFuture<ChunkAnswer> result = new CompletableFuture<>();
    private final byte[] payload;

    Pending(ByteBuf buffer) {
      payload = bytesOf(buffer);
    }

    void fail(TransportException.Cause cause, String what) {
      if (!result.isDone()) {
        result.completeExceptionally(new TransportException(cause, what));
      }
    }
  }

  private static byte[] bytesOf(ByteBuf buffer) {
    if (buffer == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    buffer.release();
    return bytes;
  }

  @Override
  public CompletableFuture<ChunkAnswer> send(
      PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
    Pending pending = new Pending(payload);
    SimConnection connection = connection(peer.host(), request);
    connection.whenOver(end -> pending.fail(causeOf(end), peer + " is away: " + end));
    connection.send(listener -> arrive((Target) listener, connection, request, pending));
    network
        .scheduler()
        .after(
            TimeUnit.MILLISECONDS.toNanos(timeoutMs),
            process,
            () ->
                pending.fail(
                    TransportException.Cause.TIMED_OUT,
                    peer + " did not answer in " + timeoutMs + " ms"));
    return pending.result;
  }

  private SimConnection connection(String to, DataRequest request) {
    Lane lane = new Lane(to, request instanceof DataRequest.Write write ? write.position() : -1);
    SimConnection known = connections.get(lane);
    if (known == null || known.isOver()) {
      known = network.connect(process, host, to);
      connections.put(lane, known);
    }
    return known;
  }

  private static TransportException.Cause causeOf(SimConnection.End end) {
    return switch (end) {
      case REFUSED -> TransportException.Cause.REFUSED;
      case UNREACHABLE -> TransportException.Cause.UNREACHABLE;
      case BROKEN -> TransportException.Cause.BROKEN;
    };
  }

  private void arrive(
      Target target, SimConnection connection, DataRequest request, Pending pending) {
    network.scheduler().note(RequestTrace.of(request));
    target
        .handler()
        .handle(
            request,
            Unpooled.wrappedBuffer(pending.payload),
            new ChunkRequestHandler.Answer() {
              @Override
              public void reply(DataReply reply, ByteBuf payload) {
                byte[] bytes = bytesOf(payload);
                connection.sendBack(() -> answered(pending, reply, bytes));
              }

              @Override
              public void replyFromFile(
                  DataReply reply, FileChannel file, long position, int length, LongConsumer done) {
                throw new UnsupportedOperationException("simulated disks have no files");
              }
            });
  }

  private void answered(Pending pending, DataReply reply, byte[] bytes) {
    if (!pending.result.isDone()) {
      network.scheduler().note(reply.status().code() * 31L + reply.lastOrder());
      pending.result.complete(new ChunkAnswer(reply, Unpooled.wrappedBuffer(bytes)));
    }
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
  public void close() {
    // There is nothing to close: it ends with its process.
  }
}
