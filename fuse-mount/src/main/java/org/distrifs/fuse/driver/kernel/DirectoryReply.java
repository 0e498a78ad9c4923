package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import org.distrifs.fuse.operations.DirectoryEntrySink;
import org.distrifs.proto.control.Attributes;

/**
 * The reply to READDIR and READDIRPLUS: entries one behind the other, each a {@code struct
 * fuse_dirent}, filled up to a multiple of 8 bytes. With READDIRPLUS what LOOKUP of the name would
 * answer stands before each ({@code struct fuse_direntplus}).
 *
 * <pre>
 * 0 uint64 ino   8 uint64 off   16 uint32 namelen   20 uint32 type   24 the name, without a NUL
 * </pre>
 */
final class DirectoryReply implements DirectoryEntrySink {
  private static final int NAME = 24;
  private static final int ALIGNMENT = 8;

  /** Of a name, to guess how many entries fit. */
  private static final int USUAL_NAME_BYTES = 16;

  /** From the type bits of a mode to those of {@code readdir(3)}. */
  private static final int TYPE_SHIFT = 12;

  /** Writes what a LOOKUP of an entry would answer. */
  @FunctionalInterface
  interface LookupWriter {
    void write(long at, ByteString name, Attributes attributes);
  }

  private final long reply;
  private final int capacityBytes;
  private final int lookupBytes;
  private final LookupWriter lookup;
  private int bytes;

  private DirectoryReply(long reply, int capacityBytes, int lookupBytes, LookupWriter lookup) {
    this.reply = reply;
    this.capacityBytes = capacityBytes;
    this.lookupBytes = lookupBytes;
    this.lookup = lookup;
  }

  /** For READDIR. */
  static DirectoryReply ofNames(long reply, int capacityBytes) {
    return new DirectoryReply(reply, capacityBytes, 0, (at, name, attributes) -> {});
  }

  /** For READDIRPLUS. */
  static DirectoryReply withLookups(long reply, int capacityBytes, LookupWriter lookup) {
    return new DirectoryReply(reply, capacityBytes, AttributesMessage.ENTRY_BYTES, lookup);
  }

  /** About how many entries fit. */
  int roomEntries() {
    return capacityBytes / (lookupBytes + NAME + USUAL_NAME_BYTES);
  }

  /** Of the entries that were taken. */
  int bytes() {
    return bytes;
  }

  @Override
  public boolean offer(ByteString name, Attributes attributes, long nextOffset) {
    int length = NAME + name.size();
    int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (lookupBytes + padded > capacityBytes - bytes) {
      return false;
    }
    lookup.write(reply + bytes, name, attributes);
    long at = reply + bytes + lookupBytes;
    IO.putLong(at, attributes.getInode());
    IO.putLong(at + 8, nextOffset);
    IO.putInt(at + 16, name.size());
    IO.putInt(at + 20, attributes.getMode() >>> TYPE_SHIFT & 0xf);
    IO.putByteArray(at + NAME, name.toByteArray(), 0, name.size());
    IO.setMemory(at + length, padded - length, (byte) 0);
    bytes += lookupBytes + padded;
    return true;
  }
}
