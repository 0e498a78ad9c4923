package org.distrifs.simulation.cluster;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.read.ChunkLocator;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.write.FileWriter;
import org.distrifs.client.write.WriteServices;
import org.distrifs.client.write.WrittenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.frame.Status;

/** One file in one client, with what the real writer and reader need of it. */
final class SimFile implements WrittenFile, ChunkLocator {

  private final long inode;
  private final MasterApi master;
  private final ChainCache chains;
  private final long sessionId;
  private final FileWriter writer;
  private long truncateEpoch;
  private long committedBytes;

  /**
   * @param createdHere whether this client created it, so that nobody else has written to it
   */
  SimFile(Attributes attributes, WriteServices services, boolean createdHere) {
    inode = attributes.getInode();
    learn(attributes);
    master = services.master();
    chains = services.chains();
    sessionId = master.sessionId();
    writer =
        new FileWriter(
            inode, attributes.getChunkSizeBytes(), sessionId, createdHere, this, services);
  }

  /** Whether the session is over under which the file was opened. Then nothing may be written. */
  boolean hasLostSession() {
    return master.sessionId() != sessionId;
  }

  FileWriter writer() {
    return writer;
  }

  @Override
  public long committedBytes() {
    return committedBytes;
  }

  @Override
  public long truncateEpoch() {
    return truncateEpoch;
  }

  @Override
  public CompletableFuture<Attributes> refresh() {
    Operation question =
        Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(inode)).build();
    return master
        .submit(question)
        .thenApply(
            reply -> {
              learn(reply.getAttributes());
              return reply.getAttributes();
            });
  }

  @Override
  public void committed(Attributes attributes) {
    learn(attributes);
  }

  private void learn(Attributes attributes) {
    truncateEpoch = attributes.getTruncateEpoch();
    committedBytes = attributes.getSize();
  }

  @Override
  public CompletableFuture<Optional<ChunkLocation>> locate(long index) {
    return chains.locate(inode, index);
  }

  @Override
  public CompletableFuture<Optional<ChunkLocation>> lookUp(long index) {
    return chains.lookUp(inode, index);
  }

  @Override
  public CompletableFuture<Optional<ChunkLocation>> report(
      ChunkLocation location, int nodeId, Status seen) {
    return chains.report(inode, location, nodeId, seen);
  }
}
