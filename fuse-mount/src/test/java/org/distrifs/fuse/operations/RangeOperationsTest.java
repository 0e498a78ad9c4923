package org.distrifs.fuse.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.DistriFsClient.ROOT_INODE;
import static org.distrifs.fuse.operations.Allocation.KEEP_SIZE;
import static org.distrifs.fuse.operations.Allocation.PUNCH_HOLE;
import static org.distrifs.fuse.operations.Allocation.ZERO_RANGE;
import static org.distrifs.fuse.operations.OpenFlags.O_DSYNC;
import static org.distrifs.fuse.operations.OpenFlags.O_EXCL;
import static org.distrifs.fuse.operations.OpenFlags.O_RDONLY;
import static org.distrifs.fuse.operations.OpenFlags.O_RDWR;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.junit.jupiter.api.Test;

class RangeOperationsTest {
  private static final Caller USER = Caller.newBuilder().setUid(1000).setGid(1000).build();
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final long FAR = 1L << 40;

  private final InMemoryClient client = new InMemoryClient();
  private final FuseOperations operations =
      new FuseOperations(
          client,
          new VirtualFiles(ROOT_INODE, () -> "statistics", 0),
          AccessTimePolicy.DEFAULT,
          500);

  @Test
  void fallocateRefusesInTheOrderOfLinux() throws IOException {
    long file = create("f");
    long reader = operations.open(ROOT_INODE, name("f"), O_RDONLY, false, USER).handle();
    assertErrno(Errno.EINVAL, () -> operations.fallocate(file, -1, 5, 0));
    assertErrno(Errno.EINVAL, () -> operations.fallocate(file, 0, 0, 0x1000));
    assertErrno(Errno.EOPNOTSUPP, () -> operations.fallocate(reader, 0, 5, PUNCH_HOLE));
    assertErrno(Errno.EOPNOTSUPP, () -> operations.fallocate(file, 0, 5, 8));
    assertErrno(
        Errno.EOPNOTSUPP,
        () -> operations.fallocate(file, 0, 5, PUNCH_HOLE | KEEP_SIZE | ZERO_RANGE));
    assertErrno(Errno.EBADF, () -> operations.fallocate(reader, Long.MAX_VALUE, 5, 0));
    assertErrno(Errno.EFBIG, () -> operations.fallocate(file, Long.MAX_VALUE, 5, 0));
    assertErrno(Errno.ENOSPC, () -> operations.fallocate(file, 0, FAR, KEEP_SIZE));
    assertErrno(Errno.EBADF, () -> operations.fallocate(4711, 0, 5, 0));
    assertThat(size(file)).isZero();
  }

  @Test
  void onlyZeroingWithoutKeepingTheSizeAndPlainAllocationMakeLonger() throws IOException {
    long file = create("f");
    operations.fallocate(file, 100, 50, KEEP_SIZE);
    operations.fallocate(file, 100, 50, KEEP_SIZE | ZERO_RANGE);
    operations.fallocate(file, 0, FAR, KEEP_SIZE | PUNCH_HOLE);
    assertThat(size(file)).isZero();
    operations.fallocate(file, 100, 50, 0);
    assertThat(size(file)).isEqualTo(150);
    operations.fallocate(file, 100, 10, 0);
    assertThat(size(file)).isEqualTo(150);
    operations.fallocate(file, 140, 60, ZERO_RANGE);
    assertThat(size(file)).isEqualTo(200);
  }

  @Test
  void whatHasChunksNeedsNoSpace() throws IOException {
    long file = create("f");
    long available = operations.statfs().getAvailableBytes();
    operations.fallocate(file, 0, available, KEEP_SIZE);
    assertErrno(Errno.ENOSPC, () -> operations.fallocate(file, 0, available + 1, KEEP_SIZE));
    write(file, 5, "data");
    operations.fallocate(file, 0, available + 1, KEEP_SIZE);
  }

  @Test
  void aSynchronousDescriptorSyncsWhatChangesItsFile() throws IOException {
    long file =
        operations.create(ROOT_INODE, name("f"), 0644, 0, O_RDWR | O_DSYNC, false, USER).handle();
    operations.fallocate(file, 0, 10, 0);
    assertThat(client.syncs()).isOne();
    operations.copyFileRange(file, 0, file, 10, 10, 0);
    assertThat(client.syncs()).isEqualTo(2);
  }

  @Test
  void seeksFailAtTheEndWhichIsAHole() throws IOException {
    long file = create("f");
    assertErrno(Errno.ENXIO, () -> operations.lseek(file, 0, SEEK_DATA));
    write(file, 0, "data");
    assertThat(operations.lseek(file, 2, SEEK_DATA)).isEqualTo(2);
    assertThat(operations.lseek(file, 2, SEEK_HOLE)).isEqualTo(4);
    assertErrno(Errno.ENXIO, () -> operations.lseek(file, 4, SEEK_HOLE));
    assertErrno(Errno.ENXIO, () -> operations.lseek(file, -1, SEEK_HOLE));
    assertErrno(Errno.EINVAL, () -> operations.lseek(file, 0, 2));
    operations.fallocate(file, FAR, 10, ZERO_RANGE);
    long hole = operations.lseek(file, 0, SEEK_HOLE);
    assertThat(hole).isBetween(4L, FAR);
    assertErrno(Errno.ENXIO, () -> operations.lseek(file, hole, SEEK_DATA));
  }

  @Test
  void copiesLeaveHolesAndEndWithTheSource() throws IOException {
    long from = create("from");
    long to = create("to");
    write(from, 0, "head");
    write(from, FAR, "tail");
    write(to, FAR / 2, "covered");
    long copied = 0;
    while (copied < FAR + 4) {
      long more = operations.copyFileRange(from, copied, to, copied, Long.MAX_VALUE / 2, 0);
      assertThat(more).isPositive();
      copied += more;
    }
    assertThat(operations.copyFileRange(from, copied, to, copied, 100, 0)).isZero();
    assertThat(size(to)).isEqualTo(FAR + 4);
    assertThat(read(to, 0, 6)).isEqualTo("head\0\0");
    assertThat(read(to, FAR / 2, 7)).isEqualTo("\0".repeat(7));
    assertThat(read(to, FAR, 10)).isEqualTo("tail");
    assertThat(operations.lseek(to, 1 << 20, SEEK_HOLE)).isEqualTo(1 << 20);
  }

  @Test
  void aCopyThatFailsMidwayTellsWhatItCopied() throws IOException {
    long from = create("from");
    long to = create("to");
    write(from, 0, "head");
    write(from, FAR, "tail");
    client.setWriteLimit(FAR);
    long copied = operations.copyFileRange(from, 0, to, 0, FAR + 4, 0);
    assertThat(copied).isBetween(4L, FAR);
    assertThat(read(to, 0, 4)).isEqualTo("head");
    assertErrno(
        Errno.ENOSPC,
        () -> operations.copyFileRange(from, copied, to, copied, FAR + 4 - copied, 0));
  }

  @Test
  void copiesAreRefusedAsByLinux() throws IOException {
    long file = create("f");
    write(file, 0, "0123456789");
    long reader = operations.open(ROOT_INODE, name("f"), O_RDONLY, false, USER).handle();
    assertErrno(Errno.EBADF, () -> operations.copyFileRange(file, 0, reader, 20, 5, 0));
    assertErrno(Errno.EINVAL, () -> operations.copyFileRange(reader, 0, file, 4, 5, 0));
    assertErrno(Errno.EINVAL, () -> operations.copyFileRange(file, 0, file, 20, 5, 1));
    assertErrno(
        Errno.EOVERFLOW, () -> operations.copyFileRange(file, 5, file, 20, Long.MAX_VALUE, 0));
    assertThat(operations.copyFileRange(reader, 0, file, 5, 5, 0)).isEqualTo(5);
    assertThat(read(file, 0, 100)).isEqualTo("0123401234");
  }

  @Test
  void aFileWithoutANameLivesWhileItIsOpenOrGetsOne() throws IOException {
    OpenedFile kept = operations.createUnnamed(ROOT_INODE, 0600, 0, O_RDWR, USER);
    OpenedFile lost = operations.createUnnamed(ROOT_INODE, 0600, 0, O_RDWR | O_EXCL, USER);
    assertThat(kept.attributes().getNlink()).isZero();
    write(kept.handle(), 0, "text");
    long inode = kept.attributes().getInode();
    long exclusive = lost.attributes().getInode();
    assertErrno(
        Errno.ENOENT, () -> operations.link(exclusive, ROOT_INODE, name("exclusive"), USER));
    operations.link(inode, ROOT_INODE, name("named"), USER);
    operations.release(kept.handle());
    operations.release(lost.handle());
    assertThat(operations.lookup(ROOT_INODE, name("named")).getInode()).isEqualTo(inode);
    assertErrno(Errno.ESTALE, () -> operations.getattr(exclusive));
  }

  private long create(String name) throws IOException {
    return operations.create(ROOT_INODE, name(name), 0644, 0, O_RDWR, false, USER).handle();
  }

  private long size(long handle) throws IOException {
    return operations.getattrOfHandle(handle).getSize();
  }

  private void write(long handle, long offset, String text) throws IOException {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    operations.write(
        handle, offset, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), O_RDWR);
  }

  private String read(long handle, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    operations.read(handle, offset, target);
    byte[] bytes = new byte[target.flip().remaining()];
    target.get(bytes);
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static ByteString name(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}
