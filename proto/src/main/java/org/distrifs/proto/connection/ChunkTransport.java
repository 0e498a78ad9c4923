package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.frame.DataRequest;

/**
 * The asking side of the data plane: sends requests to datanodes and delivers their answers. Works
 * over TCP in production, and over a simulated network in tests.
 *
 * <p>Requests of one lane to one peer are sent, and arrive, in the order of the calls of {@code
 * send}. Their answers come in any order. WRITEs to each position of a chain have a lane of their
 * own, and all other requests share one: a SYNC that is to cover a WRITE is sent after the WRITE's
 * answer. A request that fails as broken or timed out may have arrived, and those sent after it may
 * have gone over a new connection. Thread-safe.
 */
public interface ChunkTransport extends AutoCloseable {

  /**
   * Sends a request.
   *
   * @param payload the bytes of a WRITE, otherwise {@code null}. Ownership passes to the transport,
   *     which releases it whatever happens.
   * @param timeoutMs bound of the whole exchange
   * @return completes on an I/O thread, which must not be blocked. Completes exceptionally with a
   *     {@link TransportException} when no answer can come any more: refused, broken, timed out.
   *     Whoever receives the answer owns its payload.
   */
  CompletableFuture<ChunkAnswer> send(
      PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs);

  /**
   * Whether more can be sent to a peer without queueing up in this process. Senders of bulk data
   * wait with {@link #whenWritable} while it is false.
   */
  boolean isWritable(PeerAddress peer);

  /** Runs {@code action} once, on an I/O thread or at once, when the peer is writable or broken. */
  void whenWritable(PeerAddress peer, Runnable action);

  @Override
  void close();
}
