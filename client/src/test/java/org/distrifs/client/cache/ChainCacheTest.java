package org.distrifs.client.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.distrifs.client.cache.ChainCache.FirstChunks;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.runtime.clock.SystemClock;
import org.junit.jupiter.api.Test;

/** What is kept of the chunks that the master tells when a file is opened. */
class ChainCacheTest {
  private static final long INODE = 7;
  private static final ChunkLocation CHUNK =
      ChunkLocation.newBuilder().setIndex(0).setChunkId(70).setVersion(2).build();

  private final ChainCache chains = new ChainCache(null, new SystemClock(), 100);
  private final Attributes attributes = Attributes.newBuilder().setInode(INODE).build();

  private FirstChunks told(ChunkLocation chunk) {
    return new FirstChunks(List.of(chunk), chains.mark(INODE));
  }

  @Test
  void aToldChunkIsKnown() {
    chains.opened(attributes, told(CHUNK));
    assertThat(chains.cached(INODE, 0)).isEqualTo(CHUNK);
  }

  @Test
  void aChunkThatWasForgottenWhileItWasToldIsNotKnown() {
    FirstChunks first = told(CHUNK);
    chains.forget(INODE);
    chains.opened(attributes, first);
    assertThat(chains.cached(INODE, 0)).isNull();
  }

  @Test
  void aChainThatIsKnownToBeNewerStays() {
    ChunkLocation newer = CHUNK.toBuilder().setVersion(3).build();
    chains.learn(INODE, newer);
    chains.closed(attributes);
    chains.opened(attributes, told(CHUNK));
    assertThat(chains.cached(INODE, 0)).isEqualTo(newer);
  }

  @Test
  void aChunkThatIsNotCommittedIsNotKept() {
    chains.opened(attributes, told(CHUNK.toBuilder().setFresh(true).build()));
    assertThat(chains.cached(INODE, 0)).isNull();
  }
}
