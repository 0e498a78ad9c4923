package org.distrifs.fuse.driver.kernel;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.VirtualFiles;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Sees to it that no name which the kernel keeps decides what is opened, made or changed. The
 * kernel asks by inode, and does not say by which names it came there; so the master is asked, in
 * the same message, whether all names by which it may have come lead there at that moment. If one
 * does not, the answer is {@code ESTALE}, upon which the kernel walks the path once more and looks
 * up each name: see {@link RepeatedWalks}, and docs/visibility.md for the whole of it. Thread-safe.
 */
final class NameGuard {
  private static final int TYPE_MASK = 0170000;
  private static final int SYMLINK = 0120000;

  private final FuseOperations operations;
  private final HeldNames held;
  private final RepeatedWalks walks;
  private final FollowedLinks links = new FollowedLinks();

  NameGuard(FuseOperations operations, HeldNames held, RepeatedWalks walks) {
    this.operations = operations;
    this.held = held;
    this.walks = walks;
  }

  /** What a request asks for. */
  @FunctionalInterface
  interface Call<T> {
    /**
     * Does it.
     *
     * @param checked fails with {@code ESTALE}, and does nothing, if a name is old
     */
    T with(FuseOperations checked) throws IOException;
  }

  /**
   * Does what the kernel came to by a path, all of which it walks again when that fails with {@code
   * ESTALE}.
   *
   * @param inodes to which the path led, or several paths
   */
  <T> T byPath(RequestHeader request, Call<T> call, Long... inodes) throws IOException {
    Set<Long> asked = new LinkedHashSet<>(List.of(inodes));
    try {
      return call.with(operations.provided(unproven(request.thread(), asked)));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ESTALE) {
        walks.begin(request.thread(), asked);
      }
      throw e;
    }
  }

  /**
   * As {@link #byPath}, for what can be asked for by a descriptor, too, and then is not repeated.
   */
  <T> T byPathOrDescriptor(RequestHeader request, Call<T> call, long inode) throws IOException {
    Set<Long> asked = Set.of(inode);
    List<NameCheck> names = unproven(request.thread(), asked);
    try {
      return call.with(operations.provided(names));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESTALE) {
        throw e;
      }
      if (!names.isEmpty() && comesByDescriptor(request.thread(), inode)) {
        return call.with(operations);
      }
      walks.begin(request.thread(), asked);
      throw e;
    }
  }

  private boolean comesByDescriptor(int thread, long inode) {
    return switch (CallingSystemCall.of(thread)) {
      case BY_PATH -> false;
      case BY_DESCRIPTOR -> true;
      case UNKNOWN -> operations.isOpen(inode);
    };
  }

  /** The names that the kernel may have come by, less what this same call has looked up. */
  private List<NameCheck> unproven(int thread, Set<Long> asked) {
    Set<Long> inodes = new LinkedHashSet<>(asked);
    inodes.addAll(links.take(thread));
    inodes.removeAll(walks.end(thread));
    return held.leadingTo(inodes);
  }

  /** A thread has looked up a name, of which the master said at that moment where it leads. */
  void lookedUp(RequestHeader request, ByteString name, Attributes found) {
    lookedUp(request, name, found.getInode());
    if (isSymlink(found)) {
      links.lookedUp(request.thread(), found.getInode());
    }
  }

  /** A thread has looked up a name that is not there. */
  void lookedUpInVain(RequestHeader request, ByteString name) {
    lookedUp(request, name, 0);
  }

  private void lookedUp(RequestHeader request, ByteString name, long inode) {
    walks.lookedUp(request.thread(), inode, refused -> held.holds(request.node(), name, refused));
  }

  /**
   * The kernel is about to be told where a name leads.
   *
   * @return whether it may keep the name for a while. Those of symbolic links it may not: who opens
   *     a file through one names the link, of which nothing is left in the request.
   */
  boolean mayKeep(long directory, ByteString name, Attributes found) {
    return VirtualFiles.isVirtual(found.getInode())
        || held.told(directory, name, found.getInode()) && !isSymlink(found);
  }

  private static boolean isSymlink(Attributes attributes) {
    return (attributes.getMode() & TYPE_MASK) == SYMLINK;
  }

  /** This mount has removed a name. */
  void removed(long directory, ByteString name, Attributes had) {
    held.forget(directory, name, had.getInode());
  }

  /** This mount has renamed something, as the kernel will do when it hears of that. */
  void renamed(
      long directory, ByteString name, long newDirectory, ByteString newName, Attributes moved) {
    held.forget(directory, name, moved.getInode());
    held.told(newDirectory, newName, moved.getInode());
  }
}
