package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/**
 * An aligned range of a file that is fetched as a whole. Holds its bytes until it is dropped; bytes
 * that arrive after that are released at once. Thread-safe.
 */
final class Segment {
  final FileReader owner;
  final long index;
  final int chargedBytes;

  /** Completes when the bytes have arrived or the fetch has failed. */
  final CompletableFuture<Void> fetchEnded = new CompletableFuture<>();

  private ByteBuf bytes;
  private boolean dropped;
  private int unreadBytes;

  Segment(FileReader owner, long index, int chargedBytes) {
    this.owner = owner;
    this.index = index;
    this.chargedBytes = chargedBytes;
    this.unreadBytes = chargedBytes;
  }

  void arrived(ByteBuf arrivedBytes) {
    synchronized (this) {
      if (dropped) {
        arrivedBytes.release();
      } else {
        bytes = arrivedBytes;
      }
    }
    fetchEnded.complete(null);
  }

  /** The bytes for one reader, who releases them; null when there are none any more. */
  synchronized ByteBuf retained() {
    return bytes == null ? null : bytes.retainedDuplicate();
  }

  /**
   * Notes that bytes went to a reader.
   *
   * @return whether all have by now
   */
  synchronized boolean consumed(int length) {
    unreadBytes -= length;
    return unreadBytes <= 0;
  }

  boolean isFetchEnded() {
    return fetchEnded.isDone();
  }

  void drop() {
    synchronized (this) {
      dropped = true;
      if (bytes != null) {
        bytes.release();
        bytes = null;
      }
    }
    fetchEnded.complete(null);
  }
}
