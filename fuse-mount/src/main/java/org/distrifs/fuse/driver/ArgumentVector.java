package org.distrifs.fuse.driver;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code argc} and {@code argv} of a C function, or its {@code envp}; it does not change them. */
public final class ArgumentVector implements AutoCloseable {
  private final long address;
  private final long[] strings;

  public ArgumentVector(List<String> arguments) {
    strings = new long[arguments.size()];
    address = NativeMemory.allocate((arguments.size() + 1L) * Long.BYTES);
    for (int index = 0; index < strings.length; index++) {
      strings[index] =
          NativeMemory.allocateString(arguments.get(index).getBytes(StandardCharsets.UTF_8));
      IO.putAddress(address + (long) index * Long.BYTES, strings[index]);
    }
  }

  public int count() {
    return strings.length;
  }

  /** A null pointer stands behind the last string. */
  public long address() {
    return address;
  }

  @Override
  public void close() {
    for (long string : strings) {
      NativeMemory.free(string);
    }
    NativeMemory.free(address);
  }
}
