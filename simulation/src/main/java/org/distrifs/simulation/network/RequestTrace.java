package org.distrifs.simulation.network;

import java.util.List;
import org.distrifs.proto.frame.DataRequest;

/** The number that stands for a request in the trace of a run. It is the same in every JVM. */
final class RequestTrace {
  private RequestTrace() {}

  static long of(DataRequest request) {
    if (request instanceof DataRequest.Write write) {
      return hash(
          1,
          write.chunkId(),
          write.version(),
          write.offset(),
          write.length(),
          write.sequence(),
          write.order(),
          write.position());
    } else if (request instanceof DataRequest.Read read) {
      return hash(2, read.chunkId(), read.version(), read.incarnation(), read.offset());
    } else if (request instanceof DataRequest.Fence fence) {
      return hash(3, fence.chunkId(), fence.newVersion(), fence.incarnation(), fence.term());
    } else if (request instanceof DataRequest.Reconcile reconcile) {
      return hash(4, reconcile.chunkId(), reconcile.newVersion(), reconcile.source().nodeId());
    } else if (request instanceof DataRequest.Install install) {
      return hash(5, install.chunkId(), install.newVersion(), install.lengthBytes());
    } else if (request instanceof DataRequest.Checksums checksums) {
      return hash(6, checksums.chunkId(), checksums.version(), checksums.offset());
    } else if (request instanceof DataRequest.Sync sync) {
      return hash(7, sync.chunkId(), sync.version());
    } else if (request instanceof DataRequest.Copy copy) {
      return hash(8, copy.chunkId(), copy.version(), copy.source().nodeId());
    }
    return hash(9, ((DataRequest.Probe) request).incarnation());
  }

  private static long hash(Number... fields) {
    return List.of(fields).stream().mapToLong(Number::longValue).reduce(7, (a, b) -> a * 31 + b);
  }
}
