package org.distrifs.fuse.driver.jnrfuse;

import com.google.protobuf.ByteString;
import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallContextCache;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.operations.DirectoryEntrySink;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.control.Attributes;

/** The callbacks that work on open directories. */
final class DirectoryCallbacks {

  /** {@code int (*fuse_fill_dir_t)(void *buf, const char *name, const struct stat *, off_t)}. */
  private static final CallContext FILL_DIR =
      CallContextCache.getInstance()
          .getCallContext(
              Type.SINT32,
              new Type[] {Type.POINTER, Type.POINTER, Type.POINTER, Type.SINT64},
              CallingConvention.DEFAULT,
              false);

  private static final int FULL = 1;

  /** Short names in the page of 4 KiB that libfuse asks for at a time, and some pages to come. */
  private static final int ROOM_ENTRIES = 512;

  /** Native memory for one entry: a name with its NUL, and a stat. One for each thread. */
  private static final ThreadLocal<EntryMemory> ENTRY = ThreadLocal.withInitial(EntryMemory::new);

  private static final class EntryMemory {
    private final ByteBuffer buffer =
        ByteBuffer.allocateDirect(StatWriter.STAT_BYTES + FuseOperations.NAME_MAX_BYTES + 1);
    private final long stat = NativeMemory.IO.getDirectBufferAddress(buffer);
    private final long name = stat + StatWriter.STAT_BYTES;
  }

  private final FuseOperations operations;
  private final PathResolver paths;

  DirectoryCallbacks(FuseOperations operations, PathResolver paths) {
    this.operations = operations;
    this.paths = paths;
  }

  void opendir(long path, long info) throws IOException {
    FileInfo.setHandle(info, operations.opendir(paths.inode(path)));
  }

  void readdir(long buffer, long fillDir, long offset, long info) throws IOException {
    EntryMemory memory = ENTRY.get();
    DirectoryEntrySink sink =
        (name, attributes, nextOffset) ->
            fill(memory, buffer, fillDir, name, attributes, nextOffset);
    operations.readdir(FileInfo.handle(info), offset, ROOM_ENTRIES, sink);
  }

  private static boolean fill(
      EntryMemory memory,
      long buffer,
      long fillDir,
      ByteString name,
      Attributes attributes,
      long nextOffset) {
    NativeMemory.putString(memory.name, name);
    StatWriter.current().writeEntry(memory.stat, attributes.getInode(), attributes.getMode());
    long answer =
        Invoker.getInstance()
            .invokeN4(FILL_DIR, fillDir, buffer, memory.name, memory.stat, nextOffset);
    return (int) answer != FULL;
  }

  void releasedir(long info) throws IOException {
    operations.releasedir(FileInfo.handle(info));
  }

  void fsyncdir(long info) throws IOException {
    operations.fsyncdir(FileInfo.handle(info));
  }
}
