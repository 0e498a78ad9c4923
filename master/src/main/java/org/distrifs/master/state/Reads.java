package org.distrifs.master.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.Names;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.table.OrderedIndex;
import org.distrifs.master.table.RecordTable;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.FindInode;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.GetExtendedAttribute;
import org.distrifs.proto.control.ListExtendedAttributes;
import org.distrifs.proto.control.Lookup;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReadDirectory;
import org.distrifs.proto.control.ReadLink;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.xattr.AttributeNames;

/** The operations that change nothing. */
final class Reads {

  private static final int MAX_ENTRIES = 1024;
  private static final int MAX_CHAINS = 64;
  private static final int MAX_NAMES = 4096;

  private final Namespace namespace;
  private final InodeResolver resolver;
  private final FileChunks chunks;
  private final AllocatedBlocks blocks;
  private final FileLocks locks;
  private final Replies replies;

  Reads(
      Namespace namespace,
      InodeResolver resolver,
      FileChunks chunks,
      AllocatedBlocks blocks,
      FileLocks locks,
      Replies replies) {
    this.namespace = namespace;
    this.resolver = resolver;
    this.chunks = chunks;
    this.blocks = blocks;
    this.locks = locks;
    this.replies = replies;
  }

  OperationReply read(long sessionId, Operation operation) {
    return switch (operation.getKindCase()) {
      case LOOKUP -> lookup(operation.getLookup());
      case GET_ATTRIBUTES -> attributes(sessionId, operation.getGetAttributes());
      case READ_DIRECTORY -> directory(operation.getReadDirectory());
      case READ_LINK -> link(operation.getReadLink());
      case GET_CHAINS -> chains(sessionId, operation.getGetChains());
      case STAT_FILE_SYSTEM -> statistics();
      case GET_EXTENDED_ATTRIBUTE -> extendedAttribute(operation.getGetExtendedAttribute());
      case LIST_EXTENDED_ATTRIBUTES -> extendedAttributes(operation.getListExtendedAttributes());
      case FIND_INODE -> find(operation.getFindInode());
      case TEST_LOCK -> locks.test(sessionId, operation.getTestLock());
      default -> Replies.error(Errno.EINVAL, operation.getKindCase() + " is not a read");
    };
  }

  /** Whether each of these names leads to its inode. */
  boolean lead(List<NameCheck> names) {
    return names.size() <= MAX_NAMES && names.stream().allMatch(this::leads);
  }

  private boolean leads(NameCheck check) {
    int directory = resolver.directory(check.getDirectory());
    int inode = resolver.any(check.getInode());
    return directory > 0
        && inode > 0
        && namespace.lookup(directory, check.getName().toByteArray()) == inode;
  }

  private OperationReply lookup(Lookup lookup) {
    int directory = resolver.directory(lookup.getParent());
    if (directory < 0) {
      return Replies.error(-directory);
    }
    byte[] name = lookup.getName().toByteArray();
    int badName = Names.check(name);
    if (badName != 0) {
      return Replies.error(badName);
    }
    int inode = namespace.lookup(directory, name);
    if (inode == 0) {
      return OperationReply.newBuilder()
          .setErrno(Errno.ENOENT.code())
          .setParent(replies.attributes(directory))
          .build();
    }
    return replies.of(inode).setParent(replies.attributes(directory)).build();
  }

  private OperationReply attributes(long sessionId, GetAttributes get) {
    int inode = resolver.any(get.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (get.getFirstChunks() < 0 || get.getFirstChunks() > MAX_CHAINS) {
      return Replies.error(Errno.EINVAL, "0 to " + MAX_CHAINS + " chains at a time");
    }
    OperationReply.Builder reply = replies.of(inode);
    if (get.getFirstChunks() > 0 && FileMode.isRegular(namespace.inodes().mode(inode))) {
      GetChains first = GetChains.newBuilder().setCount(get.getFirstChunks()).build();
      addChunks(reply, sessionId, first, inode);
    }
    return reply.build();
  }

  private OperationReply find(FindInode find) {
    int inode = resolver.any(find.getInode());
    int root = resolver.directory(find.getRoot());
    if (inode < 0 || root < 0 || !namespace.leadsTo(root, inode)) {
      return Replies.error(Errno.ESTALE);
    }
    OperationReply.Builder reply = replies.of(inode);
    if (FileMode.isDirectory(namespace.inodes().mode(inode))) {
      int above = inode == root ? root : namespace.parentOf(inode);
      reply.setParent(replies.attributes(above));
    }
    return reply.build();
  }

  private OperationReply directory(ReadDirectory read) {
    int directory = resolver.directory(read.getInode());
    if (directory < 0) {
      return Replies.error(-directory);
    }
    if (read.getLimit() < 1 || read.getLimit() > MAX_ENTRIES) {
      return Replies.error(Errno.EINVAL, "1 to " + MAX_ENTRIES + " entries at a time");
    }
    if (namespace.isRemoved(directory)) {
      return Replies.error(Errno.ENOENT);
    }
    OperationReply.Builder reply =
        replies.of(directory).setParent(replies.attributes(namespace.parentOf(directory)));
    long after = read.getAfterCookie() < 0 ? Long.MAX_VALUE : read.getAfterCookie();
    Namespace.Listing listing = namespace.list(directory, after, lastCookie(read));
    Namespace.Entry entry = listing.next();
    while (entry != null && reply.getEntriesCount() < read.getLimit()) {
      reply.addEntries(
          DirectoryEntry.newBuilder()
              .setName(UnsafeByteOperations.unsafeWrap(entry.name()))
              .setCookie(entry.cookie())
              .setAttributes(replies.attributes(entry.inode())));
      entry = listing.next();
    }
    return reply.setEndOfDirectory(entry == null).setNewestCookie(namespace.newestCookie()).build();
  }

  private static long lastCookie(ReadDirectory read) {
    return read.getLastCookie() <= 0 ? Long.MAX_VALUE : read.getLastCookie();
  }

  private OperationReply link(ReadLink read) {
    int inode = resolver.any(read.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (!FileMode.isSymlink(namespace.inodes().mode(inode))) {
      return Replies.error(Errno.EINVAL);
    }
    ByteString target = UnsafeByteOperations.unsafeWrap(namespace.target(inode));
    return replies.of(inode).setLinkTarget(target).build();
  }

  private OperationReply chains(long sessionId, GetChains get) {
    int inode = resolver.regular(get.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (get.getCount() < 1 || get.getCount() > MAX_CHAINS || get.getFirstIndex() < 0) {
      return Replies.error(Errno.EINVAL, "1 to " + MAX_CHAINS + " chains at a time");
    }
    OperationReply.Builder reply = replies.of(inode);
    int chunk = addChunks(reply, sessionId, get, inode);
    if (get.getSkipHoles()) {
      reply.setEndOfChunks(!isAsked(get, inode, chunk));
      blocks
          .writtenOfSparse(inode)
          .ifPresent(ranges -> reply.setSparse(true).addAllWritten(ranges.toMessage()));
    }
    return reply.build();
  }

  /** Adds the chunks that are asked for; answers the one behind them, or 0. */
  private int addChunks(OperationReply.Builder reply, long sessionId, GetChains get, int inode) {
    OrderedIndex.Cursor cursor = chunks.map().from(inode, get.getFirstIndex());
    int chunk = cursor.next();
    while (isAsked(get, inode, chunk) && reply.getChunksCount() < get.getCount()) {
      if (chunks.isVisibleTo(chunk, sessionId)) {
        reply.addChunks(replies.location(chunk));
      }
      chunk = cursor.next();
    }
    return chunk;
  }

  private boolean isAsked(GetChains get, int inode, int chunk) {
    return chunk != 0
        && chunks.map().file(chunk) == inode
        && (get.getSkipHoles() || chunks.map().index(chunk) - get.getFirstIndex() < get.getCount());
  }

  private OperationReply extendedAttribute(GetExtendedAttribute get) {
    int inode = resolver.any(get.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    int badName = AttributeNames.check(get.getName());
    if (badName != 0) {
      return Replies.error(badName);
    }
    byte[] value = namespace.extendedAttributes().get(inode, get.getName().toByteArray());
    return value == null
        ? replies.of(inode).setErrno(Errno.ENODATA.code()).build()
        : replies
            .of(inode)
            .setExtendedAttributeValue(UnsafeByteOperations.unsafeWrap(value))
            .build();
  }

  private OperationReply extendedAttributes(ListExtendedAttributes list) {
    int inode = resolver.any(list.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    OperationReply.Builder reply = replies.of(inode);
    for (byte[] name : namespace.extendedAttributes().names(inode)) {
      reply.addExtendedAttributeNames(UnsafeByteOperations.unsafeWrap(name));
    }
    return reply.build();
  }

  private OperationReply statistics() {
    return OperationReply.newBuilder()
        .setStatistics(
            FileSystemStatistics.newBuilder()
                .setInodes(namespace.inodes().count())
                .setInodesLimit(RecordTable.MAX_SLOTS)
                .setNameMaxBytes(Names.MAX_BYTES))
        .build();
  }
}
