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
    files.put(1, everyOther(1_000), everyOther(1_000));
    assertThat(files.find(1).allocated().size()).isEqualTo(SparseFiles.MAX_FILE_RANGES);
    assertThat(everyOther(1_000).minus(files.find(1).allocated()).isEmpty()).isTrue();
  }

  @Test
  void whereAllHaveTooManyAFileCountsAsAWholeUntilOthersAreGone() {
    SparseFiles files = new SparseFiles(15);
    files.put(1, everyOther(10), everyOther(10));
    files.put(2, everyOther(10), everyOther(10));
    files.put(3, everyOther(10), everyOther(10));
    assertThat(files.find(1).allocated()).isEqualTo(everyOther(10));
    assertThat(files.find(2).allocated().size()).isEqualTo(5);
    assertThat(files.find(3).allocated()).isEqualTo(BlockRanges.of(0, 19));
    files.remove(1);
    files.remove(1);
    files.put(3, everyOther(10), everyOther(10));
    assertThat(files.find(1)).isNull();
    assertThat(files.find(3).allocated()).isEqualTo(everyOther(10));
  }

  @Test
  void whatWasWrittenOfAFileWithTooManyRangesIsNeverLeftOut() {
    SparseFiles files = new SparseFiles();
    files.put(1, BlockRanges.of(0, 2_000), everyOther(1_000));
    assertThat(files.find(1).allocated()).isEqualTo(BlockRanges.of(0, 2_000));
    assertThat(files.find(1).written().size()).isEqualTo(SparseFiles.MAX_FILE_RANGES);
    assertThat(everyOther(1_000).minus(files.find(1).written()).isEmpty()).isTrue();
  }

  @Test
  void bothKindsOfRangesCount() {
    SparseFiles files = new SparseFiles(15);
    files.put(1, BlockRanges.of(0, 20), everyOther(6));
    files.put(2, everyOther(10), everyOther(10));
    assertThat(files.find(1).written()).isEqualTo(everyOther(6));
    assertThat(files.find(2).allocated().size()).isEqualTo(8);
  }
}
