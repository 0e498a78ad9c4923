package org.distrifs.client.write;

import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.range.BlockRanges;

/**
 * Which blocks of a file came to be allocated, and which are no longer. Made a second time, it
 * changes nothing.
 *
 * @param punched if a block is in both, it is not allocated
 */
public record AllocationChange(BlockRanges allocated, BlockRanges punched) {
  static final AllocationChange NONE = new AllocationChange(BlockRanges.NONE, BlockRanges.NONE);

  /** What is allocated after it. */
  public BlockRanges after(BlockRanges before) {
    return before.plus(allocated).minus(punched);
  }

  /** This one, and then another. */
  AllocationChange then(AllocationChange later) {
    return new AllocationChange(
        allocated.minus(later.punched).plus(later.allocated),
        punched.minus(later.allocated).plus(later.punched));
  }

  BlockChanges toMessage() {
    return BlockChanges.newBuilder()
        .addAllAllocated(allocated.toMessage())
        .addAllPunched(punched.toMessage())
        .build();
  }
}
