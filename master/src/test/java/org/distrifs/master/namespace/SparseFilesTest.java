package org.distrifs.master.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import org.distrifs.proto.range.BlockRanges;
import org.junit.jupiter.api.Test;

class SparseFilesTest {

  private static BlockRanges everyOther(int count) {
    BlockRanges ranges = BlockRanges.NONE;
    for (int i = 0; i < count; i++) {
      ranges = ranges.plus(BlockRanges.of(2L * i, 2L * i + 1));
    }
    return ranges;
  }

  @Test
  void oneFileHasNoMoreRangesThanItMay() {
    SparseFiles files = new SparseFiles();
    files.put(1, everyOther(1_000));
    assertThat(files.allocated(1).size()).isEqualTo(SparseFiles.MAX_FILE_RANGES);
    assertThat(everyOther(1_000).minus(files.allocated(1)).isEmpty()).isTrue();
  }

  @Test
  void whereAllHaveTooManyAFileCountsAsAWholeUntilOthersAreGone() {
    SparseFiles files = new SparseFiles(15);
    files.put(1, everyOther(10));
    files.put(2, everyOther(10));
    files.put(3, everyOther(10));
    assertThat(files.allocated(1)).isEqualTo(everyOther(10));
    assertThat(files.allocated(2).size()).isEqualTo(5);
    assertThat(files.allocated(3)).isEqualTo(BlockRanges.of(0, 19));
    files.remove(1);
    files.remove(1);
    files.put(3, everyOther(10));
    assertThat(files.allocated(1)).isNull();
    assertThat(files.allocated(3)).isEqualTo(everyOther(10));
  }
}
