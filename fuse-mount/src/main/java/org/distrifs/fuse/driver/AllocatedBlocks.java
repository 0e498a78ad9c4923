package org.distrifs.fuse.driver;

import org.distrifs.proto.control.Attributes;

/** What {@code st_blocks} tells. */
public final class AllocatedBlocks {
  /** The unit of {@code st_blocks}, whatever the file system. */
  private static final int BLOCK_BYTES = 512;

  private static final int PAGE_BYTES = 4096;
  private static final int TYPE_MASK = 0xf000;
  private static final int TYPE_REGULAR = 0x8000;

  private AllocatedBlocks() {}

  /**
   * Chunks that exist bound what is allocated from above, the size does so for files without holes.
   * A file that has a size has at least a page: tools take one without blocks for a hole as a
   * whole, and its chunks may still be on their way.
   */
  public static long of(Attributes attributes) {
    if ((attributes.getMode() & TYPE_MASK) != TYPE_REGULAR || attributes.getSize() == 0) {
      return 0;
    }
    long pages = (attributes.getSize() - 1) / PAGE_BYTES + 1;
    long chunkPages = attributes.getChunkCount() * (attributes.getChunkSizeBytes() / PAGE_BYTES);
    return Math.max(1, Math.min(pages, chunkPages)) * (PAGE_BYTES / BLOCK_BYTES);
  }
}
