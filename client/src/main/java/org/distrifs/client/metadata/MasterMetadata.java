package org.distrifs.client.metadata;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.distrifs.client.Metadata;
import org.distrifs.client.cache.AttributeCache;
import org.distrifs.client.cache.EntryCache;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.client.session.Waiting;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.CreateUnnamed;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.FindInode;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.Link;
import org.distrifs.proto.control.Lookup;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.MakeSymlink;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReadDirectory;
import org.distrifs.proto.control.ReadLink;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.proto.control.RemoveDirectory;
import org.distrifs.proto.control.Rename;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.control.StatFileSystem;
import org.distrifs.proto.control.Unlink;
import org.distrifs.proto.error.Errno;

/** {@link Metadata} over the session with the master. */
public final class MasterMetadata implements Metadata {
  private static final int RENAME_EXCHANGE = 2;
  private static final int TYPE_MASK = 0xf000;
  private static final int DIRECTORY = 0x4000;

  /** Beyond the session's own bound, which is the one that is meant to act. */
  private static final long SPARE_MS = 10_000;

  private final MasterApi master;
  private final Waiting waiting;
  private final AttributeCache attributes;
  private final EntryCache entries;
  private final OpenFileChanges openFiles;
  private final ExtendedAttributeCalls extendedAttributes;
  private final long boundMs;

  /** What the master has to find so at each call. */
  private final List<NameCheck> names;

  public MasterMetadata(
      MasterApi master,
      Waiting waiting,
      AttributeCache attributes,
      EntryCache entries,
      OpenFileChanges openFiles,
      long operationTimeoutMs) {
    this(master, waiting, attributes, entries, openFiles, operationTimeoutMs + SPARE_MS, List.of());
  }

  private MasterMetadata(
      MasterApi master,
      Waiting waiting,
      AttributeCache attributes,
      EntryCache entries,
      OpenFileChanges openFiles,
      long boundMs,
      List<NameCheck> names) {
    this.master = master;
    this.waiting = waiting;
    this.attributes = attributes;
    this.entries = entries;
    this.openFiles = openFiles;
    this.extendedAttributes = new ExtendedAttributeCalls(this::call, attributes, openFiles);
    this.boundMs = boundMs;
    this.names = names;
  }

  @Override
  public MasterMetadata provided(List<NameCheck> checked) {
    return checked.isEmpty()
        ? this
        : new MasterMetadata(master, waiting, attributes, entries, openFiles, boundMs, checked);
  }

  @Override
  public Attributes lookup(long parent, ByteString name) throws IOException {
    OptionalLong known = entries.find(parent, name);
    // That a name was absent is not believed: another mount may have made it and closed it since,
    // and an open must find it. A name that is there is looked up anew by the open itself.
    if (known.isPresent() && known.getAsLong() != EntryCache.ABSENT) {
      Attributes cached = attributes.fresh(known.getAsLong());
      // What has no name any more is not what the name leads to, whatever was heard of that before.
      if (cached != null && cached.getNlink() > 0) {
        return openFiles.withUncommitted(cached);
      }
    }
    return freshLookup(parent, name);
  }

  @Override
  public Attributes freshLookup(long parent, ByteString name) throws IOException {
    Lookup lookup = Lookup.newBuilder().setParent(parent).setName(name).build();
    try {
      OperationReply reply = call(Operation.newBuilder().setLookup(lookup));
      return openFiles.withUncommitted(made(reply, name));
    } catch (RefusedException e) {
      if (e.errno() == Errno.ENOENT) {
        attributes.learn(e.reply().getParent());
        entries.learn(e.reply().getParent(), name, EntryCache.ABSENT);
      }
      throw e;
    }
  }

  @Override
  public Attributes attributes(long inode) throws IOException {
    Attributes cached = attributes.fresh(inode);
    return cached != null ? openFiles.withUncommitted(cached) : freshAttributes(inode);
  }

  @Override
  public Attributes newest(Attributes heard) {
    return openFiles.withUncommitted(attributes.newest(heard));
  }

  @Override
  public Attributes freshAttributes(long inode) throws IOException {
    return openFiles.withUncommitted(askAttributes(inode, 0).getAttributes());
  }

  /**
   * What is to be known to open a file: its attributes as the master sees them now, and where a
   * reader most likely begins, the first chunk ({@code chunks}).
   */
  public OperationReply attributesToOpen(long inode) throws IOException {
    return askAttributes(inode, 1);
  }

  private OperationReply askAttributes(long inode, int firstChunks) throws IOException {
    GetAttributes asked =
        GetAttributes.newBuilder().setInode(inode).setFirstChunks(firstChunks).build();
    try {
      return call(Operation.newBuilder().setGetAttributes(asked));
    } catch (RefusedException e) {
      if (e.errno() == Errno.ESTALE) {
        // Else the name by which it was found would go on leading to it.
        attributes.forget(inode);
      }
      throw e;
    }
  }

  @Override
  public OperationReply findInode(long inode, long root) throws IOException {
    FindInode find = FindInode.newBuilder().setInode(inode).setRoot(root).build();
    OperationReply reply = call(Operation.newBuilder().setFindInode(find));
    return reply.toBuilder()
        .setAttributes(openFiles.withUncommitted(reply.getAttributes()))
        .build();
  }

  @Override
  public Attributes setAttributes(SetAttributes change, Caller caller) throws IOException {
    if (change.hasSize() || change.hasAtime() || change.hasMtime()) {
      if (!names.isEmpty() && openFiles.isOpen(change.getInode())) {
        // Before what was written here and not sent yet is cut off.
        freshAttributes(change.getInode());
      }
      Optional<Attributes> done = openFiles.setThroughOpenFile(change, caller);
      if (done.isPresent()) {
        return done.get();
      }
    }
    OperationReply reply = call(by(caller).setSetAttributes(change));
    return openFiles.withUncommitted(reply.getAttributes());
  }

  @Override
  public void recordReads(RecordReads reads) throws IOException {
    call(Operation.newBuilder().setRecordReads(reads));
  }

  @Override
  public Attributes makeDirectory(long parent, ByteString name, int mode, int umask, Caller caller)
      throws IOException {
    MakeDirectory make =
        MakeDirectory.newBuilder()
            .setParent(parent)
            .setName(name)
            .setMode(mode)
            .setUmask(umask)
            .build();
    return made(call(by(caller).setMakeDirectory(make)), name);
  }

  @Override
  public Attributes makeSymlink(long parent, ByteString name, ByteString target, Caller caller)
      throws IOException {
    MakeSymlink make =
        MakeSymlink.newBuilder().setParent(parent).setName(name).setTarget(target).build();
    return made(call(by(caller).setMakeSymlink(make)), name);
  }

  @Override
  public Attributes makeNode(
      long parent, ByteString name, int mode, int umask, long rdev, Caller caller)
      throws IOException {
    Create make =
        Create.newBuilder()
            .setParent(parent)
            .setName(name)
            .setMode(mode)
            .setUmask(umask)
            .setRdev(rdev)
            .setExclusive(true)
            .build();
    return made(call(by(caller).setCreate(make)), name);
  }

  @Override
  public Attributes link(long inode, long parent, ByteString name, Caller caller)
      throws IOException {
    Link link = Link.newBuilder().setInode(inode).setParent(parent).setName(name).build();
    return openFiles.withUncommitted(made(call(by(caller).setLink(link)), name));
  }

  @Override
  public Attributes unlink(long parent, ByteString name, Caller caller) throws IOException {
    Unlink unlink = Unlink.newBuilder().setParent(parent).setName(name).build();
    return removed(call(by(caller).setUnlink(unlink)), name);
  }

  @Override
  public Attributes removeDirectory(long parent, ByteString name, Caller caller)
      throws IOException {
    RemoveDirectory remove = RemoveDirectory.newBuilder().setParent(parent).setName(name).build();
    return removed(call(by(caller).setRemoveDirectory(remove)), name);
  }

  @Override
  public Attributes rename(
      long parent, ByteString name, long newParent, ByteString newName, int flags, Caller caller)
      throws IOException {
    Rename rename =
        Rename.newBuilder()
            .setParent(parent)
            .setName(name)
            .setNewParent(newParent)
            .setNewName(newName)
            .setFlags(flags)
            .build();
    OptionalLong moved = entries.find(parent, name);
    OptionalLong replaced = entries.find(newParent, newName);
    OperationReply reply = call(by(caller).setRename(rename));
    entries.forget(parent, name);
    entries.forget(newParent, newName);
    // Link counts and change times moved, and the answer brings only those of one of the two.
    replaced.ifPresent(attributes::forget);
    if ((flags & RENAME_EXCHANGE) != 0) {
      moved.ifPresent(attributes::forget);
    }
    if ((flags & RENAME_EXCHANGE) == 0) {
      Attributes newDirectory =
          reply.hasSecondParent() ? reply.getSecondParent() : reply.getParent();
      if (reply.getAttributes().getNlink() == 1 || isDirectory(reply.getAttributes())) {
        // Of two names of one inode the old one stays (rename(2)): only a single link surely left.
        entries.learn(reply.getParent(), name, EntryCache.ABSENT);
      }
      entries.learn(newDirectory, newName, reply.getAttributes().getInode());
    }
    return reply.getAttributes();
  }

  @Override
  public OperationReply readDirectory(long inode, long afterCookie, long lastCookie, int limit)
      throws IOException {
    ReadDirectory read =
        ReadDirectory.newBuilder()
            .setInode(inode)
            .setAfterCookie(afterCookie)
            .setLastCookie(lastCookie)
            .setLimit(limit)
            .build();
    OperationReply reply = call(Operation.newBuilder().setReadDirectory(read));
    OperationReply.Builder shown = reply.toBuilder();
    for (int i = 0; i < reply.getEntriesCount(); i++) {
      DirectoryEntry entry = reply.getEntries(i);
      attributes.learn(entry.getAttributes());
      entries.learn(reply.getAttributes(), entry.getName(), entry.getAttributes().getInode());
      Attributes uncommitted = openFiles.withUncommitted(entry.getAttributes());
      if (!uncommitted.equals(entry.getAttributes())) {
        shown.setEntries(i, entry.toBuilder().setAttributes(uncommitted));
      }
    }
    return shown.build();
  }

  @Override
  public ByteString readLink(long inode) throws IOException {
    return call(Operation.newBuilder().setReadLink(ReadLink.newBuilder().setInode(inode)))
        .getLinkTarget();
  }

  @Override
  public FileSystemStatistics statistics() throws IOException {
    return call(Operation.newBuilder().setStatFileSystem(StatFileSystem.getDefaultInstance()))
        .getStatistics();
  }

  @Override
  public Optional<ByteString> extendedAttribute(long inode, ByteString name) throws IOException {
    return extendedAttributes.get(inode, name);
  }

  @Override
  public List<ByteString> extendedAttributes(long inode) throws IOException {
    return extendedAttributes.list(inode);
  }

  @Override
  public Attributes setExtendedAttribute(SetExtendedAttribute change, Caller caller)
      throws IOException {
    return extendedAttributes.set(change, caller);
  }

  @Override
  public Attributes removeExtendedAttribute(long inode, ByteString name, Caller caller)
      throws IOException {
    return extendedAttributes.remove(inode, name, caller);
  }

  /**
   * Creates a regular file with its first chunk, or finds the one that has the name.
   *
   * @return attributes, and the first chunk in {@code chunks} when the file was made here
   */
  public OperationReply createFile(
      long parent, ByteString name, int mode, int umask, boolean exclusive, Caller caller)
      throws IOException {
    Create create =
        Create.newBuilder()
            .setParent(parent)
            .setName(name)
            .setMode(mode)
            .setUmask(umask)
            .setExclusive(exclusive)
            .setWithFirstChunk(true)
            .build();
    OperationReply reply = call(by(caller).setCreate(create));
    made(reply, name);
    return reply;
  }

  /**
   * Creates a regular file without a name, with its first chunk.
   *
   * @param exclusive it never gets a name
   * @return attributes, and the first chunk in {@code chunks}
   */
  public OperationReply createUnnamed(
      long parent, int mode, int umask, boolean exclusive, Caller caller) throws IOException {
    CreateUnnamed create =
        CreateUnnamed.newBuilder()
            .setParent(parent)
            .setMode(mode)
            .setUmask(umask)
            .setExclusive(exclusive)
            .setWithFirstChunk(true)
            .build();
    return call(by(caller).setCreateUnnamed(create));
  }

  private static boolean isDirectory(Attributes attributes) {
    return (attributes.getMode() & TYPE_MASK) == DIRECTORY;
  }

  private Attributes made(OperationReply reply, ByteString name) {
    entries.learn(reply.getParent(), name, reply.getAttributes().getInode());
    return reply.getAttributes();
  }

  private Attributes removed(OperationReply reply, ByteString name) {
    entries.learn(reply.getParent(), name, EntryCache.ABSENT);
    return reply.getAttributes();
  }

  private OperationReply call(Operation.Builder operation) throws IOException {
    OperationReply reply =
        Replies.await(
            waiting,
            () -> master.submit(operation.build(), names),
            boundMs,
            "an operation of the master");
    attributes.learn(reply.getParent());
    attributes.learn(reply.getSecondParent());
    attributes.learn(reply.getAttributes());
    return reply;
  }

  private static Operation.Builder by(Caller caller) {
    return Operation.newBuilder().setCaller(caller);
  }
}
