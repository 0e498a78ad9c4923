package org.distrifs.fuse.driver.kernel;

import java.io.IOException;
import org.distrifs.fuse.driver.Fallocation;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;

/**
 * Requests about ranges of open files. Pages that the kernel holds of a range that is zeroed or
 * copied over it drops by itself. Methods are as in {@link NodeRequests}.
 */
final class RangeRequests {
  private static final int NO_FLAGS = 0;

  private final FuseOperations operations;
  private final KernelCache kernelCache;

  RangeRequests(FuseOperations operations, KernelCache kernelCache) {
    this.operations = operations;
    this.kernelCache = kernelCache;
  }

  void fallocate(RequestHeader request) throws IOException {
    long body = request.body();
    Fallocation.run(
        operations,
        kernelCache,
        request.node(),
        FallocateRequest.handle(body),
        FallocateRequest.offset(body),
        FallocateRequest.length(body),
        FallocateRequest.mode(body));
  }

  int lseek(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    long found =
        operations.lseek(
            SeekRequest.handle(body), SeekRequest.offset(body), SeekRequest.whence(body));
    return SeekRequest.writeReply(reply, found);
  }

  /** The answer has 32 bits for the bytes copied, so no more than they hold are asked for. */
  int copy(RequestHeader request, long reply) throws IOException {
    long length = Math.min(CopyRequest.length(request.body()), Integer.MAX_VALUE);
    return TransferRequest.writeReply(reply, (int) transfer(request, length));
  }

  int copy64(RequestHeader request, long reply) throws IOException {
    return CopyRequest.writeReply64(reply, transfer(request, CopyRequest.length(request.body())));
  }

  private long transfer(RequestHeader request, long length) throws IOException {
    long body = request.body();
    long target = CopyRequest.targetNode(body);
    long offset = CopyRequest.targetOffset(body);
    long copied = 0;
    boolean failed = true;
    kernelCache.writing(target, offset, length, NO_FLAGS);
    try {
      copied =
          operations.copyFileRange(
              CopyRequest.sourceHandle(body),
              CopyRequest.sourceOffset(body),
              CopyRequest.targetHandle(body),
              offset,
              length,
              CopyRequest.flags(body));
      failed = false;
      return copied;
    } finally {
      kernelCache.written(target, offset, copied, NO_FLAGS, failed);
    }
  }
}
