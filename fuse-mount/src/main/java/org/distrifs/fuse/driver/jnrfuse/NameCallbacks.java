package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.distrifs.fuse.driver.KernelCache;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.jnrfuse.PathResolver.EntryName;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** The callbacks that work on names and attributes. */
final class NameCallbacks {

  // utimensat(2)
  private static final long UTIME_NOW = 0x3fffffff;
  private static final long UTIME_OMIT = 0x3ffffffe;

  /** In {@code chown(2)}: leave it as it is. */
  private static final int UNCHANGED_ID = -1;

  private static final int MASKED_BY_KERNEL = 0;
  private static final int PERMISSION_BITS = 07777;
  private static final int TIMESPEC_BYTES = 16;

  private final FuseOperations operations;
  private final PathResolver paths;
  private final HiddenFiles hidden;
  private final KernelCache kernelCache;

  NameCallbacks(
      FuseOperations operations, PathResolver paths, HiddenFiles hidden, KernelCache kernelCache) {
    this.operations = operations;
    this.paths = paths;
    this.hidden = hidden;
    this.kernelCache = kernelCache;
  }

  void getattr(long path, long stat) throws IOException {
    Request request = Request.current();
    if (libfuseProbesHiddenName(request, path)) {
      throw new ErrnoException(Errno.ENOENT, "find a hidden name");
    }
    long askedAt = kernelCache.now();
    // A name is looked up to be believed for a while, or since one is about to be made or replaced.
    boolean anew = request.opcode() == Request.LOOKUP;
    tell(request, paths.attributes(path, anew), stat, askedAt);
  }

  void fgetattr(long stat, long info) throws IOException {
    long askedAt = kernelCache.now();
    Attributes attributes = operations.getattrOfHandle(FileInfo.handle(info));
    tell(Request.current(), attributes, stat, askedAt);
  }

  /** libfuse itself counts a link less for a hidden name; but that name is not a link here. */
  private void tell(Request request, Attributes attributes, long stat, long askedAt) {
    boolean countedDown =
        request.opcode() == Request.GETATTR
            && attributes.getNlink() > 0
            && hidden.isHiddenNode(request.node());
    StatWriter.current().write(stat, attributes, countedDown ? 1 : 0);
    kernelCache.attributesTold(attributes, askedAt);
  }

  /** Before it hides a file, libfuse looks whether the name that it has thought of is free. */
  private static boolean libfuseProbesHiddenName(Request request, long path) {
    int opcode = request.opcode();
    return (opcode == Request.UNLINK || opcode == Request.RENAME)
        && HiddenFiles.isHiddenName(PathResolver.lastName(path));
  }

  void readlink(long path, long buffer, long size) throws IOException {
    ByteString target = operations.readlink(paths.inode(path));
    int length = (int) Math.min(target.size(), size - 1);
    NativeMemory.putString(buffer, target.substring(0, length));
  }

  void mknod(long path, int mode, long rdev) throws IOException {
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          return walk.checked()
              .mknod(
                  entry.parent(),
                  entry.name(),
                  mode,
                  MASKED_BY_KERNEL,
                  rdev,
                  Request.current().caller());
        });
  }

  void mkdir(long path, int mode) throws IOException {
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          return walk.checked()
              .mkdir(
                  entry.parent(), entry.name(), mode, MASKED_BY_KERNEL, Request.current().caller());
        });
  }

  void symlink(long target, long path) throws IOException {
    ByteString text = NativeMemory.name(target);
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          return walk.checked()
              .symlink(entry.parent(), entry.name(), text, Request.current().caller());
        });
  }

  void link(long existing, long path) throws IOException {
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          long inode = walk.inode(existing);
          return walk.checked()
              .link(inode, entry.parent(), entry.name(), Request.current().caller());
        });
  }

  void rmdir(long path) throws IOException {
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          return walk.checked().rmdir(entry.parent(), entry.name(), Request.current().caller());
        });
  }

  void unlink(long path) throws IOException {
    Request request = Request.current();
    ByteString name = PathResolver.lastName(path);
    if (hidden.forget(name)) {
      return; // The name was libfuse's alone.
    }
    if (request.opcode() == Request.RELEASE && HiddenFiles.isHiddenName(name)) {
      return; // So was this one; its last handle is gone already.
    }
    paths.walk(
        walk -> {
          EntryName entry = walk.entryName(path);
          return walk.checked().unlink(entry.parent(), entry.name(), request.caller());
        });
  }

  void rename(long oldPath, long newPath) throws IOException {
    paths.walk(walk -> rename(walk, oldPath, newPath));
  }

  private Attributes rename(PathResolver.Walk walk, long oldPath, long newPath) throws IOException {
    Request request = Request.current();
    EntryName from = walk.entryName(oldPath);
    ByteString newName = PathResolver.lastName(newPath);
    if (request.opcode() == Request.UNLINK) {
      Attributes hiding = walk.checked().unlink(from.parent(), from.name(), request.caller());
      hidden.hide(newName, hiding.getInode());
      return hiding;
    }
    if (request.opcode() == Request.RENAME && !newName.equals(request.renameTarget())) {
      // What is about to be replaced: the rename that follows does that in one step.
      Attributes hiding = walk.checked().lookup(from.parent(), from.name());
      hidden.hide(newName, hiding.getInode());
      return hiding;
    }
    EntryName to = walk.entryName(newPath);
    return walk.checked()
        .rename(from.parent(), from.name(), to.parent(), to.name(), 0, request.caller());
  }

  void chmod(long path, int mode) throws IOException {
    change(path, SetAttributes.newBuilder().setMode(mode & PERMISSION_BITS));
  }

  void chown(long path, int uid, int gid) throws IOException {
    SetAttributes.Builder change = SetAttributes.newBuilder();
    if (uid != UNCHANGED_ID) {
      change.setUid(uid);
    }
    if (gid != UNCHANGED_ID) {
      change.setGid(gid);
    }
    change(path, change);
  }

  void truncate(long path, long size) throws IOException {
    paths.walk(
        walk -> {
          long inode = walk.inode(path);
          return setSize(walk.checked(), inode, size);
        });
  }

  void ftruncate(long size, long info) throws IOException {
    setSize(operations, operations.inodeOfHandle(FileInfo.handle(info)), size);
  }

  private Attributes setSize(FuseOperations checked, long inode, long size) throws IOException {
    kernelCache.truncating(inode, size);
    Attributes changed =
        checked.setattr(
            SetAttributes.newBuilder().setInode(inode).setSize(size).build(),
            Request.current().caller());
    kernelCache.truncated(inode, size);
    return changed;
  }

  /**
   * @param times two {@code struct timespec}: of the last access and of the last modification
   */
  void utimens(long path, long times) throws IOException {
    SetAttributes.Builder change = SetAttributes.newBuilder();
    TimeChange access = timeChange(times);
    TimeChange modification = timeChange(times + TIMESPEC_BYTES);
    if (access != null) {
      change.setAtime(access);
    }
    if (modification != null) {
      change.setMtime(modification);
    }
    change(path, change);
  }

  /** Null for a time that is to stay. */
  private static TimeChange timeChange(long timespec) {
    long nanoseconds = IO.getLong(timespec + Long.BYTES);
    if (nanoseconds == UTIME_OMIT) {
      return null;
    }
    TimeChange.Builder time = TimeChange.newBuilder();
    if (nanoseconds == UTIME_NOW) {
      time.setNow(true);
    } else {
      time.setSeconds(IO.getLong(timespec)).setNanoseconds((int) nanoseconds);
    }
    return time.build();
  }

  private void change(long path, SetAttributes.Builder change) throws IOException {
    paths.walk(
        walk -> {
          change.setInode(walk.inode(path));
          return walk.checked().setattr(change.build(), Request.current().caller());
        });
  }

  void statfs(long statvfs) throws IOException {
    StatWriter.write(statvfs, operations.statfs());
  }
}
