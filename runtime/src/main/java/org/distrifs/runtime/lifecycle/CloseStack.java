package org.distrifs.runtime.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes what was opened, the last first. One failure does not keep the others from being closed:
 * the first is thrown at the end, the later ones are suppressed in it. May be used on any thread.
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

  /** Entries a stack holds at most: more means that something adds in a loop. */
  public static final int MAX_ENTRIES = 1024;

  /** Failures suppressed in the first at most. */
  static final int MAX_SUPPRESSED = 16;

  private record Entry(String name, AutoCloseable resource) {}

  private final Deque<Entry> entries = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes over the duty to close {@code resource}, and returns it. When this stack is closed
   * already, or full, the resource is closed at once and the call fails.
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
        // Errors too: what is still open below must not stay open because of one.
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

  /** Not held while closing: what is closed may wait for a thread that wants to add. */
  private synchronized Entry next() {
    closed = true;
    return entries.poll();
  }

  private static void keepInterrupt(Throwable e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /** Something did not close; the cause says why. */
  public static final class CloseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CloseException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
