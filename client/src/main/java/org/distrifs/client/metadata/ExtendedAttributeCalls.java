package org.distrifs.client.metadata;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.distrifs.client.cache.AttributeCache;
import org.distrifs.client.session.RefusedException;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.GetExtendedAttribute;
import org.distrifs.proto.control.ListExtendedAttributes;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RemoveExtendedAttribute;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.xattr.AttributeNames;

/**
 * The part of {@link MasterMetadata} that is about extended attributes. The kernel asks for ACLs
 * and capabilities of nearly every file, and nearly none has any: that much the attributes tell.
 */
final class ExtendedAttributeCalls {

  /**
   * Has an operation carried out by the master, and learns the attributes that its answer brings.
   */
  @FunctionalInterface
  interface Master {
    OperationReply call(Operation.Builder operation) throws IOException;
  }

  private final Master master;
  private final AttributeCache attributes;
  private final OpenFileChanges openFiles;

  ExtendedAttributeCalls(Master master, AttributeCache attributes, OpenFileChanges openFiles) {
    this.master = master;
    this.attributes = attributes;
    this.openFiles = openFiles;
  }

  Optional<ByteString> get(long inode, ByteString name) throws IOException {
    int badName = AttributeNames.check(name);
    if (badName != 0) {
      throw new ErrnoException(Errno.ofCode(badName), "read of attribute " + name.toStringUtf8());
    }
    if (hasNone(inode)) {
      return Optional.empty();
    }
    GetExtendedAttribute get =
        GetExtendedAttribute.newBuilder().setInode(inode).setName(name).build();
    try {
      OperationReply reply = master.call(Operation.newBuilder().setGetExtendedAttribute(get));
      return Optional.of(reply.getExtendedAttributeValue());
    } catch (RefusedException e) {
      if (e.errno() != Errno.ENODATA) {
        throw e;
      }
      attributes.learn(e.reply().getAttributes());
      return Optional.empty();
    }
  }

  List<ByteString> list(long inode) throws IOException {
    if (hasNone(inode)) {
      return List.of();
    }
    ListExtendedAttributes list = ListExtendedAttributes.newBuilder().setInode(inode).build();
    return master
        .call(Operation.newBuilder().setListExtendedAttributes(list))
        .getExtendedAttributeNamesList();
  }

  /** Whether what is known, and young enough, says so. */
  private boolean hasNone(long inode) {
    Attributes cached = attributes.fresh(inode);
    return cached != null && !cached.getHasExtendedAttributes();
  }

  Attributes set(SetExtendedAttribute change, Caller caller) throws IOException {
    if (change.getName().equals(AttributeNames.CAPABILITY)) {
      openFiles.flush(change.getInode());
    }
    OperationReply reply =
        master.call(Operation.newBuilder().setCaller(caller).setSetExtendedAttribute(change));
    return openFiles.withUncommitted(reply.getAttributes());
  }

  Attributes remove(long inode, ByteString name, Caller caller) throws IOException {
    RemoveExtendedAttribute remove =
        RemoveExtendedAttribute.newBuilder().setInode(inode).setName(name).build();
    OperationReply reply =
        master.call(Operation.newBuilder().setCaller(caller).setRemoveExtendedAttribute(remove));
    return openFiles.withUncommitted(reply.getAttributes());
  }
}
