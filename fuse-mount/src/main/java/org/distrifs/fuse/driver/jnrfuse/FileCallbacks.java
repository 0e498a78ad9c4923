package org.distrifs.fuse.driver.jnrfuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.fuse.driver.Fallocation;
import org.distrifs.fuse.driver.FlagsIoctl;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.jnrfuse.PathResolver.EntryName;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OpenedFile;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** The callbacks that work on open files. Their paths are null: the handle says it all. */
final class FileCallbacks {

  /** Tells the kernel that its attributes of a node are out of date. */
  @FunctionalInterface
  interface AttributeInvalidation {
    void invalidate(long node);
  }

  private static final int MASKED_BY_KERNEL = 0;

  /** {@code FUSE_IOCTL_DIR}. */
  private static final int IOCTL_OF_DIRECTORY = 1 << 4;

  private final FuseOperations operations;
  private final OperationMetrics metrics;
  private final PathResolver paths;
  private final HiddenFiles hidden;
  private final KernelCache kernelCache;
  private final AttributeInvalidation attributeInvalidation;

  FileCallbacks(
      FuseOperations operations,
      OperationMetrics metrics,
      PathResolver paths,
      HiddenFiles hidden,
      KernelCache kernelCache,
      AttributeInvalidation attributeInvalidation) {
    this.operations = operations;
    this.metrics = metrics;
    this.paths = paths;
    this.hidden = hidden;
    this.kernelCache = kernelCache;
    this.attributeInvalidation = attributeInvalidation;
  }

  void create(long path, int mode, long info) throws IOException {
    Request request = Request.current();
    int flags = FileInfo.flags(info);
    OpenedFile created =
        paths.walk(
            walk -> {
              EntryName entry = walk.entryName(path);
              return walk.checked()
                  .create(
                      entry.parent(),
                      entry.name(),
                      mode,
                      MASKED_BY_KERNEL,
                      flags,
                      request.clearsSetIdBits(),
                      request.callerWithGroups());
            });
    // The request names the folder's node; the new file has none yet.
    accept(0, created, info, flags);
  }

  void open(long path, long info) throws IOException {
    Request request = Request.current();
    int flags = FileInfo.flags(info);
    long hiddenInode = hidden.inode(PathResolver.lastName(path)).orElse(0L);
    OpenedFile opened;
    if (hiddenInode != 0) {
      opened =
          operations.open(
              hiddenInode, flags, request.clearsSetIdBits(), request.callerWithGroups());
    } else {
      opened = openNamed(path, flags, request);
    }
    Attributes attributes = opened.attributes();
    if (kernelCache.mayHoldOlder(attributes)) {
      // Of attributes alone, on this thread: no page is waited for, so nothing can wait for us.
      attributeInvalidation.invalidate(request.node());
    }
    accept(request.node(), opened, info, flags);
  }

  private OpenedFile openNamed(long path, int flags, Request request) throws IOException {
    try {
      return paths.walk(
          walk -> {
            EntryName entry = walk.entryName(path);
            return walk.checked()
                .open(
                    entry.parent(),
                    entry.name(),
                    flags,
                    request.clearsSetIdBits(),
                    request.callerWithGroups());
          });
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT && request.opcode() == Request.OPEN) {
        // The kernel believes that it is there; it has to look, since it may be about to make it.
        throw new ErrnoException(Errno.ESTALE, "open by a name that is gone", e);
      }
      throw e;
    }
  }

  private void accept(long node, OpenedFile opened, long info, int flags) throws IOException {
    FileInfo.setHandle(info, opened.handle());
    // Looked at once more: the file may have been written here since they came from the master.
    long askedAt = kernelCache.now();
    Attributes current = operations.getattrOfHandle(opened.handle());
    FileInfo.setCaching(info, kernelCache.opened(node, opened.handle(), current, flags, askedAt));
  }

  int read(long buffer, long size, long offset, long info) throws IOException {
    ByteBuffer target = NativeMemory.view(buffer, Math.toIntExact(size));
    long handle = FileInfo.handle(info);
    kernelCache.used(Request.current().node(), handle);
    int count = operations.read(handle, offset, target);
    metrics.read(count);
    return count;
  }

  int write(long buffer, long size, long offset, long info) throws IOException {
    ByteBuffer source = NativeMemory.view(buffer, Math.toIntExact(size));
    Request request = Request.current();
    long handle = FileInfo.handle(info);
    kernelCache.used(request.node(), handle);
    if (request.writeClearsSetIdBits()
        && operations.clearSetIdBits(handle, request::callerWithGroups)) {
      attributeInvalidation.invalidate(request.node());
    }
    int flags = FileInfo.writeFlags(info);
    long inode = operations.inodeOfHandle(handle);
    boolean failed = true;
    kernelCache.writing(inode, offset, size, flags);
    try {
      int count =
          FileInfo.isOfPages(info)
              ? operations.writePages(handle, offset, source)
              : operations.write(handle, offset, source, flags);
      metrics.written(count);
      failed = false;
      return count;
    } finally {
      kernelCache.written(inode, offset, size, flags, failed);
    }
  }

  void fallocate(int mode, long offset, long length, long info) throws IOException {
    long handle = FileInfo.handle(info);
    kernelCache.used(Request.current().node(), handle);
    long inode = operations.inodeOfHandle(handle);
    Fallocation.run(operations, kernelCache, inode, handle, offset, length, mode);
  }

  /**
   * @param flags whether it is a directory, by {@link #IOCTL_OF_DIRECTORY}
   */
  void ioctl(int command, long info, int flags, long data) throws IOException {
    long handle = FileInfo.handle(info);
    long inode =
        (flags & IOCTL_OF_DIRECTORY) != 0
            ? operations.inodeOfDirectory(handle)
            : operations.inodeOfHandle(handle);
    Request request = Request.current();
    FlagsIoctl.call(operations, inode, command, data, request.caller());
    if (FlagsIoctl.isChange(command)) {
      attributeInvalidation.invalidate(request.node());
    }
  }

  void flush(long info) throws IOException {
    operations.flush(FileInfo.handle(info), FileInfo.lockOwner(info));
  }

  void fsync(long info) throws IOException {
    operations.fsync(FileInfo.handle(info));
  }

  void release(long info) throws IOException {
    long handle = FileInfo.handle(info);
    long inode = operations.inodeOfHandle(handle);
    kernelCache.released(handle);
    try {
      operations.release(handle);
    } finally {
      if (hidden.isHiddenNode(Request.current().node()) && !operations.isOpen(inode)) {
        hidden.forgetInode(inode);
      }
    }
  }
}
