package org.distrifs.fuse.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.junit.jupiter.api.Test;

/**
 * Properties of virtual files that a mounted folder does not show. MountOptionsTest tests the
 * others.
 */
class VirtualFilesTest {
  private static final long ROOT = 77;

  private final VirtualFiles files = new VirtualFiles(ROOT, () -> "statistics", 5);

  private static ByteString name(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private Attributes statistics() throws IOException {
    Attributes folder = files.lookup(ROOT, name(".distrifs")).orElseThrow();
    return files.lookup(folder.getInode(), name("stats")).orElseThrow();
  }

  @Test
  void onlyTheRootOfTheMountHasTheFolder() throws IOException {
    assertThat(files.lookup(ROOT, name("distrifs"))).isEmpty();
    assertThat(files.lookup(1, name(".distrifs"))).isEmpty();
    assertThat(VirtualFiles.isVirtual(ROOT)).isFalse();
    assertThat(VirtualFiles.isVirtual(Long.MAX_VALUE)).isFalse();
    assertThat(VirtualFiles.isVirtual(statistics().getInode())).isTrue();
  }

  @Test
  void statisticsAreReadFromAnyOffset() throws IOException {
    OpenFile open = files.open(statistics().getInode(), OpenFlags.O_RDONLY);
    ByteBuffer target = ByteBuffer.allocate(4);
    assertThat(open.read(7, target)).isEqualTo(3);
    assertThat(new String(target.array(), 0, 3, UTF_8)).isEqualTo("ics");
    assertThat(open.read(10, target)).isZero();
    assertThat(open.read(Long.MAX_VALUE, target)).isZero();
  }

  @Test
  void theNumberOfOpenOnesIsBounded() throws IOException {
    long inode = statistics().getInode();
    Deque<OpenFile> open = new ArrayDeque<>();
    for (int count = 0; count < VirtualFiles.MAX_OPEN; count++) {
      open.add(files.open(inode, OpenFlags.O_RDONLY));
    }
    assertThatThrownBy(() -> files.open(inode, OpenFlags.O_RDONLY))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENFILE));

    OpenFile last = open.removeLast();
    last.close();
    last.close();
    files.open(inode, OpenFlags.O_RDONLY);
    assertThatThrownBy(() -> files.open(inode, OpenFlags.O_RDONLY))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void aboveTheRootOfTheMountIsTheRoot() throws IOException {
    OperationReply told =
        OperationReply.newBuilder()
            .setAttributes(Attributes.newBuilder().setInode(ROOT))
            .setParent(Attributes.newBuilder().setInode(3))
            .build();
    assertThat(
            files.page((inode, after, last, limit) -> told, ROOT, 0, 0, 10).getParent().getInode())
        .isEqualTo(ROOT);
    assertThat(files.page((inode, after, last, limit) -> told, 78, 0, 0, 10).getParent().getInode())
        .isEqualTo(3);
  }
}
