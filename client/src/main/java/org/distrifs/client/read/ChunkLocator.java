package org.distrifs.client.read;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.ChunkLocation;

/** Where the chunks of one file are; empty for a hole. */
public interface ChunkLocator {

  /** From memory or from the master. */
  CompletableFuture<Optional<ChunkLocation>> locate(long index);

  /** As the master knows it now. */
  CompletableFuture<Optional<ChunkLocation>> lookUp(long index);
}
