package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;
import static org.distrifs.fuse.operations.Operation.CREATE;
import static org.distrifs.fuse.operations.Operation.FALLOCATE;
import static org.distrifs.fuse.operations.Operation.FLUSH;
import static org.distrifs.fuse.operations.Operation.FSYNC;
import static org.distrifs.fuse.operations.Operation.FSYNCDIR;
import static org.distrifs.fuse.operations.Operation.GETATTR;
import static org.distrifs.fuse.operations.Operation.GETXATTR;
import static org.distrifs.fuse.operations.Operation.IOCTL;
import static org.distrifs.fuse.operations.Operation.LINK;
import static org.distrifs.fuse.operations.Operation.LISTXATTR;
import static org.distrifs.fuse.operations.Operation.MKDIR;
import static org.distrifs.fuse.operations.Operation.MKNOD;
import static org.distrifs.fuse.operations.Operation.OPEN;
import static org.distrifs.fuse.operations.Operation.OPENDIR;
import static org.distrifs.fuse.operations.Operation.READ;
import static org.distrifs.fuse.operations.Operation.READDIR;
import static org.distrifs.fuse.operations.Operation.READLINK;
import static org.distrifs.fuse.operations.Operation.RELEASE;
import static org.distrifs.fuse.operations.Operation.RELEASEDIR;
import static org.distrifs.fuse.operations.Operation.REMOVEXATTR;
import static org.distrifs.fuse.operations.Operation.RENAME;
import static org.distrifs.fuse.operations.Operation.RMDIR;
import static org.distrifs.fuse.operations.Operation.SETATTR;
import static org.distrifs.fuse.operations.Operation.SETXATTR;
import static org.distrifs.fuse.operations.Operation.STATFS;
import static org.distrifs.fuse.operations.Operation.SYMLINK;
import static org.distrifs.fuse.operations.Operation.UNLINK;
import static org.distrifs.fuse.operations.Operation.WRITE;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestGuard;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.Path;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndFourLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndInt;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndLong;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndThreeLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndTwoInts;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndTwoLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathIntAndLong;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathIntAndThreeLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathIntTwoLongsIntAndLong;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathThreeLongsAndInt;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * {@code struct fuse_operations}, filled with native stubs of our callbacks. The layout comes from
 * jnr-fuse. What is left empty libfuse answers with {@code ENOSYS}: locks (which the kernel then
 * keeps for itself). There is no {@code access}: the kernel checks permissions itself.
 */
final class OperationTable {

  /** jnr-fuse cannot set these bits; they lie behind {@code bmap}. */
  private static final int FLAGS_OFFSET = 304;

  private static final int NULL_PATH_OK = 1;
  private static final int NO_PATH = 2;
  private static final int UTIME_OMIT_OK = 4;

  private final FuseOperations table = new FuseOperations(Runtime.getSystemRuntime());

  /** libfuse copies it, but the stubs in it live as long as this object: it is never freed. */
  private final long address = NativeMemory.allocate(Struct.size(table));

  private final RequestGuard guard;

  /** The stubs are freed with their Java side, which nothing else refers to. */
  private final List<Object> callbacks = new ArrayList<>();

  OperationTable(
      RequestGuard guard,
      NameCallbacks names,
      FileCallbacks files,
      DirectoryCallbacks directories,
      XattrCallbacks xattrs) {
    this.guard = guard;
    setNames(names);
    setFiles(files);
    setDirectories(directories);
    setXattrs(xattrs);
    IO.putInt(address + FLAGS_OFFSET, NULL_PATH_OK | NO_PATH | UTIME_OMIT_OK);
  }

  long address() {
    return address;
  }

  long sizeBytes() {
    return Struct.size(table);
  }

  private void setNames(NameCallbacks names) {
    set(
        table.getattr,
        PathAndLong.class,
        (path, stat) -> guard.run(GETATTR, () -> names.getattr(path, stat)));
    set(
        table.fgetattr,
        PathAndTwoLongs.class,
        (path, stat, info) -> guard.run(GETATTR, () -> names.fgetattr(stat, info)));
    set(
        table.readlink,
        PathAndTwoLongs.class,
        (path, buffer, size) -> guard.run(READLINK, () -> names.readlink(path, buffer, size)));
    set(
        table.mknod,
        PathIntAndLong.class,
        (path, mode, rdev) -> guard.run(MKNOD, () -> names.mknod(path, mode, rdev)));
    set(
        table.mkdir,
        PathAndInt.class,
        (path, mode) -> guard.run(MKDIR, () -> names.mkdir(path, mode)));
    set(table.unlink, Path.class, path -> guard.run(UNLINK, () -> names.unlink(path)));
    set(table.rmdir, Path.class, path -> guard.run(RMDIR, () -> names.rmdir(path)));
    set(
        table.symlink,
        PathAndLong.class,
        (target, path) -> guard.run(SYMLINK, () -> names.symlink(target, path)));
    set(
        table.rename,
        PathAndLong.class,
        (from, to) -> guard.run(RENAME, () -> names.rename(from, to)));
    set(
        table.link,
        PathAndLong.class,
        (existing, path) -> guard.run(LINK, () -> names.link(existing, path)));
    set(
        table.chmod,
        PathAndInt.class,
        (path, mode) -> guard.run(SETATTR, () -> names.chmod(path, mode)));
    set(
        table.chown,
        PathAndTwoInts.class,
        (path, uid, gid) -> guard.run(SETATTR, () -> names.chown(path, uid, gid)));
    set(
        table.truncate,
        PathAndLong.class,
        (path, size) -> guard.run(SETATTR, () -> names.truncate(path, size)));
    set(
        table.ftruncate,
        PathAndTwoLongs.class,
        (path, size, info) -> guard.run(SETATTR, () -> names.ftruncate(size, info)));
    set(
        table.utimens,
        PathAndLong.class,
        (path, times) -> guard.run(SETATTR, () -> names.utimens(path, times)));
    set(
        table.statfs,
        PathAndLong.class,
        (path, statvfs) -> guard.run(STATFS, () -> names.statfs(statvfs)));
  }

  private void setFiles(FileCallbacks files) {
    set(
        table.create,
        PathIntAndLong.class,
        (path, mode, info) -> guard.run(CREATE, () -> files.create(path, mode, info)));
    set(
        table.open,
        PathAndLong.class,
        (path, info) -> guard.run(OPEN, () -> files.open(path, info)));
    set(
        table.read,
        PathAndFourLongs.class,
        (path, buffer, size, offset, info) ->
            guard.answer(READ, () -> files.read(buffer, size, offset, info)));
    set(
        table.write,
        PathAndFourLongs.class,
        (path, buffer, size, offset, info) ->
            guard.answer(WRITE, () -> files.write(buffer, size, offset, info)));
    set(
        table.fallocate,
        PathIntAndThreeLongs.class,
        (path, mode, offset, length, info) ->
            guard.run(FALLOCATE, () -> files.fallocate(mode, offset, length, info)));
    set(
        table.ioctl,
        PathIntTwoLongsIntAndLong.class,
        (path, command, argument, info, flags, data) ->
            guard.run(IOCTL, () -> files.ioctl(command, info, flags, data)));
    set(table.flush, PathAndLong.class, (path, info) -> guard.run(FLUSH, () -> files.flush(info)));
    set(
        table.fsync,
        PathIntAndLong.class,
        (path, dataOnly, info) -> guard.run(FSYNC, () -> files.fsync(info)));
    set(
        table.release,
        PathAndLong.class,
        (path, info) -> guard.run(RELEASE, () -> release(files, info)));
  }

  /** The kernel does not listen to what a release answers; so the log must. */
  private void release(FileCallbacks files, long info) {
    try {
      files.release(info);
    } catch (Exception e) {
      guard.report(RELEASE, e);
    }
  }

  private void setDirectories(DirectoryCallbacks directories) {
    set(
        table.opendir,
        PathAndLong.class,
        (path, info) -> guard.run(OPENDIR, () -> directories.opendir(path, info)));
    set(
        table.readdir,
        PathAndFourLongs.class,
        (path, buffer, fill, offset, info) ->
            guard.run(READDIR, () -> directories.readdir(buffer, fill, offset, info)));
    set(
        table.releasedir,
        PathAndLong.class,
        (path, info) -> guard.run(RELEASEDIR, () -> directories.releasedir(info)));
    set(
        table.fsyncdir,
        PathIntAndLong.class,
        (path, dataOnly, info) -> guard.run(FSYNCDIR, () -> directories.fsyncdir(info)));
  }

  private void setXattrs(XattrCallbacks xattrs) {
    set(
        table.getxattr,
        PathAndThreeLongs.class,
        (path, name, buffer, size) ->
            guard.answer(GETXATTR, () -> xattrs.get(path, name, buffer, size)));
    set(
        table.listxattr,
        PathAndTwoLongs.class,
        (path, buffer, size) -> guard.answer(LISTXATTR, () -> xattrs.list(path, buffer, size)));
    set(
        table.setxattr,
        PathThreeLongsAndInt.class,
        (path, name, value, size, flags) ->
            guard.run(SETXATTR, () -> xattrs.set(path, name, value, size, flags)));
    set(
        table.removexattr,
        PathAndLong.class,
        (path, name) -> guard.run(REMOVEXATTR, () -> xattrs.remove(path, name)));
  }

  /** Puts a stub of {@code callback} where jnr-fuse's own, typed by {@code String}s, would go. */
  private <T> void set(BaseStruct.Func<?> field, Class<T> shape, T callback) {
    callbacks.add(callback);
    Pointer stub =
        Runtime.getSystemRuntime().getClosureManager().getClosurePointer(shape, callback);
    callbacks.add(stub);
    IO.putAddress(address + field.offset(), stub.address());
  }
}
