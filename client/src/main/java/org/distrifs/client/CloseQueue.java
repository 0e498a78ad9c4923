package org.distrifs.client;

/**
 * Where the ends of open files wait before this process hears of them: the kernel of a mount
 * reports them after {@code close(2)} has returned.
 */
@FunctionalInterface
public interface CloseQueue {

  /**
   * Whether an end may be waiting there now, or be on its way from there. Must not block; may be
   * called on any thread.
   */
  boolean mayHoldAny();
}
