package org.distrifs.client.read;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.frame.Status;

/** Where the chunks of one file are; empty for a hole. */
public interface ChunkLocator {

  /** From memory or from the master. */
  CompletableFuture<Optional<ChunkLocation>> locate(long index);

  /** As the master knows it now. */
  CompletableFuture<Optional<ChunkLocation>> lookUp(long index);

  /**
   * Tells the master that a member does not serve, for a reason that only a change of the chain
   * puts right. Answered with the chunk as the master knows it by then.
   *
   * @param nodeId the member
   * @param seen what it answered
   */
  CompletableFuture<Optional<ChunkLocation>> report(
      ChunkLocation location, int nodeId, Status seen);
}
