package org.distrifs.fuse.driver.jnrfuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.FileSystemStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The offsets that the C compiler gives on x86-64 (see native-notes, which has the program that
 * prints them).
 */
@EnabledOnOs(architectures = "amd64", value = OS.LINUX)
class NativeLayoutTest {
  private static final int FILE_INFO_BYTES = 40;

  @Test
  void theOperationTableIsLaidOutAsInFuseH() {
    FuseOperations table = new FuseOperations(Runtime.getSystemRuntime());
    assertThat(table.getattr.offset()).isZero();
    assertThat(table.bmap.offset()).isEqualTo(296);
    assertThat(table.ioctl.offset()).isEqualTo(312);
    assertThat(table.fallocate.offset()).isEqualTo(352);
    assertThat(Struct.size(table)).isEqualTo(360);
  }

  @Test
  void fileInfoIsReadAndWrittenWhereLibfuseHasIt() {
    ByteBuffer memory = memory(FILE_INFO_BYTES);
    long info = NativeMemory.IO.getDirectBufferAddress(memory);
    memory.putInt(0, OpenFlags.O_APPEND).putLong(24, 77);

    assertThat(FileInfo.flags(info)).isEqualTo(OpenFlags.O_APPEND);
    assertThat(FileInfo.handle(info)).isEqualTo(77);
    assertThat(FileInfo.writeFlags(info)).isEqualTo(OpenFlags.O_APPEND);
    memory.putInt(16, 1);
    assertThat(FileInfo.writeFlags(info)).as("of pages written back").isZero();

    FileInfo.setHandle(info, 5);
    assertThat(memory.getLong(24)).isEqualTo(5);
    FileInfo.setCaching(info, KernelCache.Decision.BYPASS_PAGES);
    assertThat(memory.getInt(20)).isEqualTo(1);
    FileInfo.setCaching(info, KernelCache.Decision.KEEP_PAGES);
    assertThat(memory.getInt(20)).isEqualTo(2);
    FileInfo.setCaching(info, KernelCache.Decision.DROP_PAGES);
    assertThat(memory.getInt(20)).isZero();
  }

  @Test
  void attributesAreWrittenWhereStatHasThem() {
    assertThat(StatWriter.STAT_BYTES).isEqualTo(144);
    ByteBuffer stat = memory(StatWriter.STAT_BYTES);
    Attributes attributes =
        Attributes.newBuilder()
            .setInode(0x1122334455667788L)
            .setMode(0x8000 | 0640)
            .setNlink(3)
            .setUid(1001)
            .setGid(0xffff_fff0)
            .setRdev(0x103)
            .setSize(10_000)
            .setAtimeS(-5)
            .setAtimeNs(1)
            .setMtimeS(1L << 33)
            .setMtimeNs(999_999_999)
            .setCtimeS(7)
            .setCtimeNs(8)
            .setChunkSizeBytes(64 << 20)
            .setChunkCount(1)
            .setAllocatedBlocks(3)
            .build();

    StatWriter.current().write(NativeMemory.IO.getDirectBufferAddress(stat), attributes, 1);

    assertThat(stat.getLong(8)).isEqualTo(0x1122334455667788L);
    assertThat(stat.getLong(16)).as("links, one of them extra").isEqualTo(4);
    assertThat(stat.getInt(24)).isEqualTo(0x8000 | 0640);
    assertThat(stat.getInt(28)).isEqualTo(1001);
    assertThat(stat.getInt(32)).isEqualTo(0xffff_fff0);
    assertThat(stat.getLong(40)).isEqualTo(0x103);
    assertThat(stat.getLong(48)).isEqualTo(10_000);
    assertThat(stat.getLong(56)).isEqualTo(128 << 10);
    assertThat(stat.getLong(64)).as("in units of 512 bytes").isEqualTo(24);
    assertThat(stat.getLong(72)).isEqualTo(-5);
    assertThat(stat.getLong(80)).isEqualTo(1);
    assertThat(stat.getLong(88)).isEqualTo(1L << 33);
    assertThat(stat.getLong(96)).isEqualTo(999_999_999);
    assertThat(stat.getLong(104)).isEqualTo(7);
    assertThat(stat.getLong(112)).isEqualTo(8);
  }

  @Test
  void statisticsAreWrittenWhereStatvfsHasThem() {
    ByteBuffer statvfs = memory(112);
    StatWriter.write(
        NativeMemory.IO.getDirectBufferAddress(statvfs),
        FileSystemStatistics.newBuilder()
            .setTotalBytes(1 << 30)
            .setAvailableBytes(1 << 29)
            .setInodes(10)
            .setInodesLimit(1000)
            .setNameMaxBytes(255)
            .build());

    assertThat(statvfs.getLong(0)).isEqualTo(4096);
    assertThat(statvfs.getLong(8)).isEqualTo(4096);
    assertThat(statvfs.getLong(16)).isEqualTo((1 << 30) / 4096);
    assertThat(statvfs.getLong(24)).isEqualTo((1 << 29) / 4096);
    assertThat(statvfs.getLong(32)).isEqualTo((1 << 29) / 4096);
    assertThat(statvfs.getLong(40)).isEqualTo(1000);
    assertThat(statvfs.getLong(48)).isEqualTo(990);
    assertThat(statvfs.getLong(56)).isEqualTo(990);
    assertThat(statvfs.getLong(80)).isEqualTo(255);
  }

  private static ByteBuffer memory(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
