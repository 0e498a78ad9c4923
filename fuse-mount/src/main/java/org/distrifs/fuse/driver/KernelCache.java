package org.distrifs.fuse.driver;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.fuse.operations.VirtualFiles;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.bounded.BoundedMap;
import org.distrifs.runtime.clock.ClockSource;

/**
 * Tracks what the kernel may have cached of the files of this mount, to decide at an open whether
 * its pages are still valid. Thread-safe.
 *
 * <p>The kernel keeps pages by node. With the kernel driver a node is an inode; with libfuse it is
 * a name, and behind one name may be one inode after the other (another mount renames over it). So
 * pages stay only if the node led to the same inode, with the same change counter, when it was
 * opened last; and while a node has handles open on one inode, handles on another must not share
 * its pages at all.
 */
public final class KernelCache {

  /**
   * How long the kernel may use the old size of a file after another mount has made it shorter or
   * longer: the second for which it caches a name, and some time to spare. It takes the size from
   * answers only, and drops an answer that raced with another, or with a write beyond the end that
   * it knows ({@code fuse_change_attributes} in Linux, {@code fs/fuse/inode.c}). Through pages it
   * would then read zeros between the new end and the old one, or nothing behind the old one. Until
   * then such a file is read past its pages.
   */
  static final long IN_DOUBT_NS = TimeUnit.SECONDS.toNanos(3);

  /** Nodes and inodes remembered at most, each: {@value}. A forgotten one costs a reread. */
  static final int MAX_REMEMBERED = 1 << 16;

  /** What a handle may do with pages. */
  public enum Decision {
    KEEP_PAGES,
    DROP_PAGES,
    BYPASS_PAGES
  }

  private static final class Node {
    private long inode;
    private long changeCounter;
    private long sizeBytes;
    private int openHandles;

    /** Whether it holds no page from before that change counter. */
    private boolean pagesAreDropped;
  }

  /** An open that was told to drop the pages of a node, which had this change counter then. */
  private record Drop(long node, long changeCounter) {}

  /**
   * What the kernel may have cached of an inode. The size that it has cached lies between two
   * bounds. They are equal unless the kernel is changing the size at this moment.
   */
  private static final class CachedInode {
    private long changeCounter;
    private long leastBytes;
    private long mostBytes;
    private int writesUnderWay;

    /** When a write or truncation by the kernel last began or ended. */
    private long changedAt;

    /** When the size was last found outside of the bounds: another mount has changed it. */
    private long doubtfulNs;

    /** Whether the kernel was told the size since then, while nothing made it ignore the answer. */
    private boolean toldSince;

    /** The kernel may change its cached size to this one. */
    private void mayBecome(long sizeBytes) {
      leastBytes = Math.min(leastBytes, sizeBytes);
      mostBytes = Math.max(mostBytes, sizeBytes);
    }

    private void is(long sizeBytes) {
      leastBytes = sizeBytes;
      mostBytes = sizeBytes;
    }
  }

  private final ClockSource clock;
  private final Map<Long, Node> nodes = BoundedMap.byUse(MAX_REMEMBERED);
  private final Map<Long, CachedInode> cachedInodes = BoundedMap.byUse(MAX_REMEMBERED);
  private final Map<Long, Long> nodeOfHandle = new HashMap<>();

  /** Counts beginnings and ends of writes and truncations by the kernel. */
  private long changes;

  /** The inodes of handles whose node is not known yet; bounded by the number of open files. */
  private final Map<Long, Long> inodeOfNewHandle = new ConcurrentHashMap<>();

  /**
   * The handles that were told to drop pages and have not been used. The kernel drops them in the
   * process that opens, whenever that runs: until it has, another that opens must not keep them.
   * Bounded by the number of open files.
   */
  private final Map<Long, Drop> unusedDrops = new ConcurrentHashMap<>();

  public KernelCache(ClockSource clock) {
    this.clock = clock;
  }

  /**
   * To be taken before attributes are asked for: tells which changes by the kernel itself they may
   * lack.
   */
  public synchronized long now() {
    return changes;
  }

  /**
   * The kernel is told these attributes, and will cache them for a while.
   *
   * @param askedAt what {@link #now} was before they were asked for
   */
  public synchronized void attributesTold(Attributes attributes, long askedAt) {
    CachedInode cached = cachedInode(attributes);
    if (cached.changedAt > askedAt) {
      // Perhaps older than what it has written since: they say nothing of the bounds.
      cached.changeCounter = -1;
      return;
    }
    compare(cached, attributes);
    cached.changeCounter = attributes.getChangeCounter();
    if (cached.writesUnderWay == 0) {
      cached.toldSince = true;
      if (!isDoubtful(cached)) {
        cached.is(attributes.getSize());
      }
    }
  }

  private CachedInode cachedInode(Attributes attributes) {
    CachedInode cached = cachedInodes.get(attributes.getInode());
    if (cached == null) {
      cached = new CachedInode();
      cached.changeCounter = -1;
      cached.is(attributes.getSize());
      cached.doubtfulNs = clock.monotonicNs() - IN_DOUBT_NS;
      cachedInodes.put(attributes.getInode(), cached);
    }
    return cached;
  }

  /** Compares the present size with what the kernel may have cached. */
  private void compare(CachedInode cached, Attributes current) {
    long sizeBytes = current.getSize();
    if (sizeBytes < cached.leastBytes || sizeBytes > cached.mostBytes) {
      cached.doubtfulNs = clock.monotonicNs();
      cached.toldSince = false;
      cached.mayBecome(sizeBytes);
    }
  }

  private boolean isDoubtful(CachedInode cached) {
    return clock.monotonicNs() - cached.doubtfulNs < IN_DOUBT_NS;
  }

  /**
   * The cached inode whose size the kernel begins or has ended to change; null if none is known.
   */
  private CachedInode changing(long inode) {
    CachedInode cached = cachedInodes.get(inode);
    if (cached != null) {
      cached.changedAt = ++changes;
    }
    return cached;
  }

  /** The kernel begins to set this size. */
  public synchronized void truncating(long inode, long sizeBytes) {
    CachedInode cached = changing(inode);
    if (cached != null) {
      cached.mayBecome(sizeBytes);
    }
  }

  /** The kernel has set this size. */
  public synchronized void truncated(long inode, long sizeBytes) {
    CachedInode cached = changing(inode);
    if (cached == null) {
      return;
    }
    if (cached.writesUnderWay == 0) {
      cached.is(sizeBytes);
    } else {
      cached.mayBecome(sizeBytes);
    }
  }

  /**
   * A write begins. Where it reaches beyond the end, the kernel moves the end that it has cached.
   *
   * @param flags with {@code O_APPEND} it begins at the end, wherever that is
   */
  public synchronized void writing(long inode, long offset, long lengthBytes, int flags) {
    CachedInode cached = changing(inode);
    if (cached != null) {
      cached.writesUnderWay++;
      cached.mayBecome(writtenTo(cached.mostBytes, offset, lengthBytes, flags));
    }
  }

  /** A write has ended. If it failed, the kernel need not have moved the end that it has cached. */
  public synchronized void written(
      long inode, long offset, long lengthBytes, int flags, boolean failed) {
    CachedInode cached = changing(inode);
    if (cached == null) {
      return;
    }
    cached.writesUnderWay = Math.max(0, cached.writesUnderWay - 1);
    if (!failed) {
      cached.leastBytes = writtenTo(cached.leastBytes, offset, lengthBytes, flags);
      cached.mostBytes = Math.max(cached.mostBytes, cached.leastBytes);
    }
    if (isDoubtful(cached) && !cached.toldSince) {
      // The kernel may have ignored every answer so far.
      cached.doubtfulNs = clock.monotonicNs();
    }
  }

  private static long writtenTo(long end, long offset, long lengthBytes, int flags) {
    boolean appends = (flags & OpenFlags.O_APPEND) != 0;
    return appends ? end + lengthBytes : Math.max(end, offset + lengthBytes);
  }

  /**
   * Whether the kernel may hold older attributes than these, its idea of the size among them: by
   * that it would cut short a read of what another mount has appended.
   */
  public synchronized boolean mayHoldOlder(Attributes fresh) {
    CachedInode cached = cachedInodes.get(fresh.getInode());
    // Several names are several nodes: another of them may have been told.
    return fresh.getNlink() > 1
        || cached == null
        || cached.changeCounter != fresh.getChangeCounter();
  }

  /** Whether the kernel may have cached another size of the file behind a node. */
  private boolean mayCacheOtherSize(Node node, Attributes current, long askedAt) {
    CachedInode cached = cachedInode(current);
    boolean replacedLonger = node.inode != current.getInode() && current.getSize() < node.sizeBytes;
    if (cached.changedAt <= askedAt) {
      compare(cached, current);
      return isDoubtful(cached) || replacedLonger;
    }
    // It has changed the file meanwhile: for this handle nothing is known of the size.
    return true;
  }

  /**
   * A handle is opened on a node.
   *
   * @param node 0 for a file just created, whose node is not numbered yet
   * @param flags of {@code open(2)}
   * @param askedAt what {@link #now} was before the attributes were asked for
   */
  public synchronized Decision opened(
      long node, long handle, Attributes attributes, int flags, long askedAt) {
    if (VirtualFiles.isVirtual(attributes.getInode())) {
      return Decision.BYPASS_PAGES;
    }
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
      truncated(attributes.getInode(), 0);
    }
    boolean inDoubt = !truncates && mayCacheOtherSize(known, attributes, askedAt);
    boolean keeps =
        sameInode && known.pagesAreDropped && known.changeCounter == attributes.getChangeCounter();
    known.inode = attributes.getInode();
    known.changeCounter = attributes.getChangeCounter();
    known.sizeBytes = attributes.getSize();
    if (appends || inDoubt) {
      known.changeCounter = -1; // Its pages are not looked after while they are bypassed.
      return Decision.BYPASS_PAGES;
    }
    known.openHandles++;
    nodeOfHandle.put(handle, node);
    if (keeps) {
      return Decision.KEEP_PAGES;
    }
    known.pagesAreDropped = false;
    unusedDrops.put(handle, new Drop(node, known.changeCounter));
    return Decision.DROP_PAGES;
  }

  /**
   * Whether the kernel may hold pages of a node from before a change by others, who had a lock on
   * it before somebody here.
   */
  public synchronized boolean mayHoldPagesBefore(long node, long othersCounter) {
    Node known = nodes.get(node);
    return known == null || !known.pagesAreDropped || known.changeCounter < othersCounter;
  }

  /** What it holds of a node it has read after this change. */
  public synchronized void droppedPages(long node, long changeCounter) {
    Node known = nodes.computeIfAbsent(node, ignored -> new Node());
    if (changeCounter >= known.changeCounter) {
      known.changeCounter = changeCounter;
      known.pagesAreDropped = true;
    }
  }

  /**
   * A handle is used, so that its open is over. Of one that came from a creation, this tells the
   * node.
   */
  public void used(long node, long handle) {
    if (!unusedDrops.isEmpty()) {
      Drop drop = unusedDrops.remove(handle);
      if (drop != null) {
        dropped(drop);
      }
    }
    if (!inodeOfNewHandle.isEmpty()) {
      Long inode = inodeOfNewHandle.remove(handle);
      if (inode != null) {
        numbered(node, handle, inode);
      }
    }
  }

  private synchronized void dropped(Drop drop) {
    Node known = nodes.get(drop.node());
    if (known != null && known.changeCounter == drop.changeCounter()) {
      known.pagesAreDropped = true;
    }
  }

  private synchronized void numbered(long node, long handle, long inode) {
    Node known = nodes.computeIfAbsent(node, ignored -> new Node());
    if (known.inode == inode || known.openHandles == 0) {
      known.inode = inode;
      known.openHandles++;
      nodeOfHandle.put(handle, node);
    }
  }

  /** The nodes that led to an inode when they were opened last; looks at all that are known. */
  public synchronized long[] nodesOf(long inode) {
    return nodes.entrySet().stream()
        .filter(entry -> entry.getValue().inode == inode)
        .mapToLong(Map.Entry::getKey)
        .toArray();
  }

  public synchronized void released(long handle) {
    inodeOfNewHandle.remove(handle);
    Drop drop = unusedDrops.remove(handle);
    if (drop != null) {
      dropped(drop);
    }
    Long node = nodeOfHandle.remove(handle);
    Node known = node == null ? null : nodes.get(node);
    if (known != null) {
      known.openHandles--;
    }
  }
}
