package org.distrifs.client.write;

import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.Attributes;

/** The file that a {@link FileWriter} writes, as the writer needs it. */
public interface WrittenFile {

  /** The size last heard of, in bytes, without what is not committed yet. */
  long committedBytes();

  /** The truncate epoch last heard of. */
  long truncateEpoch();

  /** Asks the master for the attributes, and learns them. */
  CompletableFuture<Attributes> refresh();

  /** Learns the attributes that a commit of this process led to. */
  void committed(Attributes attributes);

  /**
   * Accepted bytes were lost: who shows them from a copy of its own is to drop that. Called under
   * the writer's lock; must not block.
   */
  default void bytesLost() {}
}
