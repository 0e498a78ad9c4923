package org.distrifs.fuse.driver;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import org.distrifs.proto.control.Caller;

/**
 * The first 40 bytes of a request of the kernel, where they lie in a receive buffer: {@code struct
 * fuse_in_header} of {@code include/uapi/linux/fuse.h}, in the byte order of the machine. One
 * object is moved from request to request; not thread-safe.
 *
 * <pre>
 *  0 uint32 length of the whole request
 *  4 uint32 opcode
 *  8 uint64 unique
 * 16 uint64 node
 * 24 uint32 uid, 28 uint32 gid, 32 uint32 thread of the caller
 * </pre>
 */
public class RequestHeader {
  /** Where the body begins. */
  public static final int BYTES = 40;

  private static final int OPCODE = 4;
  private static final int UNIQUE = 8;
  private static final int NODE = 16;
  private static final int UID = 24;
  private static final int GID = 28;
  private static final int THREAD = 32;

  private long buffer;

  /** Begins the request in {@code buffer}, which stays as it is until {@link #end}. */
  public final void begin(long address) {
    buffer = address;
  }

  public final void end() {
    buffer = 0;
  }

  /** The address of the body. */
  public final long body() {
    return buffer + BYTES;
  }

  /** Bytes of header and body. */
  public final int lengthBytes() {
    return IO.getInt(buffer);
  }

  /** What is asked; 0 outside of a request. */
  public final int opcode() {
    return buffer == 0 ? 0 : IO.getInt(buffer + OPCODE);
  }

  /** The kernel's number of the request. */
  public final long unique() {
    return IO.getLong(buffer + UNIQUE);
  }

  /** The thread that asks; 0 when it is in no process namespace that this process sees. */
  public final int thread() {
    return IO.getInt(buffer + THREAD);
  }

  /** Of an INTERRUPT: the number of the request whose caller got a signal. */
  public final long interrupted() {
    return IO.getLong(body());
  }

  /** The node that the request is about; 0 if there is none. */
  public final long node() {
    return buffer == 0 ? 0 : IO.getLong(buffer + NODE);
  }

  /** Makes the request one about another node. */
  public final void redirect(long node) {
    IO.putLong(buffer + NODE, node);
  }

  /** The caller with its supplementary groups, which have to be looked for. */
  public final Caller callerWithGroups() {
    return caller().toBuilder().addAllGroups(CallerGroups.of(thread())).build();
  }

  public final Caller caller() {
    if (buffer == 0) {
      return Caller.getDefaultInstance();
    }
    return Caller.newBuilder()
        .setUid(IO.getInt(buffer + UID))
        .setGid(IO.getInt(buffer + GID))
        .build();
  }
}
