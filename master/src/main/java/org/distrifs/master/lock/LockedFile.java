package org.distrifs.master.lock;

import java.util.Comparator;

/**
 * What locks of one kind are on.
 *
 * @param isWhole locks on the file as a whole (flock), not on ranges (fcntl): the two do not know
 *     of each other
 */
public record LockedFile(long inode, boolean isWhole) implements Comparable<LockedFile> {
  private static final Comparator<LockedFile> ORDER =
      Comparator.comparingLong(LockedFile::inode).thenComparing(LockedFile::isWhole);

  @Override
  public int compareTo(LockedFile other) {
    return ORDER.compare(this, other);
  }
}
