package org.distrifs.fuse.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;

/** Memory outside of the Java heap by address. Callers answer for the addresses. */
public final class NativeMemory {

  public static final MemoryIO IO = MemoryIO.getInstance();

  private NativeMemory() {}

  /** Zeroed memory, to be freed with {@link #free}. */
  public static long allocate(long bytes) {
    return IO.allocateMemory(bytes, true);
  }

  public static void free(long address) {
    IO.freeMemory(address);
  }

  /** A copy of {@code bytes} with a final NUL, to be freed with {@link #free}. */
  public static long allocateString(byte[] bytes) {
    long address = allocate(bytes.length + 1L);
    IO.putByteArray(address, bytes, 0, bytes.length);
    return address;
  }

  /** The bytes of a C string, without its NUL. */
  public static byte[] string(long address) {
    return IO.getZeroTerminatedByteArray(address);
  }

  /** As {@link #string}, immutable. */
  public static ByteString name(long address) {
    return UnsafeByteOperations.unsafeWrap(string(address));
  }

  /** Stores {@code bytes} and a final NUL. */
  public static void putString(long address, ByteString bytes) {
    IO.putByteArray(address, bytes.toByteArray(), 0, bytes.size());
    IO.putByte(address + bytes.size(), (byte) 0);
  }

  /** A view, not a copy: it must not be used once the native side has freed the memory. */
  public static ByteBuffer view(long address, int length) {
    return IO.newDirectByteBuffer(address, length);
  }
}
