package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.fuse.driver.FlagsIoctl;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.fuse.operations.OpenedFile;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;

/**
 * Requests about open files. Bytes go between the buffers of requests and answers and the client
 * without another stop. Methods are as in {@link NodeRequests}.
 */
final class FileRequests {
  // Where things lie in the body of CREATE: uint32 flags, mode, umask and open_flags, the name.
  private static final int MODE_OF_CREATE = 4;
  private static final int UMASK_OF_CREATE = 8;
  private static final int OPEN_FLAGS_OF_CREATE = 12;
  private static final int NAME_OF_CREATE = 16;

  /** In the body of OPEN, behind uint32 flags. */
  private static final int OPEN_FLAGS_OF_OPEN = 4;

  /** Of {@code open_flags}: an emptied file loses its set-user-id and set-group-id bits. */
  private static final int KILL_SET_ID_BITS = 1;

  private final FuseOperations operations;
  private final OperationMetrics metrics;
  private final KernelCache kernelCache;
  private final AttributesMessage attributesMessage;
  private final FuseDevice device;
  private final NameGuard names;

  FileRequests(
      FuseOperations operations,
      OperationMetrics metrics,
      KernelCache kernelCache,
      AttributesMessage attributesMessage,
      FuseDevice device,
      NameGuard names) {
    this.operations = operations;
    this.metrics = metrics;
    this.kernelCache = kernelCache;
    this.attributesMessage = attributesMessage;
    this.device = device;
    this.names = names;
  }

  int create(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    int flags = IO.getInt(body);
    boolean clearsSetIdBits = clearsSetIdBits(body + OPEN_FLAGS_OF_CREATE);
    long askedAt = kernelCache.now();
    ByteString name = NativeMemory.name(body + NAME_OF_CREATE);
    int mode = IO.getInt(body + MODE_OF_CREATE);
    int umask = IO.getInt(body + UMASK_OF_CREATE);
    Caller caller = clearsSetIdBits ? request.callerWithGroups() : request.caller();
    OpenedFile opened =
        names.byPath(
            request,
            checked ->
                checked.create(request.node(), name, mode, umask, flags, clearsSetIdBits, caller),
            request.node());
    boolean mayKeepName = names.mayKeep(request.node(), name, opened.attributes());
    return created(reply, opened, mayKeepName, flags, askedAt);
  }

  /** The body is that of a CREATE, whose name says nothing. */
  int tmpfile(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    int flags = IO.getInt(body);
    long askedAt = kernelCache.now();
    OpenedFile opened =
        operations.createUnnamed(
            request.node(),
            IO.getInt(body + MODE_OF_CREATE),
            IO.getInt(body + UMASK_OF_CREATE),
            flags,
            request.caller());
    return created(reply, opened, false, flags, askedAt);
  }

  private int created(long reply, OpenedFile opened, boolean mayKeepName, int flags, long askedAt)
      throws IOException {
    int entryBytes = attributesMessage.writeEntry(reply, opened.attributes(), mayKeepName);
    kernelCache.attributesTold(opened.attributes(), askedAt);
    return entryBytes + opened(reply + entryBytes, opened, flags);
  }

  int open(RequestHeader request, long reply) throws IOException {
    int flags = IO.getInt(request.body());
    if ((flags & OpenFlags.O_TRUNC) != 0) {
      kernelCache.truncating(request.node(), 0);
    }
    boolean clearsSetIdBits = clearsSetIdBits(request.body() + OPEN_FLAGS_OF_OPEN);
    Caller caller = clearsSetIdBits ? request.callerWithGroups() : request.caller();
    OpenedFile opened =
        names.byPath(
            request,
            checked -> checked.open(request.node(), flags, clearsSetIdBits, caller),
            request.node());
    if (kernelCache.mayHoldOlder(opened.attributes())) {
      // Of attributes alone, on this thread: no page is waited for, so nothing can wait for us.
      device.invalidateAttributes(request.node());
    }
    return opened(reply, opened, flags);
  }

  private static boolean clearsSetIdBits(long openFlags) {
    return (IO.getInt(openFlags) & KILL_SET_ID_BITS) != 0;
  }

  private int opened(long reply, OpenedFile opened, int flags) throws IOException {
    // Looked at once more: the file may have been written here since they came from the master.
    long askedAt = kernelCache.now();
    Attributes current = operations.getattrOfHandle(opened.handle());
    KernelCache.Decision decision =
        kernelCache.opened(current.getInode(), opened.handle(), current, flags, askedAt);
    return OpenReply.write(reply, opened.handle(), decision);
  }

  int read(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    long handle = TransferRequest.handle(body);
    kernelCache.used(request.node(), handle);
    ByteBuffer target = NativeMemory.view(reply, TransferRequest.sizeBytes(body));
    int count = operations.read(handle, TransferRequest.offset(body), target);
    metrics.read(count);
    return count;
  }

  int write(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    long handle = TransferRequest.handle(body);
    long offset = TransferRequest.offset(body);
    int size = TransferRequest.sizeBytes(body);
    int flags = TransferRequest.writeFlags(body);
    kernelCache.used(request.node(), handle);
    if (TransferRequest.clearsSetIdBits(body)
        && operations.clearSetIdBits(handle, request::callerWithGroups)) {
      device.invalidateAttributes(request.node());
    }
    ByteBuffer source = NativeMemory.view(body + TransferRequest.BODY_BYTES, size);
    boolean failed = true;
    kernelCache.writing(request.node(), offset, size, flags);
    try {
      int count =
          TransferRequest.isOfPages(body)
              ? operations.writePages(handle, offset, source)
              : operations.write(handle, offset, source, flags);
      metrics.written(count);
      failed = false;
      return TransferRequest.writeReply(reply, count);
    } finally {
      kernelCache.written(request.node(), offset, size, flags, failed);
    }
  }

  void flush(RequestHeader request) throws IOException {
    long body = request.body();
    operations.flush(FlushRequest.handle(body), FlushRequest.lockOwner(body));
  }

  void fsync(RequestHeader request) throws IOException {
    operations.fsync(IO.getLong(request.body()));
  }

  int ioctl(RequestHeader request, long reply) throws IOException {
    int bytes = IoctlRequest.serve(operations, request, reply);
    if (FlagsIoctl.isChange(IoctlRequest.command(request.body()))) {
      // Of attributes alone, as at an open.
      device.invalidateAttributes(request.node());
    }
    return bytes;
  }

  void release(RequestHeader request) throws IOException {
    long handle = IO.getLong(request.body());
    kernelCache.released(handle);
    operations.release(handle);
  }
}
