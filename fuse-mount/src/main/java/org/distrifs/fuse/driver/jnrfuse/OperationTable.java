package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.jnrfuse.NativeMemory.IO;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.Path;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndFourLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndInt;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndLong;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndTwoInts;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathAndTwoLongs;
import org.distrifs.fuse.driver.jnrfuse.Callbacks.PathIntAndLong;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * {@code struct fuse_operations}, filled with native stubs of our callbacks. The layout comes from
 * jnr-fuse. What is left empty libfuse answers with {@code ENOSYS}: extended attributes (so that
 * the kernel asks once and not before each write), {@code fallocate}, locks (which the kernel then
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

  private final Failures failures = new Failures();

  /** The stubs are freed with their Java side, which nothing else refers to. */
  private final List<Object> callbacks = new ArrayList<>();

  OperationTable(NameCallbacks names, FileCallbacks files, DirectoryCallbacks directories) {
    setNames(names);
    setFiles(files);
    setDirectories(directories);
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
        (path, stat) -> failures.run("getattr", () -> names.getattr(path, stat)));
    set(
        table.fgetattr,
        PathAndTwoLongs.class,
        (path, stat, info) -> failures.run("fgetattr", () -> names.fgetattr(stat, info)));
    set(
        table.readlink,
        PathAndTwoLongs.class,
        (path, buffer, size) -> failures.run("readlink", () -> names.readlink(path, buffer, size)));
    set(
        table.mknod,
        PathIntAndLong.class,
        (path, mode, rdev) -> failures.run("mknod", () -> names.mknod(path, mode, rdev)));
    set(
        table.mkdir,
        PathAndInt.class,
        (path, mode) -> failures.run("mkdir", () -> names.mkdir(path, mode)));
    set(table.unlink, Path.class, path -> failures.run("unlink", () -> names.unlink(path)));
    set(table.rmdir, Path.class, path -> failures.run("rmdir", () -> names.rmdir(path)));
    set(
        table.symlink,
        PathAndLong.class,
        (target, path) -> failures.run("symlink", () -> names.symlink(target, path)));
    set(
        table.rename,
        PathAndLong.class,
        (from, to) -> failures.run("rename", () -> names.rename(from, to)));
    set(
        table.link,
        PathAndLong.class,
        (existing, path) -> failures.run("link", () -> names.link(existing, path)));
    set(
        table.chmod,
        PathAndInt.class,
        (path, mode) -> failures.run("chmod", () -> names.chmod(path, mode)));
    set(
        table.chown,
        PathAndTwoInts.class,
        (path, uid, gid) -> failures.run("chown", () -> names.chown(path, uid, gid)));
    set(
        table.truncate,
        PathAndLong.class,
        (path, size) -> failures.run("truncate", () -> names.truncate(path, size)));
    set(
        table.ftruncate,
        PathAndTwoLongs.class,
        (path, size, info) -> failures.run("ftruncate", () -> names.ftruncate(size, info)));
    set(
        table.utimens,
        PathAndLong.class,
        (path, times) -> failures.run("utimens", () -> names.utimens(path, times)));
    set(
        table.statfs,
        PathAndLong.class,
        (path, statvfs) -> failures.run("statfs", () -> names.statfs(statvfs)));
  }

  private void setFiles(FileCallbacks files) {
    set(
        table.create,
        PathIntAndLong.class,
        (path, mode, info) -> failures.run("create", () -> files.create(path, mode, info)));
    set(
        table.open,
        PathAndLong.class,
        (path, info) -> failures.run("open", () -> files.open(path, info)));
    set(
        table.read,
        PathAndFourLongs.class,
        (path, buffer, size, offset, info) ->
            failures.answer("read", () -> files.read(buffer, size, offset, info)));
    set(
        table.write,
        PathAndFourLongs.class,
        (path, buffer, size, offset, info) ->
            failures.answer("write", () -> files.write(buffer, size, offset, info)));
    set(
        table.flush,
        PathAndLong.class,
        (path, info) -> failures.run("flush", () -> files.flush(info)));
    set(
        table.fsync,
        PathIntAndLong.class,
        (path, dataOnly, info) -> failures.run("fsync", () -> files.fsync(info)));
    set(
        table.release,
        PathAndLong.class,
        (path, info) -> failures.run("release", () -> release(files, info)));
  }

  /** The kernel does not listen to what a release answers; so the log must. */
  private void release(FileCallbacks files, long info) {
    try {
      files.release(info);
    } catch (Exception e) {
      failures.report("release", e);
    }
  }

  private void setDirectories(DirectoryCallbacks directories) {
    set(
        table.opendir,
        PathAndLong.class,
        (path, info) -> failures.run("opendir", () -> directories.opendir(path, info)));
    set(
        table.readdir,
        PathAndFourLongs.class,
        (path, buffer, fill, offset, info) ->
            failures.run("readdir", () -> directories.readdir(buffer, fill, offset, info)));
    set(
        table.releasedir,
        PathAndLong.class,
        (path, info) -> failures.run("releasedir", () -> directories.releasedir(info)));
    set(
        table.fsyncdir,
        PathIntAndLong.class,
        (path, dataOnly, info) -> failures.run("fsyncdir", () -> directories.fsyncdir(info)));
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
