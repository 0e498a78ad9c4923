package org.distrifs.fuse.operations;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.distrifs.client.Metadata;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * An open directory. Offsets: 0 is the start, 1 lies behind ".", 2 behind "..", and an entry's
 * cookie + 2 behind that entry, so that an offset stays good however the directory changes.
 *
 * <p>The kernel asks for a page of 4 KiB at a time, the master answers many more entries in one
 * message; what was answered is handed out here until it is used up or the reader seeks.
 */
final class DirectoryStream {

  /** Entries asked for at once: {@value}. */
  static final int PAGE_ENTRIES = 512;

  private static final ByteString SELF = ByteString.copyFromUtf8(".");
  private static final ByteString PARENT = ByteString.copyFromUtf8("..");
  private static final int FIXED_ENTRIES = 2;

  private final Metadata metadata;
  private final long inode;
  private OperationReply page;
  private long pageAfterCookie;

  DirectoryStream(Metadata metadata, long inode) {
    this.metadata = metadata;
    this.inode = inode;
  }

  /** Offers entries from {@code offset} on until the sink is full or the directory ends. */
  synchronized void read(long offset, DirectoryEntrySink sink) throws IOException {
    if (offset < 0) {
      throw new ErrnoException(Errno.EINVAL, "read directory " + inode + " at " + offset);
    }
    if (offset == 0) {
      page = null; // Rewinding shows what is there now.
    }
    if (offset < FIXED_ENTRIES && !offerSelfAndParent(offset, sink)) {
      return;
    }
    long cookie = Math.max(0, offset - FIXED_ENTRIES);
    while (true) {
      int next = positionBehind(cookie);
      for (; next < page.getEntriesCount(); next++) {
        DirectoryEntry entry = page.getEntries(next);
        if (!offer(entry, sink)) {
          return;
        }
        cookie = entry.getCookie();
      }
      if (page.getEndOfDirectory()) {
        return;
      }
    }
  }

  private boolean offerSelfAndParent(long offset, DirectoryEntrySink sink) throws IOException {
    positionBehind(0);
    if (offset == 0) {
      Attributes self = page.getAttributes();
      if (!sink.offer(SELF, inode, self.getMode(), 1)) {
        return false;
      }
    }
    Attributes parent = page.getParent();
    return sink.offer(PARENT, parent.getInode(), parent.getMode(), FIXED_ENTRIES);
  }

  private static boolean offer(DirectoryEntry entry, DirectoryEntrySink sink) throws IOException {
    long cookie = entry.getCookie();
    if (cookie <= 0 || cookie > Long.MAX_VALUE - FIXED_ENTRIES) {
      throw new ErrnoException(Errno.EOVERFLOW, "tell the kernel the cookie " + cookie);
    }
    Attributes attributes = entry.getAttributes();
    return sink.offer(
        entry.getName(), attributes.getInode(), attributes.getMode(), cookie + FIXED_ENTRIES);
  }

  /** The index in {@link #page} of the first entry behind a cookie; fetches the page if need be. */
  private int positionBehind(long cookie) throws IOException {
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
    page = metadata.readDirectory(inode, cookie, PAGE_ENTRIES);
    pageAfterCookie = cookie;
    if (page.getEntriesCount() == 0 && !page.getEndOfDirectory()) {
      throw new ErrnoException(Errno.EIO, "read directory " + inode + ": an empty page in it");
    }
    return 0;
  }
}
