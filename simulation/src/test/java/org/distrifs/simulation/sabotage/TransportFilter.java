package org.distrifs.simulation.sabotage;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.frame.DataRequest;

/** A transport that passes every call to another one. Subclasses break one of them. */
abstract class TransportFilter implements ChunkTransport {

  final ChunkTransport real;

  TransportFilter(ChunkTransport real) {
    this.real = real;
  }

  @Override
  public CompletableFuture<ChunkAnswer> send(
      PeerAddress peer, DataRequest request, ByteBuf payload, int timeoutMs) {
    return real.send(peer, request, payload, timeoutMs);
  }

  @Override
  public boolean isWritable(PeerAddress peer) {
    return real.isWritable(peer);
  }

  @Override
  public void whenWritable(PeerAddress peer, Runnable action) {
    real.whenWritable(peer, action);
  }

  @Override
  public void close() {
    real.close();
  }
}
