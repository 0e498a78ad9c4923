package org.distrifs.fuse.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.fuse.driver.KernelCache.Decision.BYPASS_PAGES;
import static org.distrifs.fuse.driver.KernelCache.Decision.DROP_PAGES;
import static org.distrifs.fuse.driver.KernelCache.Decision.KEEP_PAGES;

import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;

class KernelCacheTest {
  private static final long NODE = 7;
  private static final long INODE = 100;
  private static final long OTHER_INODE = 200;

  private final ManualClock clock = new ManualClock();
  private final KernelCache cache = new KernelCache(clock);
  private long nextHandle = 1;

  @Test
  void pagesStayWhileTheFileIsUnchanged() {
    assertThat(open(INODE, 1)).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 1)).isEqualTo(KEEP_PAGES);
    assertThat(open(INODE, 2)).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 2)).isEqualTo(KEEP_PAGES);
  }

  @Test
  void nobodyKeepsPagesThatAnotherIsAboutToDrop() {
    open(INODE, 1);
    assertThat(openOnly(INODE, 2, 0)).isEqualTo(DROP_PAGES);
    assertThat(cache.mayHoldPagesBefore(NODE, 2)).isTrue();
    // The first open was answered, but its caller has not run yet.
    assertThat(openOnly(INODE, 2, 0)).isEqualTo(DROP_PAGES);
    cache.used(NODE, nextHandle - 1);
    assertThat(openOnly(INODE, 2, 0)).isEqualTo(KEEP_PAGES);
    assertThat(cache.mayHoldPagesBefore(NODE, 2)).isFalse();
    assertThat(openOnly(INODE, 3, 0)).isEqualTo(DROP_PAGES);
    // That the first caller has run says nothing about later ones.
    cache.used(NODE, nextHandle - 4);
    cache.released(nextHandle - 2);
    assertThat(openOnly(INODE, 3, 0)).isEqualTo(DROP_PAGES);
    cache.released(nextHandle - 1);
    assertThat(openOnly(INODE, 3, 0)).isEqualTo(KEEP_PAGES);
  }

  @Test
  void pagesGoWhenTheNameLeadsToAnotherFile() {
    open(INODE, 1);
    cache.released(1);
    assertThat(open(OTHER_INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void handlesOnTwoFilesBehindOneNameShareNoPages() {
    open(INODE, 1);
    assertThat(open(OTHER_INODE, 1)).isEqualTo(BYPASS_PAGES);
    assertThat(open(INODE, 1)).isEqualTo(KEEP_PAGES);

    cache.released(1);
    cache.released(3);
    assertThat(open(OTHER_INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void appendedDataPassesThePagesByAndLeavesThemInDoubt() {
    open(INODE, 1);
    assertThat(cache.opened(NODE, nextHandle++, file(INODE, 1), OpenFlags.O_APPEND, cache.now()))
        .isEqualTo(BYPASS_PAGES);
    assertThat(open(INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void aNewFileHasNoPagesYet() {
    assertThat(cache.opened(0, nextHandle++, file(INODE, 1), 0, cache.now())).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void aNewFileIsKnownByItsNodeOnceItIsUsed() {
    cache.opened(0, 50, file(INODE, 1), OpenFlags.O_RDWR, cache.now());
    cache.used(NODE, 50);
    cache.used(NODE, 50);
    assertThat(open(OTHER_INODE, 1)).isEqualTo(BYPASS_PAGES);
    cache.released(50);
    assertThat(open(OTHER_INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void attributesOfAnOtherChangeCounterMayBeOlder() {
    assertThat(cache.mayHoldOlder(file(INODE, 5))).isTrue();
    told(file(INODE, 5));
    assertThat(cache.mayHoldOlder(file(INODE, 5))).isFalse();
    assertThat(cache.mayHoldOlder(file(INODE, 6))).isTrue();
  }

  @Test
  void ofAFileWithTwoNamesTheOtherMayHaveBeenTold() {
    Attributes twoNames = file(INODE, 5).toBuilder().setNlink(2).build();
    told(twoNames);
    assertThat(cache.mayHoldOlder(twoNames)).isTrue();
  }

  @Test
  void aFileThatAnotherMountMadeShorterIsReadPastThePagesForAWhile() {
    told(file(INODE, 1, 1000));
    assertThat(open(INODE, 1, 1000)).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 2, 10)).isEqualTo(BYPASS_PAGES);
    // The answer with the new size may have raced with a write, and the kernel may have ignored it.
    told(file(INODE, 2, 10));
    assertThat(open(INODE, 2, 10)).isEqualTo(BYPASS_PAGES);
    clock.advance(KernelCache.IN_DOUBT_NS, TimeUnit.NANOSECONDS);
    assertThat(open(INODE, 2, 10)).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 2, 10)).isEqualTo(KEEP_PAGES);
  }

  @Test
  void aFileThatAnotherMountMadeLongerIsReadPastThePagesForAWhile() {
    told(file(INODE, 1, 17));
    assertThat(open(INODE, 1, 17)).isEqualTo(DROP_PAGES);
    assertThat(open(INODE, 2, 1000)).isEqualTo(BYPASS_PAGES);
    told(file(INODE, 2, 1000));
    assertThat(open(INODE, 2, 1000)).isEqualTo(BYPASS_PAGES);
    clock.advance(KernelCache.IN_DOUBT_NS, TimeUnit.NANOSECONDS);
    told(file(INODE, 2, 1000));
    assertThat(open(INODE, 2, 1000)).isEqualTo(DROP_PAGES);
  }

  /** While the kernel writes beyond the end that it knows, it ignores a size that it is told. */
  @Test
  void aWriteByTheKernelProlongsTheDoubt() {
    told(file(INODE, 1, 17));
    open(INODE, 2, 1000);
    cache.writing(INODE, 500, 100, OpenFlags.O_RDWR);
    clock.advance(KernelCache.IN_DOUBT_NS - 1, TimeUnit.NANOSECONDS);
    cache.written(INODE, 500, 100, OpenFlags.O_RDWR, false);
    clock.advance(KernelCache.IN_DOUBT_NS - 1, TimeUnit.NANOSECONDS);
    assertThat(open(INODE, 3, 1000)).isEqualTo(BYPASS_PAGES);
    clock.advance(1, TimeUnit.NANOSECONDS);
    assertThat(open(INODE, 3, 1000)).isEqualTo(DROP_PAGES);
  }

  @Test
  void anAnswerThatMayLackAWriteOfThisMountRaisesNoDoubt() {
    told(file(INODE, 1, 100));
    long askedAt = cache.now();
    cache.writing(INODE, 100, 100, OpenFlags.O_RDWR);
    cache.written(INODE, 100, 100, OpenFlags.O_RDWR, false);
    cache.attributesTold(file(INODE, 1, 100), askedAt);
    assertThat(open(INODE, 2, 200)).isEqualTo(DROP_PAGES);
  }

  @Test
  void theDoubtEndsThoughThisMountGoesOnWriting() {
    told(file(INODE, 1, 17));
    open(INODE, 2, 1000);
    told(file(INODE, 2, 1000));
    for (int second = 0; second < 3; second++) {
      cache.writing(INODE, 0, 10, OpenFlags.O_RDWR);
      cache.written(INODE, 0, 10, OpenFlags.O_RDWR, false);
      clock.advance(1, TimeUnit.SECONDS);
    }
    assertThat(open(INODE, 3, 1000)).isEqualTo(DROP_PAGES);
  }

  @Test
  void whatThisMountWritesItselfTheKernelKnows() {
    told(file(INODE, 1, 0));
    cache.writing(INODE, 0, 4096, OpenFlags.O_RDWR);
    told(file(INODE, 1, 0));
    told(file(INODE, 1, 4096));
    cache.written(INODE, 0, 4096, OpenFlags.O_RDWR, false);
    assertThat(open(INODE, 2, 4096)).isEqualTo(DROP_PAGES);
    cache.writing(INODE, 0, 10, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
    cache.written(INODE, 0, 10, OpenFlags.O_WRONLY | OpenFlags.O_APPEND, false);
    assertThat(open(INODE, 3, 4106)).isEqualTo(DROP_PAGES);
  }

  @Test
  void aFileThatWasReplacedByAShorterOneIsReadPastThePages() {
    open(INODE, 1, 1000);
    cache.released(1);
    assertThat(open(OTHER_INODE, 1, 10)).isEqualTo(BYPASS_PAGES);
  }

  @Test
  void whatThisMountCutItselfTheKernelKnows() {
    told(file(INODE, 1, 1000));
    cache.truncating(INODE, 10);
    cache.truncated(INODE, 10);
    told(file(INODE, 2, 10));
    assertThat(open(INODE, 2, 10)).isEqualTo(DROP_PAGES);

    told(file(OTHER_INODE, 1, 1000));
    assertThat(
            cache.opened(
                NODE + 1, nextHandle++, file(OTHER_INODE, 2, 0), OpenFlags.O_TRUNC, cache.now()))
        .isEqualTo(DROP_PAGES);
    told(file(OTHER_INODE, 2, 0));
    cache.used(NODE + 1, nextHandle - 1);
    assertThat(cache.opened(NODE + 1, nextHandle++, file(OTHER_INODE, 2, 0), 0, cache.now()))
        .isEqualTo(KEEP_PAGES);
  }

  @Test
  void aLockDropsPagesThatOthersChangesCameAfter() {
    open(INODE, 5);
    assertThat(cache.mayHoldPagesBefore(NODE, 5)).as("opened after it").isFalse();
    assertThat(cache.mayHoldPagesBefore(NODE, 6)).isTrue();
    cache.droppedPages(NODE, 6);
    assertThat(cache.mayHoldPagesBefore(NODE, 6)).isFalse();
    assertThat(cache.mayHoldPagesBefore(NODE, 7)).isTrue();
    assertThat(open(INODE, 6)).isEqualTo(KEEP_PAGES);
  }

  @Test
  void ofANodeThatIsNotKnownAnyPageMayBeOld() {
    assertThat(cache.mayHoldPagesBefore(NODE, 1)).isTrue();
    cache.droppedPages(NODE, 1);
    assertThat(cache.mayHoldPagesBefore(NODE, 1)).isFalse();
    assertThat(open(INODE, 1)).isEqualTo(DROP_PAGES);
  }

  @Test
  void itsMemoryIsBounded() {
    for (int node = 1; node <= KernelCache.MAX_REMEMBERED + 10; node++) {
      cache.opened(node, nextHandle, file(node, 1), 0, cache.now());
      cache.released(nextHandle++);
      told(file(node, 1));
    }
    assertThat(cache.mayHoldOlder(file(1, 1))).as("the oldest is forgotten").isTrue();
    assertThat(cache.mayHoldOlder(file(20, 1))).isFalse();
    assertThat(cache.opened(1, nextHandle, file(1, 1), 0, cache.now())).isEqualTo(DROP_PAGES);
  }

  /** Passes attributes to the kernel that were asked for just now. */
  private void told(Attributes attributes) {
    cache.attributesTold(attributes, cache.now());
  }

  /** Opens, and uses the handle. */
  private KernelCache.Decision open(long inode, long changeCounter) {
    return open(inode, changeCounter, 0);
  }

  private KernelCache.Decision open(long inode, long changeCounter, long size) {
    KernelCache.Decision decision = openOnly(inode, changeCounter, size);
    cache.used(NODE, nextHandle - 1);
    return decision;
  }

  private KernelCache.Decision openOnly(long inode, long changeCounter, long size) {
    return cache.opened(
        NODE, nextHandle++, file(inode, changeCounter, size), OpenFlags.O_RDWR, cache.now());
  }

  private static Attributes file(long inode, long changeCounter) {
    return file(inode, changeCounter, 0);
  }

  private static Attributes file(long inode, long changeCounter, long size) {
    return Attributes.newBuilder()
        .setInode(inode)
        .setNlink(1)
        .setSize(size)
        .setChangeCounter(changeCounter)
        .build();
  }
}
