package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.fuse.operations.OpenedFile;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.proto.control.Attributes;

/**
 * Requests about open files. Bytes go between the buffers of requests and answers and the client
 * without another stop. Methods are as in {@link NodeRequests}.
 */
final class FileRequests {
  // Where things lie in the body of CREATE: uint32 flags, uint32 mode, the name.
  private static final int MODE_OF_CREATE = 4;
  private static final int NAME_OF_CREATE = 16;

  private final FuseOperations operations;
  private final OperationMetrics metrics;
  private final KernelCache kernelCache;
  private final AttributesMessage attributesMessage;
  private final FuseDevice device;

  FileRequests(
      FuseOperations operations,
      OperationMetrics metrics,
      KernelCache kernelCache,
      AttributesMessage attributesMessage,
      FuseDevice device) {
    this.operations = operations;
    this.metrics = metrics;
    this.kernelCache = kernelCache;
    this.attributesMessage = attributesMessage;
    this.device = device;
  }

  int create(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    int flags = IO.getInt(body);
    long askedAt = kernelCache.now();
    OpenedFile opened =
        operations.create(
            request.node(),
            NativeMemory.name(body + NAME_OF_CREATE),
            IO.getInt(body + MODE_OF_CREATE),
            flags,
            request.caller());
    int entryBytes = attributesMessage.writeEntry(reply, opened.attributes());
    kernelCache.attributesTold(opened.attributes(), askedAt);
    return entryBytes + opened(reply + entryBytes, opened, flags);
  }

  int open(RequestHeader request, long reply) throws IOException {
    int flags = IO.getInt(request.body());
    if ((flags & OpenFlags.O_TRUNC) != 0) {
      kernelCache.truncating(request.node(), 0);
    }
    OpenedFile opened = operations.open(request.node(), flags, request.caller());
    if (kernelCache.mayHoldOlder(opened.attributes())) {
      // Of attributes alone, on this thread: no page is waited for, so nothing can wait for us.
      device.invalidateAttributes(request.node());
    }
    return opened(reply, opened, flags);
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
    ByteBuffer target = NativeMemory.view(reply, TransferRequest.sizeBytes(body));
    int count = operations.read(TransferRequest.handle(body), TransferRequest.offset(body), target);
    metrics.read(count);
    return count;
  }

  int write(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    long handle = TransferRequest.handle(body);
    long offset = TransferRequest.offset(body);
    int size = TransferRequest.sizeBytes(body);
    int flags = TransferRequest.writeFlags(body);
    if (TransferRequest.clearsSetIdBits(body)
        && operations.clearSetIdBits(handle, request.caller())) {
      device.invalidateAttributes(request.node());
    }
    ByteBuffer source = NativeMemory.view(body + TransferRequest.BODY_BYTES, size);
    boolean failed = true;
    kernelCache.writing(request.node(), offset, size, flags);
    try {
      int count = operations.write(handle, offset, source, flags);
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

  void release(RequestHeader request) throws IOException {
    long handle = IO.getLong(request.body());
    kernelCache.released(handle);
    operations.release(handle);
  }
}
