package org.distrifs.client.write;

import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.range.BlockRanges;

/**
 * What became of blocks of a file. Made a second time, it changes nothing.
 *
 * @param written they hold data, but for those in {@code punched}: where there are too many ranges,
 *     gaps between them are closed
 * @param punched zeros, not allocated unless reserved
 * @param reserved allocated; zeros if they were not allocated before, or are punched
 */
public record AllocationChange(BlockRanges written, BlockRanges punched, BlockRanges reserved) {
  static final AllocationChange NONE =
      new AllocationChange(BlockRanges.NONE, BlockRanges.NONE, BlockRanges.NONE);

  static AllocationChange written(BlockRanges blocks) {
    return new AllocationChange(blocks, BlockRanges.NONE, BlockRanges.NONE);
  }

  static AllocationChange punched(BlockRanges blocks) {
    return new AllocationChange(BlockRanges.NONE, blocks, BlockRanges.NONE);
  }

  static AllocationChange reserved(BlockRanges blocks) {
    return new AllocationChange(BlockRanges.NONE, BlockRanges.NONE, blocks);
  }

  /** What holds data after it. */
  public BlockRanges dataAfter(BlockRanges dataBefore) {
    return dataBefore.plus(written).minus(punched);
  }

  /** This one, and then another. */
  AllocationChange then(AllocationChange later) {
    BlockRanges nowWritten = written.minus(later.punched).plus(later.written);
    return new AllocationChange(
        nowWritten,
        punched.minus(later.written).plus(later.punched),
        reserved.minus(later.punched).plus(later.reserved).minus(nowWritten));
  }

  BlockChanges toMessage() {
    return BlockChanges.newBuilder()
        .addAllWritten(written.toMessage())
        .addAllPunched(punched.toMessage())
        .addAllReserved(reserved.toMessage())
        .build();
  }
}
