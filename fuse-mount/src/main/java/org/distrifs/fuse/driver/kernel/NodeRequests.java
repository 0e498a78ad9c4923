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
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Requests about names, attributes and directories. Each method is given where the payload of the
 * answer is to be put, and returns its bytes.
 */
final class NodeRequests {
  /**
   * In {@code fuse_getattr_in} and {@code fuse_statx_in}: 0 uint32 flags, 8 uint64 fh, which this
   * flag makes valid.
   */
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
  private final NameGuard names;

  NodeRequests(
      FuseOperations operations,
      KernelCache kernelCache,
      AttributesMessage attributesMessage,
      NameGuard names) {
    this.operations = operations;
    this.kernelCache = kernelCache;
    this.attributesMessage = attributesMessage;
    this.names = names;
  }

  /**
   * Always asks the master: the kernel also asks for a name that it knows, when one is about to be
   * made, replaced, or has turned out to be old.
   */
  int lookup(RequestHeader request, long reply) throws IOException {
    long askedAt = kernelCache.now();
    ByteString name = NativeMemory.name(request.body());
    if (name.equals(SELF)) {
      return withoutName(reply, operations.lookupByNumber(request.node()), askedAt);
    }
    if (name.equals(PARENT)) {
      return parent(request, reply, askedAt);
    }
    try {
      Attributes found = operations.lookupAnew(request.node(), name);
      names.lookedUp(request, name, found);
      return entry(reply, request.node(), name, found, askedAt);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        names.lookedUpInVain(request, name);
      }
      throw e;
    }
  }

  private int parent(RequestHeader request, long reply, long askedAt) throws IOException {
    Attributes parent = operations.lookupParent(request.node());
    int bytes = withoutName(reply, parent, askedAt);
    if (parent.getInode() == operations.root()) {
      AttributesMessage.setNode(reply, RootNode.NODE);
    }
    return bytes;
  }

  private int withoutName(long reply, Attributes attributes, long askedAt) {
    kernelCache.attributesTold(attributes, askedAt);
    return attributesMessage.writeEntry(reply, attributes, false);
  }

  private int entry(
      long reply, long directory, ByteString name, Attributes attributes, long askedAt) {
    kernelCache.attributesTold(attributes, askedAt);
    return attributesMessage.writeEntry(
        reply, attributes, names.mayKeep(directory, name, attributes));
  }

  private int attributes(long reply, Attributes attributes, long askedAt) {
    kernelCache.attributesTold(attributes, askedAt);
    return attributesMessage.writeReply(reply, attributes);
  }

  int getattr(RequestHeader request, long reply) throws IOException {
    long askedAt = kernelCache.now();
    return attributes(reply, current(request), askedAt);
  }

  int statx(RequestHeader request, long reply) throws IOException {
    long askedAt = kernelCache.now();
    Attributes current = current(request);
    kernelCache.attributesTold(current, askedAt);
    return attributesMessage.writeStatxReply(reply, current);
  }

  private Attributes current(RequestHeader request) throws IOException {
    long body = request.body();
    boolean hasHandle = (IO.getInt(body) & GETATTR_HAS_HANDLE) != 0;
    return hasHandle
        ? operations.getattrOfHandle(IO.getLong(body + 8))
        : operations.getattr(request.node());
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
        SetattrRequest.has(body, SetattrRequest.HANDLE)
            ? setattr(operations, body, change, caller)
            : names.byPathOrDescriptor(
                request, checked -> setattr(checked, body, change, caller), request.node());
    if (truncates) {
      kernelCache.truncated(request.node(), SetattrRequest.size(body));
    }
    return attributes(reply, changed, askedAt);
  }

  private static Attributes setattr(
      FuseOperations operations, long body, SetAttributes change, Caller caller)
      throws IOException {
    return SetattrRequest.changesNothing(body)
        ? operations.clearSetIdBits(change, caller)
        : operations.setattr(change, caller);
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
    Attributes made =
        names.byPath(
            request,
            checked -> checked.symlink(request.node(), name, target, request.caller()),
            request.node());
    return entry(reply, request.node(), name, made, askedAt);
  }

  /** Where the second of two names begins. */
  private static long behind(long firstName) {
    return firstName + IO.getStringLength(firstName) + 1;
  }

  int mknod(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    ByteString name = NativeMemory.name(body + NAME_OF_MKNOD);
    int mode = IO.getInt(body);
    int umask = IO.getInt(body + UMASK_OF_MKNOD);
    long device = Integer.toUnsignedLong(IO.getInt(body + 4));
    long askedAt = kernelCache.now();
    Attributes made =
        names.byPath(
            request,
            checked -> checked.mknod(request.node(), name, mode, umask, device, request.caller()),
            request.node());
    return entry(reply, request.node(), name, made, askedAt);
  }

  int mkdir(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    ByteString name = NativeMemory.name(body + NAME_OF_MKDIR);
    long askedAt = kernelCache.now();
    int mode = IO.getInt(body);
    int umask = IO.getInt(body + UMASK_OF_MKDIR);
    Attributes made =
        names.byPath(
            request,
            checked -> checked.mkdir(request.node(), name, mode, umask, request.caller()),
            request.node());
    return entry(reply, request.node(), name, made, askedAt);
  }

  void unlink(RequestHeader request) throws IOException {
    ByteString name = NativeMemory.name(request.body());
    Attributes had =
        names.byPath(
            request,
            checked -> checked.unlink(request.node(), name, request.caller()),
            request.node());
    names.removed(request.node(), name, had);
  }

  void rmdir(RequestHeader request) throws IOException {
    ByteString name = NativeMemory.name(request.body());
    Attributes had =
        names.byPath(
            request,
            checked -> checked.rmdir(request.node(), name, request.caller()),
            request.node());
    names.removed(request.node(), name, had);
  }

  void rename(RequestHeader request) throws IOException {
    rename(request, NAMES_OF_RENAME, 0);
  }

  void rename2(RequestHeader request) throws IOException {
    rename(request, NAMES_OF_RENAME2, IO.getInt(request.body() + 8));
  }

  private void rename(RequestHeader request, int namesAt, int flags) throws IOException {
    long directory = request.node();
    long newDirectory = IO.getLong(request.body());
    ByteString name = NativeMemory.name(request.body() + namesAt);
    ByteString newName = NativeMemory.name(behind(request.body() + namesAt));
    Attributes moved =
        names.byPath(
            request,
            checked ->
                checked.rename(directory, name, newDirectory, newName, flags, request.caller()),
            directory,
            newDirectory);
    names.renamed(directory, name, newDirectory, newName, moved);
  }

  int link(RequestHeader request, long reply) throws IOException {
    long inode = IO.getLong(request.body());
    ByteString name = NativeMemory.name(request.body() + NAME_OF_LINK);
    long askedAt = kernelCache.now();
    Attributes linked =
        names.byPath(
            request,
            checked -> checked.link(inode, request.node(), name, request.caller()),
            inode,
            request.node());
    return entry(reply, request.node(), name, linked, askedAt);
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
        DirectoryReply.withLookups(
            reply,
            TransferRequest.sizeBytes(body),
            (at, name, heard) -> writeLookup(at, request.node(), name, heard)));
  }

  private int readdir(long body, DirectoryReply entries) throws IOException {
    operations.readdir(
        TransferRequest.handle(body), TransferRequest.offset(body), entries.roomEntries(), entries);
    return entries.bytes();
  }

  /** What the directory's reader brought may be older than what was written here since. */
  private void writeLookup(long at, long directory, ByteString name, Attributes heard) {
    if (name.equals(SELF) || name.equals(PARENT)) {
      AttributesMessage.writeNoEntry(at);
      return;
    }
    long askedAt = kernelCache.now();
    entry(at, directory, name, operations.newest(heard), askedAt);
  }

  void fsyncdir(RequestHeader request) throws IOException {
    operations.fsyncdir(IO.getLong(request.body()));
  }

  void releasedir(RequestHeader request) throws IOException {
    operations.releasedir(IO.getLong(request.body()));
  }
}
