package org.distrifs.client.file;

import java.util.LinkedHashMap;
import java.util.Map;
import org.distrifs.proto.error.ErrnoException;

/**
 * Failures of files that are not open any more, or were open under a session that is over, of which
 * nobody was told: the next handle of the inode is. So does Linux while it keeps the inode.
 * Bounded; the oldest is forgotten first. Thread-safe.
 */
final class UnseenFailures {
  private static final int MAX_INODES = 4096;

  private final Map<Long, ErrnoException> byInode = new LinkedHashMap<>();

  /** Keeps what nobody was told of a file. */
  synchronized void keep(SharedFile file) {
    file.writer()
        .failures()
        .takeUnseen()
        .ifPresent(
            failure -> {
              byInode.remove(file.inode());
              byInode.put(file.inode(), failure);
              if (byInode.size() > MAX_INODES) {
                byInode.remove(byInode.keySet().iterator().next());
              }
            });
  }

  /** Makes what is kept of an inode a failure of its file. */
  synchronized void handOver(SharedFile file) {
    ErrnoException failure = byInode.remove(file.inode());
    if (failure != null) {
      file.writer().failures().inherit(failure);
    }
  }
}
