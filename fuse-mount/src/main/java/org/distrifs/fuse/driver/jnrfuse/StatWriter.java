package org.distrifs.fuse.driver.jnrfuse;

import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.distrifs.fuse.driver.AllocatedBlocks;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.FileSystemStatistics;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * Writes {@code struct stat} and {@code struct statvfs}, whose layouts differ between architectures
 * and come from jnr-fuse. Its structs are views that are moved from one address to the next, so
 * each thread has its own.
 */
final class StatWriter {
  /** What programs should read and write at a time: one request of the driver. */
  static final int PREFERRED_IO_BYTES = 128 << 10;

  private static final int PAGE_BYTES = 4096;

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();
  private static final ThreadLocal<StatWriter> CURRENT = ThreadLocal.withInitial(StatWriter::new);

  /** Bytes that memory for a {@code struct stat} needs. */
  static final int STAT_BYTES = jnr.ffi.Struct.size(new FileStat(RUNTIME));

  private final FileStat stat = new FileStat(RUNTIME);

  static StatWriter current() {
    return CURRENT.get();
  }

  /**
   * @param address of zeroed memory
   * @param extraLinks added to the link count
   */
  void write(long address, Attributes attributes, int extraLinks) {
    stat.useMemory(Pointer.wrap(RUNTIME, address));
    stat.st_ino.set(attributes.getInode());
    stat.st_mode.set(attributes.getMode());
    stat.st_nlink.set(attributes.getNlink() + extraLinks);
    stat.st_uid.set(attributes.getUid());
    stat.st_gid.set(attributes.getGid());
    stat.st_rdev.set(attributes.getRdev());
    stat.st_size.set(attributes.getSize());
    stat.st_blksize.set(PREFERRED_IO_BYTES);
    stat.st_blocks.set(AllocatedBlocks.of(attributes));
    set(stat.st_atim, attributes.getAtimeS(), attributes.getAtimeNs());
    set(stat.st_mtim, attributes.getMtimeS(), attributes.getMtimeNs());
    set(stat.st_ctim, attributes.getCtimeS(), attributes.getCtimeNs());
  }

  /** What the answer to a directory read needs: the inode and the type. */
  void writeEntry(long address, long inode, int mode) {
    stat.useMemory(Pointer.wrap(RUNTIME, address));
    stat.st_ino.set(inode);
    stat.st_mode.set(mode);
  }

  static void write(long address, FileSystemStatistics statistics) {
    Statvfs statvfs = Statvfs.of(Pointer.wrap(RUNTIME, address));
    long available = statistics.getAvailableBytes() / PAGE_BYTES;
    long freeInodes = Math.max(0, statistics.getInodesLimit() - statistics.getInodes());
    // Programs there are that multiply with it what is counted in units of f_frsize.
    statvfs.f_bsize.set(PAGE_BYTES);
    statvfs.f_frsize.set(PAGE_BYTES);
    statvfs.f_blocks.set(statistics.getTotalBytes() / PAGE_BYTES);
    statvfs.f_bfree.set(Math.max(available, statistics.getFreeBytes() / PAGE_BYTES));
    statvfs.f_bavail.set(available);
    statvfs.f_files.set(statistics.getInodesLimit());
    statvfs.f_ffree.set(freeInodes);
    statvfs.f_favail.set(freeInodes);
    statvfs.f_namemax.set(statistics.getNameMaxBytes());
  }

  private static void set(Timespec timespec, long seconds, int nanoseconds) {
    timespec.tv_sec.set(seconds);
    timespec.tv_nsec.set(nanoseconds);
  }
}
