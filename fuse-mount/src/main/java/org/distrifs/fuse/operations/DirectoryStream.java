package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.Metadata;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ClockSource;

/**
 * An open directory. Offsets: 0 is the start, 1 lies behind ".", 2 behind "..", and an entry's
 * cookie + 2 behind that entry, so that an offset stays good however the directory changes.
 *
 * <p>Cookies rise with time. A listing ends behind the newest one that was given when its first
 * page was read after the opening or rewinding: names that were made later are not told, or whoever
 * renames or replaces each entry that comes would never see the end. Seeking elsewhere leaves that
 * bound as it is.
 *
 * <p>The master answers many entries in one message; what was answered is handed out here until it
 * is used up, the reader seeks, or it is no longer what is there: after a change of the directory
 * by this process, and when it is old.
 */
final class DirectoryStream {

  /** Entries asked for at once, at most: {@value}. */
  static final int PAGE_ENTRIES = 512;

  /**
   * How long what the master answered is handed out, at most. The kernel takes the attributes of an
   * entry for new when it gets them.
   */
  static final long MAX_AGE_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final ByteString SELF = ByteString.copyFromUtf8(".");
  private static final ByteString PARENT = ByteString.copyFromUtf8("..");
  private static final int FIXED_ENTRIES = 2;

  private final Metadata metadata;
  private final VirtualFiles virtualFiles;
  private final long inode;
  private final ClockSource clock;
  private final long maxAgeNs;
  private OperationReply page;
  private long pageAfterCookie;
  private long pageHeardNs;

  /** The highest cookie that this listing tells; 0 before its first page. */
  private long lastCookie;

  /**
   * @param maxAgeMs how long what the master answered is handed out, if not for less than {@link
   *     #MAX_AGE_NS}
   */
  DirectoryStream(
      Metadata metadata, VirtualFiles virtualFiles, long inode, ClockSource clock, long maxAgeMs) {
    this.metadata = metadata;
    this.virtualFiles = virtualFiles;
    this.inode = inode;
    this.clock = clock;
    this.maxAgeNs = Math.min(MAX_AGE_NS, TimeUnit.MILLISECONDS.toNanos(maxAgeMs));
  }

  long inode() {
    return inode;
  }

  /**
   * Offers entries from {@code offset} on until the sink is full or the directory ends.
   *
   * @param roomEntries about how many the sink will take
   */
  synchronized void read(long offset, int roomEntries, DirectoryEntrySink sink) throws IOException {
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL, "read directory " + inode + " at " + offset);
    }
    int limit = Math.min(Math.max(roomEntries, 1), PAGE_ENTRIES);
    if (offset == 0) {
      lastCookie = 0; // Rewinding shows what is there now.
      page = null;
    } else if (isOutdated()) {
      page = null;
    }
    if (offset < FIXED_ENTRIES && !offerSelfAndParent(offset, limit, sink)) {
      return;
    }
    long cookie = Math.max(0, offset - FIXED_ENTRIES);
    while (true) {
      int next = positionBehind(cookie, limit);
      for (; next < page.getEntriesCount(); next++) {
        DirectoryEntry entry = page.getEntries(next);
        if (!virtualFiles.hides(inode, entry.getName()) && !offer(entry, sink)) {
          return;
        }
        cookie = entry.getCookie();
      }
      if (page.getEndOfDirectory()) {
        return;
      }
    }
  }

  private boolean isOutdated() {
    return page != null
        && (clock.monotonicNs() - pageHeardNs > maxAgeNs
            || metadata.newest(page.getAttributes()).getChangeCounter()
                != page.getAttributes().getChangeCounter());
  }

  private boolean offerSelfAndParent(long offset, int limit, DirectoryEntrySink sink)
      throws IOException {
    positionBehind(0, limit);
    if (offset == 0 && !sink.offer(SELF, page.getAttributes(), 1)) {
      return false;
    }
    return sink.offer(PARENT, page.getParent(), FIXED_ENTRIES);
  }

  private static boolean offer(DirectoryEntry entry, DirectoryEntrySink sink) throws IOException {
    long cookie = entry.getCookie();
    if (cookie <= 0 || cookie > Long.MAX_VALUE - FIXED_ENTRIES) {
      throw new ErrnoException(Errno.EOVERFLOW, "tell the kernel the cookie " + cookie);
    }
    return sink.offer(entry.getName(), entry.getAttributes(), cookie + FIXED_ENTRIES);
  }

  /** The index in {@link #page} of the first entry behind a cookie; fetches the page if need be. */
  private int positionBehind(long cookie, int limit) throws IOException {
    if (page != null && cookie == pageAfterCookie) {
      return 0;
    }
    if (page != null) {
      int count = page.getEntriesCount();
      for (int index = 0; index < count; index++) {
        if (page.getEntries(index).getCookie() == cookie
            && (index + 1 < count || page.getEndOfDirectory())) {
          return index + 1;
        }
      }
    }
    pageHeardNs = clock.monotonicNs();
    page = virtualFiles.page(metadata::readDirectory, inode, cookie, lastCookie, limit);
    pageAfterCookie = cookie;
    lastCookie = lastCookie == 0 ? page.getNewestCookie() : lastCookie;
    if (page.getEntriesCount() == 0 && !page.getEndOfDirectory()) {
      throw new ErrnoException(Errno.EIO, "read directory " + inode + ": an empty page in it");
    }
    return 0;
  }
}
