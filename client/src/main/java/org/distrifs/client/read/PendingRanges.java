package org.distrifs.client.read;

/** Tells which ranges of a file have bytes that not every replica has applied yet. */
public interface PendingRanges {
  boolean touches(long offset, long length);
}
