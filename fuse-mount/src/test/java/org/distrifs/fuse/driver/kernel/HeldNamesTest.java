package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;

class HeldNamesTest {
  private static final long TIMEOUT_MS = 500;
  private static final long ROOT = 1;
  private static final long DIRECTORY = 2;
  private static final long FILE = 3;

  private final ManualClock clock = new ManualClock();
  private final HeldNames names = new HeldNames(clock, TIMEOUT_MS);

  private static ByteString name(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private void told(long directory, String text, long inode) {
    assertThat(names.told(directory, name(text), inode)).isTrue();
  }

  private List<String> leadingTo(Long... inodes) {
    return names.leadingTo(List.of(inodes)).stream().map(HeldNamesTest::text).toList();
  }

  private static String text(NameCheck check) {
    return check.getDirectory() + "/" + check.getName().toStringUtf8() + "=" + check.getInode();
  }

  @Test
  void allNamesOnTheWayLeadToAnInode() {
    told(ROOT, "dir", DIRECTORY);
    told(DIRECTORY, "file", FILE);
    told(DIRECTORY, "other", 4);
    assertThat(leadingTo(FILE)).containsExactly("2/file=3", "1/dir=2");
    assertThat(leadingTo(DIRECTORY)).containsExactly("1/dir=2");
    assertThat(leadingTo(ROOT)).isEmpty();
  }

  @Test
  void eachNameOfAnInodeMayHaveLedToIt() {
    told(ROOT, "dir", DIRECTORY);
    told(DIRECTORY, "file", FILE);
    told(ROOT, "link", FILE);
    assertThat(leadingTo(FILE)).containsExactlyInAnyOrder("2/file=3", "1/link=3", "1/dir=2");
  }

  @Test
  void aNameThatLedElsewhereBeforeMayStillDoSoForTheKernel() {
    told(ROOT, "file", FILE);
    told(ROOT, "file", 4);
    assertThat(leadingTo(FILE)).containsExactly("1/file=3");
    assertThat(leadingTo(4L)).containsExactly("1/file=4");
    assertThat(names.holds(ROOT, name("file"), FILE)).isTrue();
  }

  @Test
  void whatIsAskedForTwiceIsToldOnce() {
    told(ROOT, "file", FILE);
    told(ROOT, "link", 4);
    assertThat(leadingTo(FILE, 4L, FILE)).containsExactlyInAnyOrder("1/file=3", "1/link=4");
  }

  @Test
  void theKernelAsksForANameThatWasToldLongAgo() {
    told(ROOT, "dir", DIRECTORY);
    clock.advance(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    told(DIRECTORY, "file", FILE);
    clock.advance(HeldNames.SPARE_MS, TimeUnit.MILLISECONDS);
    assertThat(leadingTo(FILE)).containsExactly("2/file=3", "1/dir=2");
    clock.advance(1, TimeUnit.MILLISECONDS);
    assertThat(leadingTo(FILE)).containsExactly("2/file=3");
  }

  @Test
  void aNameThatIsToldAgainIsHeldFromThenOn() {
    told(ROOT, "file", FILE);
    clock.advance(HeldNames.SPARE_MS, TimeUnit.MILLISECONDS);
    told(ROOT, "file", FILE);
    clock.advance(HeldNames.SPARE_MS, TimeUnit.MILLISECONDS);
    assertThat(leadingTo(FILE)).containsExactly("1/file=3");
  }

  @Test
  void aNameThatThisMountTookAwayLeadsNowhere() {
    told(ROOT, "file", FILE);
    names.forget(ROOT, name("file"), FILE);
    names.forget(ROOT, name("file"), FILE);
    assertThat(leadingTo(FILE)).isEmpty();
  }

  @Test
  void oneForWhichThereIsNoRoomTheKernelMustNotKeep() {
    for (long inode = 1; inode <= HeldNames.MAX_NAMES; inode++) {
      assertThat(names.told(ROOT, name("x" + inode), inode)).isTrue();
    }
    assertThat(names.told(ROOT, name("one more"), FILE)).isFalse();
    told(ROOT, "x1", 1);
    clock.advance(TIMEOUT_MS + HeldNames.SPARE_MS + 1, TimeUnit.MILLISECONDS);
    told(ROOT, "one more", FILE);
  }
}
