package org.distrifs.fuse.driver.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.Lock;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;
import org.junit.jupiter.api.Test;

/**
 * Pins each message to the offsets that the C compiler gives for the kernel's header (see
 * native-notes, which has the program that prints them).
 */
class MessageLayoutTest {
  private final ByteBuffer memory = ByteBuffer.allocateDirect(4096).order(ByteOrder.nativeOrder());
  private final long address = NativeMemory.IO.getDirectBufferAddress(memory);

  @Test
  void theHeaderOfARequest() {
    RequestHeader header = new RequestHeader();
    memory.putInt(0, 56).putInt(4, Opcode.INTERRUPT).putLong(8, 77).putLong(16, 5);
    memory.putInt(24, 1000).putInt(28, 100).putInt(32, 4711).putLong(40, 76);
    header.begin(address);
    assertThat(header.lengthBytes()).isEqualTo(56);
    assertThat(header.opcode()).isEqualTo(Opcode.INTERRUPT);
    assertThat(header.unique()).isEqualTo(77);
    assertThat(header.node()).isEqualTo(5);
    assertThat(header.caller().getUid()).isEqualTo(1000);
    assertThat(header.caller().getGid()).isEqualTo(100);
    assertThat(header.thread()).isEqualTo(4711);
    assertThat(header.interrupted()).isEqualTo(76);
  }

  @Test
  void theNegotiation() {
    memory.putInt(0, 7).putInt(4, 45).putInt(8, 131072).putInt(12, 0x1234).putInt(16, 0x10);
    assertThat(InitMessage.major(address)).isEqualTo(7);
    assertThat(InitMessage.minor(address)).isEqualTo(45);
    assertThat(InitMessage.maxReadAhead(address)).isEqualTo(131072);
    assertThat(InitMessage.flags(address)).isEqualTo(0x1234);
    assertThat(InitMessage.moreFlags(address)).isEqualTo(0x10);

    InitMessage.writeReply(address, 36, 131072, 0x55, 0x66, 64, 1 << 20, 256);
    assertThat(memory.getInt(0)).isEqualTo(7);
    assertThat(memory.getInt(4)).isEqualTo(36);
    assertThat(memory.getInt(8)).isEqualTo(131072);
    assertThat(memory.getInt(12)).isEqualTo(0x55);
    assertThat(memory.getShort(16)).isEqualTo((short) 64);
    assertThat(memory.getShort(18)).isEqualTo((short) 48);
    assertThat(memory.getInt(20)).isEqualTo(1 << 20);
    assertThat(memory.getInt(24)).isEqualTo(1);
    assertThat(memory.getShort(28)).isEqualTo((short) 256);
    assertThat(memory.getInt(32)).isEqualTo(0x66);
  }

  private static final Attributes FILE =
      Attributes.newBuilder()
          .setInode(9)
          .setSize(5000)
          .setMode(0100644)
          .setNlink(2)
          .setUid(1000)
          .setGid(100)
          .setRdev(0x803)
          .setAtimeS(-1)
          .setAtimeNs(11)
          .setMtimeS(2)
          .setMtimeNs(22)
          .setCtimeS(3)
          .setCtimeNs(33)
          .setChunkCount(1)
          .setAllocatedBlocks(2)
          .setChunkSizeBytes(1 << 20)
          .build();

  private void expectAttributesAt(int at) {
    assertThat(memory.getLong(at)).isEqualTo(9);
    assertThat(memory.getLong(at + 8)).isEqualTo(5000);
    assertThat(memory.getLong(at + 16)).as("blocks of 512 bytes").isEqualTo(16);
    assertThat(memory.getLong(at + 24)).isEqualTo(-1);
    assertThat(memory.getLong(at + 32)).isEqualTo(2);
    assertThat(memory.getLong(at + 40)).isEqualTo(3);
    assertThat(memory.getInt(at + 48)).isEqualTo(11);
    assertThat(memory.getInt(at + 52)).isEqualTo(22);
    assertThat(memory.getInt(at + 56)).isEqualTo(33);
    assertThat(memory.getInt(at + 60)).isEqualTo(0100644);
    assertThat(memory.getInt(at + 64)).isEqualTo(2);
    assertThat(memory.getInt(at + 68)).isEqualTo(1000);
    assertThat(memory.getInt(at + 72)).isEqualTo(100);
    assertThat(memory.getInt(at + 76)).isEqualTo(0x803);
    assertThat(memory.getInt(at + 80)).isEqualTo(1 << 20);
  }

  @Test
  void attributesAndNodes() {
    AttributesMessage message = new AttributesMessage(1_500, 2_250);
    assertThat(message.writeReply(address, FILE)).isEqualTo(104);
    assertThat(memory.getLong(0)).isEqualTo(1);
    assertThat(memory.getInt(8)).isEqualTo(500_000_000);
    expectAttributesAt(16);

    assertThat(message.writeEntry(address, FILE, true)).isEqualTo(128);
    assertThat(memory.getLong(0)).isEqualTo(9);
    assertThat(memory.getLong(8)).isZero();
    assertThat(memory.getLong(16)).isEqualTo(2);
    assertThat(memory.getLong(24)).isEqualTo(1);
    assertThat(memory.getInt(32)).isEqualTo(250_000_000);
    assertThat(memory.getInt(36)).isEqualTo(500_000_000);
    expectAttributesAt(40);
  }

  @Test
  void attributesWithTheBirthTime() {
    Attributes file =
        FILE.toBuilder()
            .setBtimeS(4)
            .setBtimeNs(44)
            .setInodeFlags(0x70)
            .setRdev(0x12300845)
            .build();
    assertThat(new AttributesMessage(1_500, 0).writeStatxReply(address, file)).isEqualTo(288);
    assertThat(memory.getLong(0)).isEqualTo(1);
    assertThat(memory.getInt(8)).isEqualTo(500_000_000);
    int at = 32;
    assertThat(memory.getInt(at)).as("mask").isEqualTo(0xfff);
    assertThat(memory.getInt(at + 4)).isEqualTo(1 << 20);
    assertThat(memory.getLong(at + 8)).as("attributes").isEqualTo(0x70);
    assertThat(memory.getInt(at + 16)).isEqualTo(2);
    assertThat(memory.getInt(at + 20)).isEqualTo(1000);
    assertThat(memory.getInt(at + 24)).isEqualTo(100);
    assertThat(memory.getShort(at + 28)).isEqualTo((short) 0100644);
    assertThat(memory.getLong(at + 32)).isEqualTo(9);
    assertThat(memory.getLong(at + 40)).isEqualTo(5000);
    assertThat(memory.getLong(at + 56)).as("attributes there are").isEqualTo(0x70);
    assertThat(memory.getLong(at + 64)).as("atime").isEqualTo(-1);
    assertThat(memory.getInt(at + 72)).isEqualTo(11);
    assertThat(memory.getLong(at + 80)).as("btime").isEqualTo(4);
    assertThat(memory.getInt(at + 88)).isEqualTo(44);
    assertThat(memory.getLong(at + 112)).as("mtime").isEqualTo(2);
    assertThat(memory.getInt(at + 120)).isEqualTo(22);
    assertThat(memory.getInt(at + 128)).as("major").isEqualTo(0x008);
    assertThat(memory.getInt(at + 132)).as("minor").isEqualTo(0x12345);
  }

  @Test
  void ioctls() {
    memory.putInt(12, 0x80086601).putInt(24, 8).putInt(28, 4).putInt(32, 77);
    assertThat(IoctlRequest.command(address)).isEqualTo(0x80086601);
    assertThat(IoctlRequest.argumentBytes(address)).isEqualTo(8);
    assertThat(IoctlRequest.answerBytes(address)).isEqualTo(4);
    assertThat(memory.getInt((int) (IoctlRequest.argument(address) - address))).isEqualTo(77);
  }

  @Test
  void aChangeOfAttributes() {
    memory.putLong(16, 70).putLong(32, 1).putLong(40, 2).putInt(56, 3).putInt(60, 4);
    memory.putInt(68, 0100755).putInt(76, 1000).putInt(80, 100);
    memory.putInt(0, 0x3f);
    SetAttributes all = SetattrRequest.change(address, 9);
    assertThat(all.getInode()).isEqualTo(9);
    assertThat(all.getMode()).isEqualTo(0755);
    assertThat(all.getUid()).isEqualTo(1000);
    assertThat(all.getGid()).isEqualTo(100);
    assertThat(all.getSize()).isEqualTo(70);
    assertThat(all.getAtime().getSeconds()).isEqualTo(1);
    assertThat(all.getAtime().getNanoseconds()).isEqualTo(3);
    assertThat(all.getMtime().getSeconds()).isEqualTo(2);
    assertThat(all.getMtime().getNanoseconds()).isEqualTo(4);

    memory.putInt(0, 0x1b0);
    SetAttributes now = SetattrRequest.change(address, 9);
    assertThat(now.hasMode() || now.hasUid() || now.hasGid() || now.hasSize()).isFalse();
    assertThat(now.getAtime().getNow()).isTrue();
    assertThat(now.getMtime().getNow()).isTrue();
  }

  @Test
  void aChangeThatOnlyTakesPrivilegesAway() {
    memory.putInt(0, SetattrRequest.SIZE | 1 << 11).putLong(16, 70);
    SetAttributes cut = SetattrRequest.change(address, 9);
    assertThat(cut.getSize()).isEqualTo(70);
    assertThat(cut.getClearSetIdBits()).isTrue();

    memory.putInt(0, SetattrRequest.SIZE);
    assertThat(SetattrRequest.change(address, 9).getClearSetIdBits()).isFalse();

    int ofHandle = 1 << 6;
    memory.putInt(0, ofHandle);
    assertThat(SetattrRequest.change(address, 9).getClearSetIdBits()).isTrue();
  }

  @Test
  void extendedAttributes() {
    memory.putInt(0, 5).putInt(4, 2).putInt(8, 1);
    memory.put(16, "user.a\0value".getBytes(UTF_8));
    assertThat(XattrMessage.change(address, 9))
        .isEqualTo(
            SetExtendedAttribute.newBuilder()
                .setInode(9)
                .setName(ByteString.copyFromUtf8("user.a"))
                .setValue(ByteString.copyFromUtf8("value"))
                .setFlags(2)
                .setClearSetGroupId(true)
                .build());

    memory.putInt(0, 100).put(8, "user.a\0".getBytes(UTF_8));
    assertThat(XattrMessage.nameOfGet(address).toStringUtf8()).isEqualTo("user.a");

    ByteString value = ByteString.copyFromUtf8("value");
    long reply = address + 1024;
    assertThat(XattrMessage.writeReply(reply, address, value)).isEqualTo(5);
    assertThat(memory.get(1024)).isEqualTo((byte) 'v');
    memory.putInt(0, 4);
    assertThat(XattrMessage.writeReply(reply, address, value)).isEqualTo(-Errno.ERANGE.code());
    memory.putInt(0, 0);
    assertThat(XattrMessage.writeReply(reply, address, value)).isEqualTo(8);
    assertThat(memory.getInt(1024)).isEqualTo(5);
  }

  @Test
  void readsAndWrites() {
    int append = OpenFlags.O_WRONLY | OpenFlags.O_APPEND;
    memory.putLong(0, 3).putLong(8, 4096).putInt(16, 512).putInt(20, 4).putInt(32, append);
    assertThat(TransferRequest.handle(address)).isEqualTo(3);
    assertThat(TransferRequest.offset(address)).isEqualTo(4096);
    assertThat(TransferRequest.sizeBytes(address)).isEqualTo(512);
    assertThat(TransferRequest.clearsSetIdBits(address)).isTrue();
    assertThat(TransferRequest.writeFlags(address)).isEqualTo(append);
    memory.putInt(20, 1);
    assertThat(TransferRequest.clearsSetIdBits(address)).isFalse();
    assertThat(TransferRequest.writeFlags(address)).isEqualTo(OpenFlags.O_WRONLY);

    assertThat(TransferRequest.writeReply(address, 512)).isEqualTo(8);
    assertThat(memory.getInt(0)).isEqualTo(512);
  }

  @Test
  void ranges() {
    memory.putLong(0, 3).putLong(8, 4096).putLong(16, 1L << 40).putInt(24, 0x11);
    assertThat(FallocateRequest.handle(address)).isEqualTo(3);
    assertThat(FallocateRequest.offset(address)).isEqualTo(4096);
    assertThat(FallocateRequest.length(address)).isEqualTo(1L << 40);
    assertThat(FallocateRequest.mode(address)).isEqualTo(0x11);

    memory.putInt(16, 4);
    assertThat(SeekRequest.handle(address)).isEqualTo(3);
    assertThat(SeekRequest.offset(address)).isEqualTo(4096);
    assertThat(SeekRequest.whence(address)).isEqualTo(4);
    assertThat(SeekRequest.writeReply(address, 1L << 41)).isEqualTo(8);
    assertThat(memory.getLong(0)).isEqualTo(1L << 41);
  }

  @Test
  void copies() {
    for (int field = 0; field < 7; field++) {
      memory.putLong(8 * field, 100 + field);
    }
    assertThat(CopyRequest.sourceHandle(address)).isEqualTo(100);
    assertThat(CopyRequest.sourceOffset(address)).isEqualTo(101);
    assertThat(CopyRequest.targetNode(address)).isEqualTo(102);
    assertThat(CopyRequest.targetHandle(address)).isEqualTo(103);
    assertThat(CopyRequest.targetOffset(address)).isEqualTo(104);
    assertThat(CopyRequest.length(address)).isEqualTo(105);
    assertThat(CopyRequest.flags(address)).isEqualTo(106);
    assertThat(CopyRequest.writeReply64(address, 1L << 40)).isEqualTo(8);
    assertThat(memory.getLong(0)).isEqualTo(1L << 40);
  }

  @Test
  void locks() throws Exception {
    memory.putLong(0, 3).putLong(8, 0x1122334455667788L).putLong(16, 10).putLong(24, 19);
    memory.putInt(32, 1).putInt(36, 4711).putInt(40, 0);
    Lock asked =
        Lock.newBuilder()
            .setOwner(0x1122334455667788L)
            .setType(Lock.Type.WRITE)
            .setStart(10)
            .setEnd(19)
            .setPid(4711)
            .build();
    assertThat(LockMessage.handle(address)).isEqualTo(3);
    assertThat(LockMessage.lock(address)).isEqualTo(asked);
    memory.putInt(32, 0).putInt(40, 1);
    assertThat(LockMessage.lock(address).getType()).isEqualTo(Lock.Type.READ);
    assertThat(LockMessage.lock(address).getKind()).isEqualTo(Lock.Kind.WHOLE_FILE);
    memory.putInt(32, 2);
    assertThat(LockMessage.lock(address).getType()).isEqualTo(Lock.Type.UNLOCKED);

    assertThat(LockMessage.writeReply(address, Optional.of(asked))).isEqualTo(24);
    assertThat(memory.getLong(0)).isEqualTo(10);
    assertThat(memory.getLong(8)).isEqualTo(19);
    assertThat(memory.getInt(16)).isEqualTo(1);
    assertThat(memory.getInt(20)).isEqualTo(4711);
    LockMessage.writeReply(address, Optional.empty());
    assertThat(memory.getInt(16)).as("F_UNLCK").isEqualTo(2);
  }

  @Test
  void flushes() {
    memory.putLong(0, 3).putLong(16, 0x1122334455667788L);
    assertThat(FlushRequest.handle(address)).isEqualTo(3);
    assertThat(FlushRequest.lockOwner(address)).isEqualTo(0x1122334455667788L);
  }

  @Test
  void opens() {
    assertThat(OpenReply.write(address, 8, KernelCache.Decision.BYPASS_PAGES)).isEqualTo(16);
    assertThat(memory.getLong(0)).isEqualTo(8);
    assertThat(memory.getInt(8)).isEqualTo(1);
    OpenReply.write(address, 8, KernelCache.Decision.KEEP_PAGES);
    assertThat(memory.getInt(8)).isEqualTo(2);
    OpenReply.write(address, 8, KernelCache.Decision.DROP_PAGES);
    assertThat(memory.getInt(8)).isZero();
  }

  @Test
  void statistics() {
    FileSystemStatistics statistics =
        FileSystemStatistics.newBuilder()
            .setTotalBytes(4096 * 100)
            .setAvailableBytes(4096 * 40)
            .setInodes(7)
            .setInodesLimit(50)
            .setNameMaxBytes(255)
            .build();
    assertThat(StatfsReply.write(address, statistics)).isEqualTo(80);
    assertThat(memory.getLong(0)).isEqualTo(100);
    assertThat(memory.getLong(8)).isEqualTo(40);
    assertThat(memory.getLong(16)).isEqualTo(40);
    assertThat(memory.getLong(24)).isEqualTo(50);
    assertThat(memory.getLong(32)).isEqualTo(43);
    assertThat(memory.getInt(40)).isEqualTo(4096);
    assertThat(memory.getInt(44)).isEqualTo(255);
    assertThat(memory.getInt(48)).isEqualTo(4096);
  }

  @Test
  void directoryEntriesUntilTheReplyIsFull() {
    DirectoryReply reply = DirectoryReply.ofNames(address, 70);
    assertThat(reply.offer(ByteString.copyFromUtf8("a"), entry(5, 0100644), 3)).isTrue();
    assertThat(reply.offer(ByteString.copyFromUtf8("12345678"), entry(6, 0040755), 4)).isTrue();
    assertThat(reply.offer(ByteString.copyFromUtf8("c"), entry(7, 0100644), 5)).isFalse();
    assertThat(reply.bytes()).isEqualTo(64);
    assertThat(memory.getLong(0)).isEqualTo(5);
    assertThat(memory.getLong(8)).isEqualTo(3);
    assertThat(memory.getInt(16)).isEqualTo(1);
    assertThat(memory.getInt(20)).as("DT_REG").isEqualTo(8);
    assertThat(memory.get(24)).isEqualTo((byte) 'a');
    assertThat(memory.getLong(32)).isEqualTo(6);
    assertThat(memory.getInt(32 + 20)).as("DT_DIR").isEqualTo(4);
  }

  @Test
  void directoryEntriesWithWhatALookupWouldAnswer() {
    DirectoryReply reply =
        DirectoryReply.withLookups(
            address, 330, (at, name, attributes) -> memory.putLong((int) (at - address), 77));
    assertThat(reply.offer(ByteString.copyFromUtf8("a"), entry(5, 0100644), 3)).isTrue();
    assertThat(reply.offer(ByteString.copyFromUtf8("b"), entry(6, 0100644), 4)).isTrue();
    assertThat(reply.offer(ByteString.copyFromUtf8("c"), entry(7, 0100644), 5)).isFalse();
    assertThat(reply.bytes()).isEqualTo(2 * (128 + 32));
    assertThat(memory.getLong(0)).isEqualTo(77);
    assertThat(memory.getLong(128)).isEqualTo(5);
    assertThat(memory.getLong(160)).isEqualTo(77);
    assertThat(memory.getLong(160 + 128)).isEqualTo(6);
  }

  private static Attributes entry(long inode, int mode) {
    return Attributes.newBuilder().setInode(inode).setMode(mode).build();
  }
}
