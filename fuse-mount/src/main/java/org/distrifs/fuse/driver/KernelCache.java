package org.distrifs.fuse.driver;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.operations.OpenFlags;
import org.distrifs.fuse.operations.VirtualFiles;
import org.distrifs.proto.control.Attributes;
import org.distrifs.runtime.clock.ClockSource;

/**
 * What the kernel holds of the files of this mount, as far as it must be known to decide at an open
 * whether it is still true. Thread-safe.
 *
 * <p>The kernel keeps pages by node. With the kernel driver a node is an inode; with libfuse it is
 * a name, and behind one name may be one inode after the other (another mount renames over it). So
 * pages stay only if the node led to the same inode, with the same change counter, when it was
 * opened last; and while a node has handles open on one inode, handles on another must not share
 * its pages at all.
 */
public final class KernelCache {

  /**
   * How long after a file became shorter or longer elsewhere the kernel may still go by its old
   * size: a second that it believes a name, and some time to spare. It takes the size from answers
   * only, and drops an answer that raced with another, or with a write beyond the end that it knows
   * ({@code fuse_change_attributes} in Linux, {@code fs/fuse/inode.c}). Through pages it would then
   * read zeros between the new end and the old one, or nothing behind the old one. Until then such
   * a file is read past its pages.
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
   * What the kernel may believe of an inode, by what it was told and what it asked for itself. Its
   * idea of the size lies between two bounds, which are one but for changes of it under way.
   */
  private static final class Belief {
    private long changeCounter;
    private long leastBytes;
    private long mostBytes;
    private int writesUnderWay;

    /** When a write or truncation by the kernel last began or ended. */
    private long changedAt;

    /** When the size was found to be none that it may believe: another mount has changed it. */
    private long doubtfulNs;

    /** Whether it was told since, with nothing going on that makes it drop an answer. */
    private boolean toldSince;

    /** The kernel's size may become this before something is over. */
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
  private final Map<Long, Node> nodes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Belief> beliefs = new LinkedHashMap<>(16, 0.75f, true);
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
   * The kernel is told these attributes, and will believe them for a while.
   *
   * @param askedAt what {@link #now} was before they were asked for
   */
  public synchronized void attributesTold(Attributes attributes, long askedAt) {
    Belief belief = believed(attributes);
    if (belief.changedAt > askedAt) {
      // Perhaps older than what it has written since: they say nothing of the bounds.
      belief.changeCounter = -1;
      return;
    }
    compare(belief, attributes);
    belief.changeCounter = attributes.getChangeCounter();
    if (belief.writesUnderWay == 0) {
      belief.toldSince = true;
      if (!isDoubtful(belief)) {
        belief.is(attributes.getSize());
      }
    }
  }

  private Belief believed(Attributes attributes) {
    Belief belief = beliefs.get(attributes.getInode());
    if (belief == null) {
      belief = new Belief();
      belief.changeCounter = -1;
      belief.is(attributes.getSize());
      belief.doubtfulNs = clock.monotonicNs() - IN_DOUBT_NS;
      beliefs.put(attributes.getInode(), belief);
      trim(beliefs);
    }
    return belief;
  }

  /** Compares what is true now with what the kernel may believe. */
  private void compare(Belief belief, Attributes current) {
    long sizeBytes = current.getSize();
    if (sizeBytes < belief.leastBytes || sizeBytes > belief.mostBytes) {
      belief.doubtfulNs = clock.monotonicNs();
      belief.toldSince = false;
      belief.mayBecome(sizeBytes);
    }
  }

  private boolean isDoubtful(Belief belief) {
    return clock.monotonicNs() - belief.doubtfulNs < IN_DOUBT_NS;
  }

  /** The belief of an inode whose size the kernel begins, or has ended, to change; or null. */
  private Belief changing(long inode) {
    Belief belief = beliefs.get(inode);
    if (belief != null) {
      belief.changedAt = ++changes;
    }
    return belief;
  }

  /** The kernel itself asks for this size. */
  public synchronized void truncating(long inode, long sizeBytes) {
    Belief belief = changing(inode);
    if (belief != null) {
      belief.mayBecome(sizeBytes);
    }
  }

  /** The kernel itself asked for this size, and knows it. */
  public synchronized void truncated(long inode, long sizeBytes) {
    Belief belief = changing(inode);
    if (belief == null) {
      return;
    }
    if (belief.writesUnderWay == 0) {
      belief.is(sizeBytes);
    } else {
      belief.mayBecome(sizeBytes);
    }
  }

  /**
   * A write begins, by which the kernel moves its idea of the end, if it reaches behind that.
   *
   * @param flags with {@code O_APPEND} it begins at the end, wherever that is
   */
  public synchronized void writing(long inode, long offset, long lengthBytes, int flags) {
    Belief belief = changing(inode);
    if (belief != null) {
      belief.writesUnderWay++;
      belief.mayBecome(writtenTo(belief.mostBytes, offset, lengthBytes, flags));
    }
  }

  /** A write has ended; if it failed, its end is none that the kernel must believe. */
  public synchronized void written(
      long inode, long offset, long lengthBytes, int flags, boolean failed) {
    Belief belief = changing(inode);
    if (belief == null) {
      return;
    }
    belief.writesUnderWay = Math.max(0, belief.writesUnderWay - 1);
    if (!failed) {
      belief.leastBytes = writtenTo(belief.leastBytes, offset, lengthBytes, flags);
      belief.mostBytes = Math.max(belief.mostBytes, belief.leastBytes);
    }
    if (isDoubtful(belief) && !belief.toldSince) {
      // It may have dropped every answer that came so far.
      belief.doubtfulNs = clock.monotonicNs();
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
    Belief belief = beliefs.get(fresh.getInode());
    // Several names are several nodes: another of them may have been told.
    return fresh.getNlink() > 1
        || belief == null
        || belief.changeCounter != fresh.getChangeCounter();
  }

  /** Whether the kernel may believe that the file behind a node is shorter or longer than it is. */
  private boolean mayBelieveOtherSize(Node node, Attributes current, long askedAt) {
    Belief belief = believed(current);
    boolean replacedLonger = node.inode != current.getInode() && current.getSize() < node.sizeBytes;
    if (belief.changedAt <= askedAt) {
      compare(belief, current);
      return isDoubtful(belief) || replacedLonger;
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
    boolean inDoubt = !truncates && mayBelieveOtherSize(known, attributes, askedAt);
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
    trim(nodes);
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
    trim(nodes);
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
      trim(nodes);
    }
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

  private static void trim(Map<Long, ?> remembered) {
    if (remembered.size() > MAX_REMEMBERED) {
      remembered.remove(remembered.keySet().iterator().next());
    }
  }
}
