package org.distrifs.fuse.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.DistriFsClient.ROOT_INODE;
import static org.distrifs.fuse.operations.OpenFlags.O_APPEND;
import static org.distrifs.fuse.operations.OpenFlags.O_DSYNC;
import static org.distrifs.fuse.operations.OpenFlags.O_EXCL;
import static org.distrifs.fuse.operations.OpenFlags.O_RDONLY;
import static org.distrifs.fuse.operations.OpenFlags.O_RDWR;
import static org.distrifs.fuse.operations.OpenFlags.O_TRUNC;
import static org.distrifs.fuse.operations.OpenFlags.O_WRONLY;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.junit.jupiter.api.Test;

class FuseOperationsTest {
  private static final Caller ROOT = Caller.getDefaultInstance();
  private static final Caller USER = Caller.newBuilder().setUid(1000).setGid(1000).build();
  private static final int DIRECTORY = 0x4000;
  private static final int DSYNC_WRITE = O_WRONLY | O_DSYNC;
  private static final long CLOSER = 7;

  private final InMemoryClient client = new InMemoryClient();
  private final FuseOperations operations =
      new FuseOperations(
          client,
          new VirtualFiles(ROOT_INODE, () -> "statistics", 0),
          AccessTimePolicy.DEFAULT,
          500);

  @Test
  void whatOneHandleWritesAnotherReads() throws IOException {
    long writer = create("file", O_WRONLY);
    write(writer, 3, "text", O_WRONLY);

    long reader = operations.open(ROOT_INODE, name("file"), O_RDONLY, true, USER).handle();

    assertThat(read(reader, 0, 100)).isEqualTo("\0\0\0text");
    assertThat(read(reader, 5, 1)).isEqualTo("x");
    assertThat(read(reader, 7, 100)).isEmpty();
  }

  @Test
  void appendedBytesGoToTheEndWhateverTheOffset() throws IOException {
    long handle = create("log", O_RDWR | O_APPEND);
    write(handle, 0, "one", O_RDWR | O_APPEND);
    write(handle, 0, "two", O_RDWR | O_APPEND);

    assertThat(read(handle, 0, 100)).isEqualTo("onetwo");
  }

  @Test
  void anOpenWithTruncationEmptiesTheFile() throws IOException {
    write(create("file", O_WRONLY), 0, "text", O_WRONLY);

    OpenedFile opened = operations.open(ROOT_INODE, name("file"), O_RDWR | O_TRUNC, true, USER);

    assertThat(opened.attributes().getSize()).isZero();
    assertThat(read(opened.handle(), 0, 100)).isEmpty();
  }

  @Test
  void creatingAFileThatAnotherMountHasMadeMeanwhileOpensIt() throws IOException {
    write(create("file", O_WRONLY), 0, "text", O_WRONLY);

    long again = create("file", O_RDWR);
    assertThat(read(again, 0, 100)).isEqualTo("text");

    long truncated = create("file", O_RDWR | O_TRUNC);
    assertThat(read(truncated, 0, 100)).isEmpty();

    assertErrno(Errno.EEXIST, () -> create("file", O_RDWR | O_EXCL));
  }

  @Test
  void aSynchronousDescriptorSyncsEachWrite() throws IOException {
    long handle = create("file", O_WRONLY);
    write(handle, 0, "a", O_WRONLY);
    assertThat(client.syncs()).isZero();

    write(handle, 0, "b", DSYNC_WRITE);
    assertThat(client.syncs()).isOne();

    operations.fsync(handle);
    assertThat(client.syncs()).isEqualTo(2);
  }

  @Test
  void onlyHandlesThatCanWriteAreFlushed() throws IOException {
    create("file", O_WRONLY);
    long reader = operations.open(ROOT_INODE, name("file"), O_RDONLY, true, USER).handle();
    operations.flush(reader, CLOSER);
    assertThat(client.flushes()).isZero();

    long writer = operations.open(ROOT_INODE, name("file"), O_RDWR, true, USER).handle();
    operations.flush(writer, CLOSER);
    assertThat(client.flushes()).isOne();
  }

  @Test
  void whatAFlushMissesTheCallerHears() throws IOException {
    long handle = create("file", O_WRONLY);
    client.failNextFlush(Errno.ENOSPC);
    assertErrno(Errno.ENOSPC, () -> operations.flush(handle, CLOSER));
  }

  @Test
  void anUnlinkedFileLivesWhileItIsOpen() throws IOException {
    long handle = create("file", O_RDWR);
    write(handle, 0, "text", O_RDWR);
    long inode = operations.inodeOfHandle(handle);

    operations.unlink(ROOT_INODE, name("file"), USER);

    assertThat(read(handle, 0, 100)).isEqualTo("text");
    assertThat(operations.getattrOfHandle(handle).getNlink()).isZero();
    assertThat(operations.isOpen(inode)).isTrue();

    operations.release(handle);
    assertThat(operations.isOpen(inode)).isFalse();
    assertErrno(Errno.ESTALE, () -> operations.getattr(inode));
    assertErrno(Errno.ESTALE, () -> operations.open(inode, O_RDONLY, true, USER));
  }

  @Test
  void aHandleIsKnownUntilItsRelease() throws IOException {
    long handle = create("file", O_RDWR);
    operations.release(handle);

    assertErrno(Errno.EBADF, () -> read(handle, 0, 1));
    assertErrno(Errno.EBADF, () -> operations.flush(handle, CLOSER));
    assertErrno(Errno.EBADF, () -> operations.release(handle));
    assertErrno(Errno.EBADF, () -> operations.readdir(handle, 0, 100, (n, a, o) -> true));
  }

  @Test
  void theEndClosesWhatTheKernelLeftOpenAndTellsTheFirstFailure() throws IOException {
    create("a", O_WRONLY);
    create("b", O_WRONLY);
    operations.opendir(ROOT_INODE);
    client.failNextClose(Errno.EIO);

    assertErrno(Errno.EIO, operations::closeAll);

    assertThat(operations.openHandles()).isZero();
    assertThat(client.openFiles()).isZero();
  }

  @Test
  void aNameIsAtMost255BytesAndATargetAtMost4095() throws IOException {
    operations.mkdir(ROOT_INODE, name("n".repeat(255)), 0755, 0, USER);
    assertErrno(
        Errno.ENAMETOOLONG,
        () -> operations.mkdir(ROOT_INODE, name("n".repeat(256)), 0755, 0, USER));
    assertErrno(Errno.ENAMETOOLONG, () -> operations.lookup(ROOT_INODE, name("ü".repeat(128))));

    operations.symlink(ROOT_INODE, name("link"), name("t".repeat(4095)), USER);
    assertErrno(
        Errno.ENAMETOOLONG,
        () -> operations.symlink(ROOT_INODE, name("l"), name("t".repeat(4096)), USER));
  }

  @Test
  void aNameThatIsNoTextIsKeptByteForByte() throws IOException {
    ByteString odd = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe, '\n', ' '});
    operations.mkdir(ROOT_INODE, odd, 0755, 0, USER);

    assertThat(list(ROOT_INODE)).contains(odd);
    assertThat(operations.lookup(ROOT_INODE, odd).getMode()).isEqualTo(DIRECTORY | 0755);
  }

  @Test
  void aWriteThatPassesTheKernelByTakesSetIdBitsAway() throws IOException {
    long handle = create("program", O_RDWR);
    long inode = operations.inodeOfHandle(handle);

    setMode(inode, 06755);
    operations.clearSetIdBits(handle, () -> USER);
    assertThat(mode(inode)).isEqualTo(0755);

    setMode(inode, 02744); // Without execution by the group the bit means mandatory locking.
    operations.clearSetIdBits(handle, () -> USER);
    assertThat(mode(inode)).isEqualTo(02744);
    Caller stranger = Caller.newBuilder().setUid(USER.getUid()).setGid(USER.getGid() + 1).build();
    operations.clearSetIdBits(handle, () -> stranger);
    assertThat(mode(inode)).isEqualTo(0744);
  }

  @Test
  void truncationByAnOrdinaryUserTakesSetIdBitsAway() throws IOException {
    long inode = operations.inodeOfHandle(create("program", O_RDWR));

    setMode(inode, 06755);
    operations.open(ROOT_INODE, name("program"), O_WRONLY | O_TRUNC, false, ROOT);
    assertThat(mode(inode)).isEqualTo(06755);

    operations.open(ROOT_INODE, name("program"), O_WRONLY | O_TRUNC, true, USER);
    assertThat(mode(inode)).isEqualTo(0755);
  }

  @Test
  void openingAFolderAsAFileIsRefused() throws IOException {
    long folder = operations.mkdir(ROOT_INODE, name("folder"), 0755, 0, USER).getInode();
    assertErrno(Errno.EISDIR, () -> operations.open(folder, O_RDONLY, true, USER));
    assertErrno(
        Errno.ENOENT, () -> operations.open(ROOT_INODE, name("none"), O_RDONLY, true, USER));
  }

  private long create(String name, int flags) throws IOException {
    return operations.create(ROOT_INODE, name(name), 0644, 0, flags, true, USER).handle();
  }

  private void write(long handle, long offset, String text, int flags) throws IOException {
    ByteBuffer source = name(text).asReadOnlyByteBuffer();
    assertThat(operations.write(handle, offset, source, flags)).isEqualTo(text.length());
  }

  private String read(long handle, long offset, int count) throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(count);
    int got = operations.read(handle, offset, target);
    return ByteString.copyFrom(target.flip()).substring(0, got).toStringUtf8();
  }

  private void setMode(long inode, int mode) throws IOException {
    operations.setattr(SetAttributes.newBuilder().setInode(inode).setMode(mode).build(), ROOT);
  }

  private int mode(long inode) throws IOException {
    return operations.getattr(inode).getMode() & 07777;
  }

  private List<ByteString> list(long folder) throws IOException {
    List<ByteString> names = new ArrayList<>();
    long handle = operations.opendir(folder);
    operations.readdir(handle, 0, 100, (name, attributes, next) -> names.add(name));
    operations.releasedir(handle);
    return names;
  }

  private static ByteString name(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}
