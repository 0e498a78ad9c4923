package org.distrifs.fuse.memory;

import static org.distrifs.proto.error.Errno.EEXIST;
import static org.distrifs.proto.error.Errno.EINVAL;
import static org.distrifs.proto.error.Errno.EISDIR;
import static org.distrifs.proto.error.Errno.ENODATA;
import static org.distrifs.proto.error.Errno.ENOENT;
import static org.distrifs.proto.error.Errno.ENOTDIR;
import static org.distrifs.proto.error.Errno.ENOTEMPTY;
import static org.distrifs.proto.error.Errno.EPERM;
import static org.distrifs.proto.error.Errno.ESTALE;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.proto.access.SetIdBits;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.xattr.AttributeNames;

/** The namespace of the in-memory file system: one lock, no caches, always current. */
final class MemoryTree implements Metadata {
  private static final int RENAME_NOREPLACE = 1;
  private static final int RENAME_EXCHANGE = 2;
  private static final int XATTR_CREATE = 1;
  private static final int XATTR_REPLACE = 2;

  private final Map<Long, Node> nodes = new HashMap<>();
  private long nextInode = DistriFsClient.ROOT_INODE + 1;

  MemoryTree() {
    Node root = new Node(DistriFsClient.ROOT_INODE, Node.DIRECTORY | 0755);
    root.addLinks(1);
    root.parent = root;
    root.modified(nowNs());
    nodes.put(root.inode(), root);
  }

  static long nowNs() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  // --- for open files

  synchronized Node open(long inode) throws IOException {
    Node node = node(inode);
    if (node.isDirectory()) {
      throw failure(EISDIR, "open");
    }
    if (node.type() != Node.REGULAR) {
      throw failure(EINVAL, "open");
    }
    node.openHandles++;
    return node;
  }

  synchronized Node create(long parent, ByteString name, int mode, boolean exclusive, Caller caller)
      throws IOException {
    Node directory = directory(parent);
    Node existing = directory.child(name);
    if (existing != null && exclusive) {
      throw failure(EEXIST, "create");
    }
    if (existing != null) {
      return open(existing.inode());
    }
    Node made = make(directory, name, Node.REGULAR | (mode & ~Node.TYPE_MASK), caller);
    made.openHandles++;
    return made;
  }

  synchronized Node createUnnamed(long parent, int mode, boolean exclusive, Caller caller)
      throws IOException {
    Node made = makeNode(directory(parent), Node.REGULAR | (mode & ~Node.TYPE_MASK), caller);
    made.addLinks(-1);
    made.awaitsName = !exclusive;
    made.openHandles++;
    return made;
  }

  synchronized int openHandles() {
    return nodes.values().stream().mapToInt(node -> node.openHandles).sum();
  }

  synchronized void closed(Node node) {
    node.openHandles--;
    forgetIfUnused(node);
  }

  synchronized void written(Node node, long end) {
    node.extend(end);
    node.modified(nowNs());
  }

  synchronized Attributes snapshot(Node node) {
    return node.snapshot();
  }

  synchronized void truncate(Node node, long size) {
    node.data.truncate(size);
    node.attributes.setSize(size);
    node.modified(nowNs());
  }

  // --- extended attributes

  @Override
  public synchronized Optional<ByteString> extendedAttribute(long inode, ByteString name)
      throws IOException {
    checkAttribute(name);
    return Optional.ofNullable(node(inode).extendedAttributes.get(name));
  }

  @Override
  public synchronized List<ByteString> extendedAttributes(long inode) throws IOException {
    return List.copyOf(node(inode).extendedAttributes.keySet());
  }

  @Override
  public synchronized Attributes setExtendedAttribute(SetExtendedAttribute change, Caller caller)
      throws IOException {
    checkAttribute(change.getName());
    Node node = node(change.getInode());
    boolean exists = node.extendedAttributes.containsKey(change.getName());
    if (exists && change.getFlags() == XATTR_CREATE) {
      throw failure(EEXIST, "set attribute");
    }
    if (!exists && change.getFlags() == XATTR_REPLACE) {
      throw failure(ENODATA, "set attribute");
    }
    if (change.getName().equals(AccessAcl.NAME)) {
      setAcl(node, change.getValue());
    } else {
      node.extendedAttributes.put(change.getName(), change.getValue());
    }
    node.touch(nowNs());
    return node.snapshot();
  }

  private static void setAcl(Node node, ByteString value) {
    AccessAcl acl = new AccessAcl(value);
    node.attributes.setMode(acl.mode(node.attributes.getMode()));
    if (acl.isMinimal()) {
      node.extendedAttributes.remove(AccessAcl.NAME);
    } else {
      node.extendedAttributes.put(AccessAcl.NAME, value);
    }
  }

  @Override
  public synchronized Attributes removeExtendedAttribute(long inode, ByteString name, Caller caller)
      throws IOException {
    checkAttribute(name);
    Node node = node(inode);
    if (node.extendedAttributes.remove(name) == null) {
      throw failure(ENODATA, "remove attribute");
    }
    node.touch(nowNs());
    return node.snapshot();
  }

  private static void checkAttribute(ByteString name) throws ErrnoException {
    int badName = AttributeNames.check(name);
    if (badName != 0) {
      throw failure(Errno.ofCode(badName), "use attribute");
    }
  }

  // --- Metadata

  @Override
  public Metadata provided(List<NameCheck> names) {
    return names.isEmpty()
        ? this
        : (Metadata)
            Proxy.newProxyInstance(
                Metadata.class.getClassLoader(),
                new Class<?>[] {Metadata.class},
                (proxy, method, arguments) -> callIfNamesLead(names, method, arguments));
  }

  private synchronized Object callIfNamesLead(
      List<NameCheck> names, Method method, Object[] arguments) throws Throwable {
    check(names);
    try {
      return method.invoke(this, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  synchronized void check(List<NameCheck> names) throws IOException {
    for (NameCheck check : names) {
      Node directory = nodes.get(check.getDirectory());
      Node found = directory == null ? null : directory.child(check.getName());
      if (found == null || found.inode() != check.getInode()) {
        throw failure(ESTALE, "go by a name");
      }
    }
  }

  @Override
  public synchronized Attributes lookup(long parent, ByteString name) throws IOException {
    return child(directory(parent), name).snapshot();
  }

  @Override
  public synchronized Attributes attributes(long inode) throws IOException {
    return node(inode).snapshot();
  }

  @Override
  public Attributes freshAttributes(long inode) throws IOException {
    return attributes(inode);
  }

  @Override
  public synchronized Attributes setAttributes(SetAttributes change, Caller caller)
      throws IOException {
    Node node = node(change.getInode());
    Attributes.Builder attributes = node.attributes;
    if (change.hasSize()) {
      if (node.isDirectory()) {
        throw failure(EISDIR, "truncate");
      }
      truncate(node, change.getSize());
    }
    if (change.getClearSetIdBits() && !node.isDirectory()) {
      attributes.setMode(SetIdBits.cleared(attributes.getMode(), attributes.getGid(), caller));
    }
    if (change.hasMode()) {
      attributes.setMode(node.type() | change.getMode());
    }
    if (change.hasUid()) {
      attributes.setUid(change.getUid());
    }
    if (change.hasGid()) {
      attributes.setGid(change.getGid());
    }
    long nowNs = nowNs();
    if (change.hasAtime()) {
      long atimeNs = timeNs(change.getAtime(), nowNs);
      attributes.setAtimeS(Math.floorDiv(atimeNs, 1_000_000_000L));
      attributes.setAtimeNs((int) Math.floorMod(atimeNs, 1_000_000_000L));
    }
    if (change.hasMtime()) {
      long mtimeNs = timeNs(change.getMtime(), nowNs);
      attributes.setMtimeS(Math.floorDiv(mtimeNs, 1_000_000_000L));
      attributes.setMtimeNs((int) Math.floorMod(mtimeNs, 1_000_000_000L));
    }
    node.touch(nowNs);
    return node.snapshot();
  }

  @Override
  public synchronized void recordReads(RecordReads record) {
    for (RecordReads.Read read : record.getReadsList()) {
      Node node = nodes.get(read.getInode());
      if (node != null && node.attributes.getChangeCounter() == read.getChangeCounter()) {
        node.attributes.setAtimeS(read.getSeconds()).setAtimeNs(read.getNanoseconds());
      }
    }
  }

  private static long timeNs(TimeChange change, long nowNs) {
    return change.getNow() ? nowNs : change.getSeconds() * 1_000_000_000L + change.getNanoseconds();
  }

  @Override
  public synchronized Attributes makeDirectory(
      long parent, ByteString name, int mode, int umask, Caller caller) throws IOException {
    Node directory = directory(parent);
    int inherited = directory.attributes.getMode() & Node.SET_GROUP_ID;
    Node made = make(directory, name, Node.DIRECTORY | mode & 07777 & ~umask | inherited, caller);
    made.addLinks(1);
    directory.addLinks(1);
    return made.snapshot();
  }

  @Override
  public synchronized Attributes makeSymlink(
      long parent, ByteString name, ByteString target, Caller caller) throws IOException {
    Node made = make(directory(parent), name, Node.SYMLINK | 0777, caller);
    made.target = target;
    made.attributes.setSize(target.size());
    return made.snapshot();
  }

  @Override
  public synchronized Attributes makeNode(
      long parent, ByteString name, int mode, int umask, long rdev, Caller caller)
      throws IOException {
    int type = (mode & Node.TYPE_MASK) == 0 ? Node.REGULAR : mode & Node.TYPE_MASK;
    Node made = make(directory(parent), name, type | mode & 07777 & ~umask, caller);
    made.attributes.setRdev(rdev);
    return made.snapshot();
  }

  private Node make(Node directory, ByteString name, int mode, Caller caller) throws IOException {
    if (directory.child(name) != null) {
      throw failure(EEXIST, "make");
    }
    Node made = makeNode(directory, mode, caller);
    directory.put(name, made);
    directory.modified(nowNs());
    return made;
  }

  private Node makeNode(Node directory, int mode, Caller caller) {
    Node made = new Node(nextInode++, mode);
    boolean inheritGroup = (directory.attributes.getMode() & Node.SET_GROUP_ID) != 0;
    made.attributes.setUid(caller.getUid());
    made.attributes.setGid(inheritGroup ? directory.attributes.getGid() : caller.getGid());
    made.modified(nowNs());
    made.attributes.setAtimeS(made.attributes.getMtimeS()).setAtimeNs(made.attributes.getMtimeNs());
    nodes.put(made.inode(), made);
    return made;
  }

  @Override
  public synchronized Attributes link(long inode, long parent, ByteString name, Caller caller)
      throws IOException {
    Node node = node(inode);
    Node directory = directory(parent);
    if (node.isDirectory()) {
      throw failure(EPERM, "link");
    }
    if (directory.child(name) != null) {
      throw failure(EEXIST, "link");
    }
    if (node.attributes.getNlink() == 0 && !node.awaitsName) {
      throw failure(ENOENT, "link");
    }
    node.awaitsName = false;
    directory.put(name, node);
    directory.modified(nowNs());
    node.addLinks(1);
    node.touch(nowNs());
    return node.snapshot();
  }

  @Override
  public synchronized Attributes unlink(long parent, ByteString name, Caller caller)
      throws IOException {
    Node directory = directory(parent);
    Node node = child(directory, name);
    if (node.isDirectory()) {
      throw failure(EISDIR, "unlink");
    }
    directory.remove(name);
    directory.modified(nowNs());
    dropLink(node);
    return node.snapshot();
  }

  @Override
  public synchronized Attributes removeDirectory(long parent, ByteString name, Caller caller)
      throws IOException {
    Node directory = directory(parent);
    Node node = child(directory, name);
    if (!node.isDirectory()) {
      throw failure(ENOTDIR, "rmdir");
    }
    if (!node.entries.isEmpty()) {
      throw failure(ENOTEMPTY, "rmdir");
    }
    directory.remove(name);
    directory.addLinks(-1);
    directory.modified(nowNs());
    nodes.remove(node.inode());
    return node.snapshot();
  }

  private void dropLink(Node node) {
    node.addLinks(-1);
    node.touch(nowNs());
    forgetIfUnused(node);
  }

  private void forgetIfUnused(Node node) {
    if (node.attributes.getNlink() == 0 && node.openHandles == 0) {
      nodes.remove(node.inode());
    }
  }

  @Override
  public synchronized Attributes rename(
      long parent, ByteString name, long newParent, ByteString newName, int flags, Caller caller)
      throws IOException {
    Node from = directory(parent);
    Node to = directory(newParent);
    Node moved = child(from, name);
    Node replaced = to.child(newName);
    for (Node above = to; above.parent != above; above = above.parent) {
      if (above == moved) {
        throw failure(EINVAL, "rename into itself");
      }
    }
    if ((flags & RENAME_EXCHANGE) != 0) {
      exchange(from, name, to, newName);
      return moved.snapshot();
    }
    if (replaced == moved) {
      return moved.snapshot();
    }
    if (replaced != null) {
      checkReplaceable(moved, replaced, flags);
      if (replaced.isDirectory()) {
        to.addLinks(-1);
        nodes.remove(replaced.inode());
      } else {
        dropLink(replaced);
      }
    }
    from.remove(name);
    to.put(newName, moved);
    if (moved.isDirectory()) {
      from.addLinks(-1);
      to.addLinks(1);
    }
    touchAfterRename(from, to, moved);
    return moved.snapshot();
  }

  private void exchange(Node from, ByteString name, Node to, ByteString newName)
      throws IOException {
    Node first = child(from, name);
    Node second = child(to, newName);
    from.put(name, second);
    to.put(newName, first);
    touchAfterRename(from, to, first);
    second.touch(nowNs());
  }

  private static void touchAfterRename(Node from, Node to, Node moved) {
    long nowNs = nowNs();
    from.modified(nowNs);
    to.modified(nowNs);
    moved.touch(nowNs);
  }

  private static void checkReplaceable(Node moved, Node replaced, int flags) throws ErrnoException {
    if ((flags & RENAME_NOREPLACE) != 0) {
      throw failure(EEXIST, "rename");
    }
    if (replaced.isDirectory() && !moved.isDirectory()) {
      throw failure(EISDIR, "rename");
    }
    if (!replaced.isDirectory() && moved.isDirectory()) {
      throw failure(ENOTDIR, "rename");
    }
    if (!replaced.entries.isEmpty()) {
      throw failure(ENOTEMPTY, "rename");
    }
  }

  @Override
  public synchronized Attributes newest(Attributes heard) {
    Node node = nodes.get(heard.getInode());
    return node == null ? heard : node.snapshot();
  }

  @Override
  public synchronized OperationReply findInode(long inode, long root) throws IOException {
    Node node = nodes.get(inode);
    if (node == null || !leadsTo(directory(root), node)) {
      throw new ErrnoException(Errno.ESTALE, "find inode " + inode);
    }
    OperationReply.Builder reply = OperationReply.newBuilder().setAttributes(node.snapshot());
    if (node.isDirectory()) {
      reply.setParent((inode == root ? node : node.parent).snapshot());
    }
    return reply.build();
  }

  private static boolean leadsTo(Node from, Node node) {
    return from == node
        || from.entries.values().stream().anyMatch(entry -> leadsTo(entry.node(), node));
  }

  @Override
  public synchronized OperationReply readDirectory(
      long inode, long afterCookie, long lastCookie, int limit) throws IOException {
    Node directory = directory(inode);
    OperationReply.Builder reply =
        OperationReply.newBuilder()
            .setAttributes(directory.snapshot())
            .setParent(directory.parent.snapshot())
            .setNewestCookie(directory.nextCookie - 1)
            .setEndOfDirectory(true);
    for (Map.Entry<Long, Node.Entry> entry :
        directory.entries.tailMap(afterCookie, false).entrySet()) {
      if (lastCookie != 0 && entry.getKey() > lastCookie) {
        break;
      }
      if (reply.getEntriesCount() == limit) {
        return reply.setEndOfDirectory(false).build();
      }
      reply.addEntries(
          DirectoryEntry.newBuilder()
              .setName(entry.getValue().name())
              .setCookie(entry.getKey())
              .setAttributes(entry.getValue().node().snapshot()));
    }
    return reply.build();
  }

  @Override
  public synchronized ByteString readLink(long inode) throws IOException {
    Node node = node(inode);
    if (node.type() != Node.SYMLINK) {
      throw failure(EINVAL, "readlink");
    }
    return node.target;
  }

  @Override
  public synchronized FileSystemStatistics statistics() {
    return FileSystemStatistics.newBuilder()
        .setTotalBytes(1L << 40)
        .setAvailableBytes(1L << 39)
        .setInodes(nodes.size())
        .setInodesLimit(1_000_000)
        .setNameMaxBytes(255)
        .build();
  }

  private Node node(long inode) throws ErrnoException {
    Node node = nodes.get(inode);
    if (node == null) {
      throw failure(ESTALE, "find inode " + inode);
    }
    return node;
  }

  private Node directory(long inode) throws ErrnoException {
    Node node = node(inode);
    if (!node.isDirectory()) {
      throw failure(ENOTDIR, "use inode " + inode);
    }
    return node;
  }

  private static Node child(Node directory, ByteString name) throws ErrnoException {
    Node node = directory.child(name);
    if (node == null) {
      throw failure(ENOENT, "find " + name.toStringUtf8());
    }
    return node;
  }

  private static ErrnoException failure(Errno errno, String attempted) {
    return new ErrnoException(errno, attempted);
  }
}
