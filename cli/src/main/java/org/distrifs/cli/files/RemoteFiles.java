package org.distrifs.cli.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.distrifs.cli.connect.Identity;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.FileSystemStatistics;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/** Access to DistriFS by path. The client itself knows only inodes and names. Not thread-safe. */
final class RemoteFiles implements AutoCloseable {

  /**
   * The most symbolic links that one path may lead through, as in Linux; more are taken for a loop.
   */
  private static final int MAX_SYMLINKS = 40;

  private static final int DIRECTORY_PAGE = 1000;
  static final int DEFAULT_FILE_MODE = 0666;
  private static final int DEFAULT_DIRECTORY_MODE = 0777;
  private static final int RWX = 0777;

  /** A name in a directory. */
  record EntryName(long parent, ByteString name) {}

  private final DistriFsClient client;
  private final Identity identity;

  RemoteFiles(DistriFsClient client, Identity identity) {
    this.client = client;
    this.identity = identity;
  }

  /** The attributes of the inode that a path leads to. Symbolic links are followed. */
  Attributes follow(RemotePath path) throws IOException {
    return resolve(path, true);
  }

  /** Like {@link #follow}, but a symbolic link at the end of the path is not followed. */
  Attributes noFollow(RemotePath path) throws IOException {
    return resolve(path, false);
  }

  /** Like {@link #follow}, but empty if the path leads nowhere. */
  Optional<Attributes> find(RemotePath path) throws IOException {
    try {
      return Optional.of(follow(path));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether a path leads to a directory; false if it leads nowhere. */
  boolean isDirectory(RemotePath path) throws IOException {
    return find(path).filter(FileType::isDirectory).isPresent();
  }

  /** The directory of a path's last name, and that name, which need not exist. */
  EntryName entryName(RemotePath path) throws IOException {
    if (path.isRoot() || path.name().equals(RemotePath.UP)) {
      throw new ErrnoException(Errno.EBUSY, path.toString());
    }
    Attributes parent = follow(path.parent());
    if (!FileType.isDirectory(parent)) {
      throw new ErrnoException(Errno.ENOTDIR, path.toString());
    }
    return new EntryName(parent.getInode(), path.name());
  }

  private Attributes resolve(RemotePath path, boolean followLast) throws IOException {
    Deque<Attributes> way = new ArrayDeque<>();
    way.push(client.metadata().attributes(DistriFsClient.ROOT_INODE));
    Deque<ByteString> ahead = new ArrayDeque<>(path.names());
    int links = 0;
    while (!ahead.isEmpty()) {
      ByteString name = ahead.pop();
      Attributes here = way.getFirst();
      if (!FileType.isDirectory(here)) {
        throw new ErrnoException(Errno.ENOTDIR, path.toString());
      }
      if (name.equals(RemotePath.UP)) {
        if (way.size() > 1) {
          way.pop();
        }
        continue;
      }
      Attributes next = client.metadata().lookup(here.getInode(), name);
      if (!FileType.isSymlink(next) || (ahead.isEmpty() && !followLast)) {
        way.push(next);
        continue;
      }
      if (++links > MAX_SYMLINKS) {
        throw new ErrnoException(Errno.ELOOP, path.toString());
      }
      ByteString target = readLink(next);
      if (!target.isEmpty() && target.byteAt(0) == '/') {
        while (way.size() > 1) {
          way.pop();
        }
      }
      List<ByteString> names = RemotePath.of(target).names();
      for (int i = names.size() - 1; i >= 0; i--) {
        ahead.push(names.get(i));
      }
    }
    return way.getFirst();
  }

  /** All entries of a directory, in no particular order. */
  List<DirectoryEntry> entries(Attributes directory) throws IOException {
    List<DirectoryEntry> entries = new ArrayList<>();
    forEachEntry(directory, entries::add);
    return entries;
  }

  /** What is done with one entry. */
  interface EntryAction {
    void on(DirectoryEntry entry) throws IOException;
  }

  /**
   * Visits the entries that a directory has when its first page is read. Holds only one page in
   * memory.
   */
  void forEachEntry(Attributes directory, EntryAction action) throws IOException {
    long cookie = 0;
    long lastCookie = 0;
    boolean end = false;
    while (!end) {
      OperationReply page =
          client.metadata().readDirectory(directory.getInode(), cookie, lastCookie, DIRECTORY_PAGE);
      lastCookie = lastCookie == 0 ? page.getNewestCookie() : lastCookie;
      for (DirectoryEntry entry : page.getEntriesList()) {
        action.on(entry);
      }
      end = page.getEndOfDirectory() || page.getEntriesCount() == 0;
      if (!end) {
        cookie = page.getEntries(page.getEntriesCount() - 1).getCookie();
      }
    }
  }

  ByteString readLink(Attributes symlink) throws IOException {
    return client.metadata().readLink(symlink.getInode());
  }

  OpenFile open(Attributes file) throws IOException {
    return client.open(file.getInode());
  }

  /**
   * Opens a file to write it from its start. A file of that name is emptied; otherwise one is
   * created.
   *
   * @param permissions of a new file, before the umask
   */
  OpenFile openForWriting(RemotePath path, int permissions) throws IOException {
    Optional<Attributes> existing = find(path);
    if (existing.isEmpty()) {
      EntryName entry = entryName(path);
      return client.createAndOpen(
          entry.parent(), entry.name(), permissions, identity.umask(), false, caller());
    }
    if (FileType.isDirectory(existing.get())) {
      throw new ErrnoException(Errno.EISDIR, path.toString());
    }
    OpenFile file = open(existing.get());
    if (existing.get().getSize() > 0) {
      emptyOrClose(file);
    }
    return file;
  }

  private static void emptyOrClose(OpenFile file) throws IOException {
    try {
      file.truncate(0);
    } catch (IOException e) {
      try {
        file.close();
      } catch (IOException atClose) {
        e.addSuppressed(atClose);
      }
      throw e;
    }
  }

  Attributes makeDirectory(RemotePath path) throws IOException {
    return makeDirectory(path, DEFAULT_DIRECTORY_MODE);
  }

  /**
   * @param permissions before the umask
   */
  Attributes makeDirectory(RemotePath path, int permissions) throws IOException {
    if (path.isRoot()) {
      throw new ErrnoException(Errno.EEXIST, path.toString());
    }
    EntryName entry = entryName(path);
    return client
        .metadata()
        .makeDirectory(entry.parent(), entry.name(), permissions, identity.umask(), caller());
  }

  Attributes makeSymlink(RemotePath path, ByteString target) throws IOException {
    EntryName entry = entryName(path);
    return client.metadata().makeSymlink(entry.parent(), entry.name(), target, caller());
  }

  void rename(RemotePath from, RemotePath to) throws IOException {
    EntryName source = entryName(from);
    EntryName destination = entryName(to);
    client
        .metadata()
        .rename(
            source.parent(), source.name(), destination.parent(), destination.name(), 0, caller());
  }

  void unlink(EntryName entry) throws IOException {
    client.metadata().unlink(entry.parent(), entry.name(), caller());
  }

  void removeDirectory(EntryName entry) throws IOException {
    client.metadata().removeDirectory(entry.parent(), entry.name(), caller());
  }

  void setAttributes(SetAttributes change) throws IOException {
    client.metadata().setAttributes(change, caller());
  }

  FileSystemStatistics statistics() throws IOException {
    return client.metadata().statistics();
  }

  /** Whether this user may give copies to the owner of the original. */
  boolean mayGiveAway() {
    return identity.isRoot();
  }

  /** The permissions of new local files: what the umask leaves. */
  int permissionsOfNewFiles() {
    return RWX & ~identity.umask();
  }

  private Caller caller() {
    return identity.caller();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
