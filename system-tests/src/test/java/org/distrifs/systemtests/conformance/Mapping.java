package org.distrifs.systemtests.conformance;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.systemtests.conformance.SystemCalls.LIBC;

import java.nio.charset.StandardCharsets;

/** Mapped bytes of a file, until it is closed. */
final class Mapping implements AutoCloseable {
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;

  private static final int MS_SYNC = 4;

  private final long address;
  private final long bytes;

  private Mapping(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /** See {@code mmap(2)}. */
  static Mapping of(int descriptor, long bytes, int protection, int flags) {
    return of(descriptor, bytes, protection, flags, 0);
  }

  static Mapping of(int descriptor, long bytes, int protection, int flags, long offset) {
    long address = LIBC.syscall(Machine.MMAP, 0, bytes, protection, flags, descriptor, offset);
    if (address == -1) {
      throw new CallFailed("mmap", Errno.of(SystemCalls.lastErrno()));
    }
    return new Mapping(address, bytes);
  }

  void put(long at, String text) {
    IO.putByteArray(address + at, Calls.bytes(text), 0, text.length());
  }

  String get(long at, int length) {
    byte[] seen = new byte[length];
    IO.getByteArray(address + at, seen, 0, length);
    return new String(seen, StandardCharsets.ISO_8859_1);
  }

  /** {@code msync} until all is written. */
  void sync() {
    if (LIBC.msync(address, bytes, MS_SYNC) != 0) {
      throw new CallFailed("msync", Errno.of(SystemCalls.lastErrno()));
    }
  }

  @Override
  public void close() {
    if (LIBC.munmap(address, bytes) != 0) {
      throw new CallFailed("munmap", Errno.of(SystemCalls.lastErrno()));
    }
  }
}
