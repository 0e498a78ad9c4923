package org.distrifs.fuse.driver.jnrfuse;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.clock.ClockSource;

/**
 * What the kernel holds of the files of this mount, as far as it must be known to decide at an open
 * whether it is still true. Thread-safe.
 *
 * <p>The kernel keeps pages by libfuse's node, which is a name, not an inode; behind one name may
 * be one inode after the other (another mount renames over it). So pages stay only if the node led
 * to the same inode, with the same change counter, when it was opened last; and while a node has
 * handles open on one inode, handles on another must not share its pages at all.
 */
final class KernelCache {

  /**
   * How long after a file became shorter elsewhere the kernel may still go by its old size: a
   * second that it believes a name, and some time to spare. It takes the size from answers only,
   * drops an answer that raced with another, and fills what it reads between the new end and the
   * old one with zeros. Until then such a file is read past its pages.
   */
  static final long IN_DOUBT_NS = TimeUnit.SECONDS.toNanos(3);

  /** Nodes and inodes remembered at most, each: {@value}. A forgotten one costs a reread. */
  static final int MAX_REMEMBERED = 1 << 16;

  enum Decision {
    KEEP_PAGES,
    DROP_PAGES,
    BYPASS_PAGES
  }

  private static final class Node {
    private long inode;
    private long changeCounter;
    private long sizeBytes;
    private int openHandles;
  }

  /**
   * What the kernel was told of an inode last.
   *
   * @param shrunkNs when it was found shorter than told, though not by this mount
   */
  private record Told(long changeCounter, long sizeBytes, long shrunkNs) {}

  private final ClockSource clock;
  private final Map<Long, Node> nodes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Told> told = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Long> nodeOfHandle = new HashMap<>();

  /** The inodes of handles whose node is not known yet; bounded by the number of open files. */
  private final Map<Long, Long> inodeOfNewHandle = new ConcurrentHashMap<>();

  KernelCache(ClockSource clock) {
    this.clock = clock;
  }

  /** The kernel is told these attributes, and will believe them for a while. */
  synchronized void attributesTold(Attributes attributes) {
    tell(attributes, attributes.getChangeCounter());
  }

  private void tell(Attributes attributes, long changeCounter) {
    Told before = told.get(attributes.getInode());
    long nowNs = clock.monotonicNs();
    boolean shrank = before != null && attributes.getSize() < before.sizeBytes();
    long neverNs = nowNs - IN_DOUBT_NS;
    long shrunkNs = shrank ? nowNs : before == null ? neverNs : before.shrunkNs();
    told.put(attributes.getInode(), new Told(changeCounter, attributes.getSize(), shrunkNs));
    trim(told);
  }

  /** The kernel itself asked for this size, and knows it. */
  synchronized void truncatedHere(long inode, long sizeBytes) {
    told.computeIfPresent(
        inode,
        (key, before) ->
            new Told(
                before.changeCounter(),
                Math.min(sizeBytes, before.sizeBytes()),
                before.shrunkNs()));
  }

  /**
   * Whether the kernel may hold older attributes than these, its idea of the size among them: by
   * that it would cut short a read of what another mount has appended.
   */
  synchronized boolean mayHoldOlder(Attributes fresh) {
    Told last = told.get(fresh.getInode());
    // Several names are several nodes: another of them may have been told.
    return fresh.getNlink() > 1 || last == null || last.changeCounter() != fresh.getChangeCounter();
  }

  /** Whether the kernel may believe that the file behind a node is longer than it is. */
  private boolean mayBelieveLonger(Node node, Attributes fresh) {
    Told last = told.get(fresh.getInode());
    if (last != null && fresh.getSize() < last.sizeBytes()) {
      tell(fresh, last.changeCounter());
      return true;
    }
    boolean shrankLately = last != null && clock.monotonicNs() - last.shrunkNs() < IN_DOUBT_NS;
    boolean replacedLonger = node.inode != fresh.getInode() && fresh.getSize() < node.sizeBytes;
    return shrankLately || replacedLonger;
  }

  /**
   * A handle is opened on a node.
   *
   * @param node 0 for a file just created, whose node is not numbered yet
   * @param flags of {@code open(2)}
   */
  synchronized Decision opened(long node, long handle, Attributes attributes, int flags) {
    // The kernel puts appended data into its pages where it believes the end to be. Only the
    // answer tells where the end was, so appended data must not go through its pages.
    boolean appends = (flags & OpenFlags.O_APPEND) != 0;
    if (node == 0) {
      if (!appends) {
        inodeOfNewHandle.put(handle, attributes.getInode());
      }
      return appends ? Decision.BYPASS_PAGES : Decision.DROP_PAGES;
    }
    Node known = nodes.computeIfAbsent(node, ignored -> new Node());
    boolean sameInode = known.inode == attributes.getInode();
    if (!sameInode && known.openHandles > 0) {
      return Decision.BYPASS_PAGES;
    }
    boolean truncates = (flags & OpenFlags.O_TRUNC) != 0;
    if (truncates) {
      truncatedHere(attributes.getInode(), 0);
    }
    boolean inDoubt = !truncates && mayBelieveLonger(known, attributes);
    boolean unchanged = sameInode && known.changeCounter == attributes.getChangeCounter();
    known.inode = attributes.getInode();
    known.changeCounter = attributes.getChangeCounter();
    known.sizeBytes = attributes.getSize();
    if (appends || inDoubt) {
      known.changeCounter = -1; // Its pages are not looked after while they are bypassed.
      return Decision.BYPASS_PAGES;
    }
    known.openHandles++;
    nodeOfHandle.put(handle, node);
    trim(nodes);
    return unchanged ? Decision.KEEP_PAGES : Decision.DROP_PAGES;
  }

  /** A handle is used: of one that came from a creation, this tells the node. */
  void used(long node, long handle) {
    if (inodeOfNewHandle.isEmpty()) {
      return;
    }
    Long inode = inodeOfNewHandle.remove(handle);
    if (inode != null) {
      numbered(node, handle, inode);
    }
  }

  private synchronized void numbered(long node, long handle, long inode) {
    Node known = nodes.computeIfAbsent(node, ignored -> new Node());
    if (known.inode == inode || known.openHandles == 0) {
      known.inode = inode;
      known.openHandles++;
      nodeOfHandle.put(handle, node);
      trim(nodes);
    }
  }

  synchronized void released(long handle) {
    inodeOfNewHandle.remove(handle);
    Long node = nodeOfHandle.remove(handle);
    Node known = node == null ? null : nodes.get(node);
    if (known != null) {
      known.openHandles--;
    }
  }

  private static void trim(Map<Long, ?> remembered) {
    if (remembered.size() > MAX_REMEMBERED) {
      remembered.remove(remembered.keySet().iterator().next());
    }
  }
}
