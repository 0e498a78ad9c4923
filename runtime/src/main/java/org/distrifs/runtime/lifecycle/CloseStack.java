package org.distrifs.runtime.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes resources in the reverse order of their opening. All are closed even if some fail: the
 * first failure is thrown at the end, with the later ones suppressed in it. Any thread.
 *
 * <pre>{@code
 * try (CloseStack opened = new CloseStack()) {
 *   Journal journal = opened.add("journal", Journal.open(folder));
 *   Server server = opened.add("server", Server.start(journal));
 *   ...
 * }
 * }</pre>
 */
public final class CloseStack implements AutoCloseable {

  /** The most entries of a stack. More of them mean that a loop adds entries. */
  public static final int MAX_ENTRIES = 1024;

  /** The most failures that are suppressed in the first. */
  static final int MAX_SUPPRESSED = 16;

  private record Entry(String name, AutoCloseable resource) {}

  private final Deque<Entry> entries = new ArrayDeque<>();
  private boolean closed;

  /**
   * Adds {@code resource}, which this stack will close, and returns it. If the stack is closed or
   * full, the resource is closed at once and the call fails.
   *
   * @param name what it is, for the error sentence
   * @throws IllegalStateException if this stack is closed or full
   */
  public <T extends AutoCloseable> T add(String name, T resource) {
    String refusal;
    synchronized (this) {
      if (!closed && entries.size() < MAX_ENTRIES) {
        entries.push(new Entry(name, resource));
        return resource;
      }
      refusal = closed ? "it is closed already" : "it holds " + MAX_ENTRIES + " entries";
    }
    IllegalStateException failure =
        new IllegalStateException("Cannot add " + name + " to the close stack: " + refusal);
    try {
      resource.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
    throw failure;
  }

  /**
   * Closes everything, the last added first. A second call does nothing.
   *
   * @throws CloseException if something failed to close; everything else is closed nevertheless
   */
  @Override
  public void close() {
    CloseException first = null;
    int suppressed = 0;
    for (Entry entry = next(); entry != null; entry = next()) {
      try {
        entry.resource().close();
      } catch (Throwable e) {
        // Also after an Error: the resources below must be closed nevertheless.
        keepInterrupt(e);
        CloseException failure = new CloseException("Cannot close " + entry.name() + ": " + e, e);
        if (first == null) {
          first = failure;
        } else if (suppressed++ < MAX_SUPPRESSED) {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * Takes the next entry. The lock is not held while it is closed: closing may wait for a thread
   * that wants to add an entry.
   */
  private synchronized Entry next() {
    closed = true;
    return entries.poll();
  }

  private static void keepInterrupt(Throwable e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /** A resource could not be closed. The cause says why. */
  public static final class CloseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CloseException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
