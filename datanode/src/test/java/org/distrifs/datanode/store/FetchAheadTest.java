package org.distrifs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.datanode.store.StoreFixture.patterned;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.distrifs.runtime.disk.FileRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchAheadTest {
  private static final long CHUNK = 42;

  @TempDir Path folder;

  private final FaultyDisk disk = new FaultyDisk();

  @Test
  void allOfASmallReplicaIsFetchedWhenItsFileIsOpened() throws Exception {
    long meta = ReplicaForm.ONE_FILE.metaBase;
    assertThat(fetchedByTwoReadsOf(5000))
        .containsExactly(
            new FileRange(0, 5000),
            new FileRange(meta + MetaLayout.RECENT_OFFSET, 32_768 + MetaLayout.SECTOR_BYTES));
  }

  @Test
  void ofALargeReplicaNobodyKnowsWhatWillBeRead() throws Exception {
    assertThat(fetchedByTwoReadsOf(200_000)).isEmpty();
  }

  private List<FileRange> fetchedByTwoReadsOf(int length) throws IOException {
    try (StoreFixture fixture = new StoreFixture(folder, disk)) {
      fixture.put(CHUNK, 1, 0, patterned(length, 1), 1);
      fixture.closeAndReopen();
      disk.fetchedAhead.clear();
      assertThat(fixture.contents(CHUNK)).isEqualTo(patterned(length, 1));
      assertThat(fixture.contents(CHUNK)).isEqualTo(patterned(length, 1));
      return List.copyOf(disk.fetchedAhead);
    }
  }
}
