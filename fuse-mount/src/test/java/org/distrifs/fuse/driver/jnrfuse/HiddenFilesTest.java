package org.distrifs.fuse.driver.jnrfuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class HiddenFilesTest {
  private static final ByteString NAME = name(".fuse_hidden0000002a00000001");
  private static final long NODE = 0x2a;
  private static final long INODE = 100;

  private final HiddenFiles hidden = new HiddenFiles();

  @Test
  void aHiddenNameLeadsToItsInodeUntilItIsForgotten() {
    assertThat(hidden.inode(NAME)).isEmpty();
    hidden.hide(NAME, INODE);
    assertThat(hidden.inode(NAME)).contains(INODE);
    assertThat(hidden.isHiddenNode(NODE)).isTrue();

    assertThat(hidden.forget(NAME)).isTrue();
    assertThat(hidden.inode(NAME)).isEmpty();
    assertThat(hidden.isHiddenNode(NODE)).isFalse();
    assertThat(hidden.forget(NAME)).isFalse();
  }

  @Test
  void anOtherCountIsAnOtherName() {
    hidden.hide(NAME, INODE);
    assertThat(hidden.inode(name(".fuse_hidden0000002a00000002"))).isEmpty();
    assertThat(hidden.forget(name(".fuse_hidden0000002a00000002"))).isFalse();
  }

  @Test
  void aNodeBeyond32BitsIsFoundByItsLowerHalf() {
    hidden.hide(name(".fuse_hiddenffffffff00000001"), INODE);
    assertThat(hidden.isHiddenNode(0xffffffffL)).isTrue();
  }

  @Test
  void onlyNamesThatLibfuseMakesAreHidden() {
    assertThat(HiddenFiles.isHiddenName(NAME)).isTrue();
    for (String other :
        new String[] {
          "",
          ".fuse_hidden",
          ".fuse_hidden0000002a0000000",
          ".fuse_hidden0000002a000000011",
          ".fuse_hidden0000002a0000000g",
          "xfuse_hidden0000002a00000001"
        }) {
      assertThat(HiddenFiles.isHiddenName(name(other))).as(other).isFalse();
    }
  }

  @Test
  void aNameWhoseFolderIsGoneIsForgottenByItsInode() {
    hidden.hide(NAME, INODE);
    hidden.forgetInode(INODE);
    assertThat(hidden.isHiddenNode(NODE)).isFalse();
  }

  private static ByteString name(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
