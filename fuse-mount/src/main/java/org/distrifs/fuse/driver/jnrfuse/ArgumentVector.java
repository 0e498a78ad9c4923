package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.distrifs.fuse.driver.NativeMemory;

/** {@code argc} and {@code argv} of a C function, which does not change them. */
final class ArgumentVector implements AutoCloseable {
  private final long address;
  private final long[] strings;

  ArgumentVector(List<String> arguments) {
    strings = new long[arguments.size()];
    address = NativeMemory.allocate((arguments.size() + 1L) * Long.BYTES);
    for (int index = 0; index < strings.length; index++) {
      strings[index] =
          NativeMemory.allocateString(arguments.get(index).getBytes(StandardCharsets.UTF_8));
      IO.putAddress(address + (long) index * Long.BYTES, strings[index]);
    }
  }

  int count() {
    return strings.length;
  }

  /** A null pointer stands behind the last string. */
  long address() {
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
