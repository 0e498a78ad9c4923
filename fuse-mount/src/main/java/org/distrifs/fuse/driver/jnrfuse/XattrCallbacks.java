package org.distrifs.fuse.driver.jnrfuse;

import static org.distrifs.fuse.driver.NativeMemory.IO;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.Optional;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.operations.ExtendedAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.xattr.AttributeNames;

/**
 * The callbacks that work on extended attributes. libfuse 2 cannot ask the kernel to go by ACLs, so
 * none can be set here: who sets one expects it to be obeyed.
 */
final class XattrCallbacks {
  private final ExtendedAttributes attributes;
  private final PathResolver paths;

  XattrCallbacks(ExtendedAttributes attributes, PathResolver paths) {
    this.attributes = attributes;
    this.paths = paths;
  }

  /** Returns the bytes of the value. */
  int get(long path, long name, long buffer, long size) throws IOException {
    Optional<ByteString> value = attributes.get(paths.inode(path), NativeMemory.name(name));
    return value.isPresent() ? answer(value.get(), buffer, size) : -Errno.ENODATA.code();
  }

  /** Returns the bytes of all names, each with its NUL. */
  int list(long path, long buffer, long size) throws IOException {
    return answer(attributes.list(paths.inode(path), Request.current().caller()), buffer, size);
  }

  /** A buffer of 0 bytes asks how many there are. */
  private static int answer(ByteString found, long buffer, long size) {
    if (size != 0 && size < found.size()) {
      return -Errno.ERANGE.code();
    }
    if (size != 0) {
      IO.putByteArray(buffer, found.toByteArray(), 0, found.size());
    }
    return found.size();
  }

  void set(long path, long name, long value, long size, int flags) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(size)];
    IO.getByteArray(value, bytes, 0, bytes.length);
    SetExtendedAttribute.Builder change =
        SetExtendedAttribute.newBuilder()
            .setName(changeable(name))
            .setValue(UnsafeByteOperations.unsafeWrap(bytes))
            .setFlags(flags);
    paths.walk(
        walk -> {
          change.setInode(walk.inode(path));
          return walk.checked()
              .extendedAttributes()
              .set(change.build(), Request.current().caller());
        });
  }

  void remove(long path, long name) throws IOException {
    ByteString changed = changeable(name);
    paths.walk(
        walk -> {
          long inode = walk.inode(path);
          return walk.checked()
              .extendedAttributes()
              .remove(inode, changed, Request.current().caller());
        });
  }

  private static ByteString changeable(long address) throws ErrnoException {
    ByteString name = NativeMemory.name(address);
    if (AttributeNames.isAcl(name)) {
      throw new ErrnoException(Errno.EOPNOTSUPP, "change an ACL through libfuse 2");
    }
    return name;
  }
}
