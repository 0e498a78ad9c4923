package org.distrifs.fuse.driver.kernel;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;

/**
 * Requests about names, attributes and directories. Each method is given where the payload of the
 * answer is to be put, and returns its bytes.
 */
final class NodeRequests {
  /** In {@code fuse_getattr_in}: 0 uint32 flags, 8 uint64 fh, which this flag makes valid. */
  private static final int GETATTR_HAS_HANDLE = 1;

  private static final ByteString SELF = ByteString.copyFromUtf8(".");
  private static final ByteString PARENT = ByteString.copyFromUtf8("..");

  // Where the names begin in a body.
  private static final int NAME_OF_MKNOD = 16;
  private static final int NAME_OF_MKDIR = 8;
  private static final int NAME_OF_LINK = 8;
  private static final int NAMES_OF_RENAME = 8;
  private static final int NAMES_OF_RENAME2 = 16;

  // Where the umask lies, with DONT_MASK.
  private static final int UMASK_OF_MKNOD = 8;
  private static final int UMASK_OF_MKDIR = 4;

  private final FuseOperations operations;
  private final KernelCache kernelCache;
  private final AttributesMessage attributesMessage;
  private final RepeatedOpens repeatedOpens;

  NodeRequests(
      FuseOperations operations,
      KernelCache kernelCache,
      AttributesMessage attributesMessage,
      RepeatedOpens repeatedOpens) {
    this.operations = operations;
    this.kernelCache = kernelCache;
    this.attributesMessage = attributesMessage;
    this.repeatedOpens = repeatedOpens;
  }

  int lookup(RequestHeader request, long reply) throws IOException {
    long askedAt = kernelCache.now();
    ByteString name = NativeMemory.name(request.body());
    if (name.equals(SELF)) {
      return entry(reply, operations.lookupByNumber(request.node()), askedAt);
    }
    if (name.equals(PARENT)) {
      return parent(request, reply, askedAt);
    }
    Attributes found =
        repeatedOpens.isUnderWay(request.thread())
            ? lookupAnew(request, name)
            : operations.lookup(request.node(), name);
    return entry(reply, found, askedAt);
  }

  private int parent(RequestHeader request, long reply, long askedAt) throws IOException {
    Attributes parent = operations.lookupParent(request.node());
    int bytes = entry(reply, parent, askedAt);
    if (parent.getInode() == operations.root()) {
      AttributesMessage.setNode(reply, RootNode.NODE);
    }
    return bytes;
  }

  private Attributes lookupAnew(RequestHeader request, ByteString name) throws IOException {
    try {
      Attributes found = operations.lookupAnew(request.node(), name);
      repeatedOpens.found(request.thread(), found.getInode());
      return found;
    } catch (IOException e) {
      repeatedOpens.end(request.thread(), request.node());
      throw e;
    }
  }

  private int entry(long reply, Attributes attributes, long askedAt) {
    kernelCache.attributesTold(attributes, askedAt);
    return attributesMessage.writeEntry(reply, attributes);
  }

  private int attributes(long reply, Attributes attributes, long askedAt) {
    kernelCache.attributesTold(attributes, askedAt);
    return attributesMessage.writeReply(reply, attributes);
  }

  int getattr(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    boolean hasHandle = (IO.getInt(body) & GETATTR_HAS_HANDLE) != 0;
    long askedAt = kernelCache.now();
    Attributes current =
        hasHandle
            ? operations.getattrOfHandle(IO.getLong(body + 8))
            : operations.getattr(request.node());
    return attributes(reply, current, askedAt);
  }

  int setattr(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    boolean truncates = SetattrRequest.has(body, SetattrRequest.SIZE);
    if (truncates) {
      kernelCache.truncating(request.node(), SetattrRequest.size(body));
    }
    long askedAt = kernelCache.now();
    SetAttributes change = SetattrRequest.change(body, request.node());
    Caller caller = change.getClearSetIdBits() ? request.callerWithGroups() : request.caller();
    Attributes changed =
        SetattrRequest.changesNothing(body)
            ? operations.clearSetIdBits(change, caller)
            : operations.setattr(change, caller);
    if (truncates) {
      kernelCache.truncated(request.node(), SetattrRequest.size(body));
    }
    return attributes(reply, changed, askedAt);
  }

  int readlink(RequestHeader request, long reply) throws IOException {
    ByteString target = operations.readlink(request.node());
    IO.putByteArray(reply, target.toByteArray(), 0, target.size());
    return target.size();
  }

  int symlink(RequestHeader request, long reply) throws IOException {
    ByteString name = NativeMemory.name(request.body());
    ByteString target = NativeMemory.name(behind(request.body()));
    long askedAt = kernelCache.now();
    return entry(
        reply, operations.symlink(request.node(), name, target, request.caller()), askedAt);
  }

  /** Where the second of two names begins. */
  private static long behind(long firstName) {
    return firstName + IO.getStringLength(firstName) + 1;
  }

  int mknod(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    long askedAt = kernelCache.now();
    Attributes made =
        operations.mknod(
            request.node(),
            NativeMemory.name(body + NAME_OF_MKNOD),
            IO.getInt(body),
            IO.getInt(body + UMASK_OF_MKNOD),
            Integer.toUnsignedLong(IO.getInt(body + 4)),
            request.caller());
    return entry(reply, made, askedAt);
  }

  int mkdir(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    ByteString name = NativeMemory.name(body + NAME_OF_MKDIR);
    long askedAt = kernelCache.now();
    int umask = IO.getInt(body + UMASK_OF_MKDIR);
    Attributes made =
        operations.mkdir(request.node(), name, IO.getInt(body), umask, request.caller());
    return entry(reply, made, askedAt);
  }

  void unlink(RequestHeader request) throws IOException {
    operations.unlink(request.node(), NativeMemory.name(request.body()), request.caller());
  }

  void rmdir(RequestHeader request) throws IOException {
    operations.rmdir(request.node(), NativeMemory.name(request.body()), request.caller());
  }

  void rename(RequestHeader request) throws IOException {
    rename(request, NAMES_OF_RENAME, 0);
  }

  void rename2(RequestHeader request) throws IOException {
    rename(request, NAMES_OF_RENAME2, IO.getInt(request.body() + 8));
  }

  private void rename(RequestHeader request, int namesAt, int flags) throws IOException {
    long name = request.body() + namesAt;
    operations.rename(
        request.node(),
        NativeMemory.name(name),
        IO.getLong(request.body()),
        NativeMemory.name(behind(name)),
        flags,
        request.caller());
  }

  int link(RequestHeader request, long reply) throws IOException {
    long inode = IO.getLong(request.body());
    ByteString name = NativeMemory.name(request.body() + NAME_OF_LINK);
    long askedAt = kernelCache.now();
    return entry(reply, operations.link(inode, request.node(), name, request.caller()), askedAt);
  }

  int statfs(long reply) throws IOException {
    return StatfsReply.write(reply, operations.statfs());
  }

  int opendir(RequestHeader request, long reply) throws IOException {
    return OpenReply.write(reply, operations.opendir(request.node()), 0);
  }

  int readdir(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    return readdir(body, DirectoryReply.ofNames(reply, TransferRequest.sizeBytes(body)));
  }

  int readdirplus(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    return readdir(
        body,
        DirectoryReply.withLookups(reply, TransferRequest.sizeBytes(body), this::writeLookup));
  }

  private int readdir(long body, DirectoryReply entries) throws IOException {
    operations.readdir(
        TransferRequest.handle(body), TransferRequest.offset(body), entries.roomEntries(), entries);
    return entries.bytes();
  }

  /** What the directory's reader brought may be older than what was written here since. */
  private void writeLookup(long at, ByteString name, Attributes heard) {
    if (name.equals(SELF) || name.equals(PARENT)) {
      AttributesMessage.writeNoEntry(at);
      return;
    }
    long askedAt = kernelCache.now();
    entry(at, operations.newest(heard), askedAt);
  }

  void fsyncdir(RequestHeader request) throws IOException {
    operations.fsyncdir(IO.getLong(request.body()));
  }

  void releasedir(RequestHeader request) throws IOException {
    operations.releasedir(IO.getLong(request.body()));
  }
}
