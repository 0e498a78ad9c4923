package org.distrifs.fuse.driver.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RootNodeTest {
  private static final long INODE = 0x1234_5678_9abcL;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());
  private final RequestHeader request = new RequestHeader();
  private final RootNode root = new RootNode(INODE);

  @BeforeEach
  void begin() {
    request.begin(NativeMemory.IO.getDirectBufferAddress(memory));
  }

  private void enter(int opcode, long node, long bodyStart) {
    memory.putInt(4, opcode).putLong(16, node).putLong(40, bodyStart);
    root.enter(request);
  }

  @Test
  void aRequestAboutTheRootIsOneAboutItsInode() {
    enter(Opcode.LOOKUP, 1, 1);
    assertThat(request.node()).isEqualTo(INODE);
    assertThat(memory.getLong(40)).as("a name, or anything").isEqualTo(1);
  }

  @Test
  void aRenameIsToTheInodeToo() {
    enter(Opcode.RENAME, 5, 1);
    assertThat(request.node()).isEqualTo(5);
    assertThat(memory.getLong(40)).isEqualTo(INODE);

    enter(Opcode.RENAME2, 1, 1);
    assertThat(request.node()).isEqualTo(INODE);
    assertThat(memory.getLong(40)).isEqualTo(INODE);
  }

  @Test
  void everyOtherNodeIsItsOwnInode() {
    enter(Opcode.RENAME2, 5, 6);
    assertThat(request.node()).isEqualTo(5);
    assertThat(memory.getLong(40)).isEqualTo(6);
  }
}
