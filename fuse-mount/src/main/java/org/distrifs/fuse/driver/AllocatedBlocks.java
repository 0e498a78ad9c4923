package org.distrifs.fuse.driver;

import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.range.BlockRanges;

/** What {@code st_blocks} tells. */
public final class AllocatedBlocks {
  /** The unit of {@code st_blocks}, whatever the file system. */
  private static final int UNIT_BYTES = 512;

  private AllocatedBlocks() {}

  /** Only regular files have any. */
  public static long of(Attributes attributes) {
    return attributes.getAllocatedBlocks() * (BlockRanges.BLOCK_BYTES / UNIT_BYTES);
  }
}
