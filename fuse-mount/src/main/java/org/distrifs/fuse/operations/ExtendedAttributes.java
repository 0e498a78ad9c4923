package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.distrifs.client.Metadata;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.xattr.AttributeNames;

/**
 * The calls of xattr(7) by inode. Who may use which namespace is checked by the kernel, but for
 * what a listing shows. Threads and failures are as in {@link FuseOperations}.
 */
public final class ExtendedAttributes {
  private static final int SUPER_USER = 0;

  private final Metadata metadata;
  private final VirtualFiles virtualFiles;

  ExtendedAttributes(Metadata metadata, VirtualFiles virtualFiles) {
    this.metadata = metadata;
    this.virtualFiles = virtualFiles;
  }

  /** The value; empty when there is none of that name, which is what is found nearly always. */
  public Optional<ByteString> get(long inode, ByteString name) throws IOException {
    return VirtualFiles.isVirtual(inode)
        ? Optional.empty()
        : metadata.extendedAttribute(inode, name);
  }

  /**
   * The names that the caller may see, each with a final NUL: what {@code listxattr(2)} answers.
   */
  public ByteString list(long inode, Caller caller) throws IOException {
    if (VirtualFiles.isVirtual(inode)) {
      return ByteString.EMPTY;
    }
    List<ByteString> names = metadata.extendedAttributes(inode);
    ByteString.Output list = ByteString.newOutput();
    for (ByteString name : names) {
      if (caller.getUid() == SUPER_USER || !AttributeNames.isTrusted(name)) {
        name.writeTo(list);
        list.write(0);
      }
    }
    return list.toByteString();
  }

  /** Sets one; answers the attributes of the inode after that. */
  public Attributes set(SetExtendedAttribute change, Caller caller) throws IOException {
    virtualFiles.checkChange(change.getInode());
    return metadata.setExtendedAttribute(change, caller);
  }

  /** Removes one; answers the attributes of the inode after that. */
  public Attributes remove(long inode, ByteString name, Caller caller) throws IOException {
    virtualFiles.checkChange(inode);
    return metadata.removeExtendedAttribute(inode, name, caller);
  }
}
