package org.distrifs.fuse.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.lifecycle.NamedThreads;

/**
 * Ends the waits of requests whose caller is being killed. The kernel says that a signal came to a
 * caller (INTERRUPT, once for a request), not which; and programs do not expect that a handler of
 * theirs makes a file operation fail, which it never does on a local disk. So only a fatal signal
 * counts: for that the kernel puts SIGKILL into the set of pending signals of the caller, where
 * {@code proc(5)} shows it. The thread that serves the request is interrupted then. Thread-safe.
 */
public final class KilledCallers {
  private static final int INTERRUPT = 36;
  private static final int FLUSH = 25;
  private static final long SIGKILL_BIT = 1L << 8;

  /** Of more killed processes the files are closed as those of others are. */
  private static final int MAX_REMEMBERED = 1024;

  /**
   * A later signal brings no second INTERRUPT: who got one is looked at again. So are those that
   * were killed, until they have ended.
   */
  private static final long LOOK_AGAIN_MS = 200;

  private record Caller(Thread server, int thread) {}

  private final Map<Long, Caller> served = new ConcurrentHashMap<>();
  private final Set<Long> signalled = ConcurrentHashMap.newKeySet();

  /**
   * Processes that were found killed and have not ended, by their ids. An id is given to another
   * process some time after; a handle tells the two apart by when they began.
   */
  private final Map<Long, ProcessHandle> killed = new HashMap<>();

  private boolean looking;

  /** A thread received a request of the kernel. */
  public void received(RequestHeader request) {
    if (request.opcode() == INTERRUPT) {
      interrupted(request.interrupted());
      return;
    }
    served.put(request.unique(), new Caller(Thread.currentThread(), request.thread()));
    if (request.opcode() == FLUSH && belongsToKilled(request.thread())) {
      // Its files are closed because it ends; nobody is there to wait, or to be told.
      Thread.currentThread().interrupt();
    }
  }

  /** The thread has served it. */
  public synchronized void served(RequestHeader request) {
    served.remove(request.unique());
    signalled.remove(request.unique());
    // What was meant for this request must not hit the next one.
    Thread.interrupted();
  }

  private synchronized void interrupted(long unique) {
    signalled.add(unique);
    if (served.containsKey(unique)) {
      look();
    }
    // Otherwise the thread that received it has not come here yet, or has served it already.
    if (isAnyToLookAt() && !looking) {
      looking = true;
      NamedThreads.daemon("mount", "signals").newThread(this::lookAgain).start();
    }
  }

  private void lookAgain() {
    try {
      while (isLooking()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isLooking() {
    looking = isAnyToLookAt();
    return looking;
  }

  private boolean isAnyToLookAt() {
    return !signalled.isEmpty() || !killed.isEmpty();
  }

  private synchronized void look() {
    killed.values().removeIf(process -> !process.isAlive());
    signalled.removeIf(
        unique -> {
          Caller caller = served.get(unique);
          if (caller == null) {
            return true;
          }
          Status status = Status.of(caller.thread());
          boolean fatal = (status.pending() & SIGKILL_BIT) != 0;
          if (fatal) {
            remember(status.process());
            caller.server().interrupt();
          }
          return fatal;
        });
  }

  private void remember(long process) {
    if (killed.size() < MAX_REMEMBERED) {
      ProcessHandle.of(process).ifPresent(handle -> killed.put(process, handle));
    }
  }

  private synchronized boolean belongsToKilled(int thread) {
    if (killed.isEmpty()) {
      return false;
    }
    ProcessHandle known = killed.get(Status.of(thread).process());
    return known != null && known.isAlive();
  }

  /**
   * What {@code /proc/N/status} tells of a thread.
   *
   * @param process the id of its process; 0 when it is gone
   * @param pending the signals that wait for the thread or its process, a bit for each
   */
  record Status(long process, long pending) {
    static final Status GONE = new Status(0, 0);

    static Status of(int thread) {
      try {
        Path file = Path.of("/proc", Integer.toString(thread), "status");
        return parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        return GONE;
      }
    }

    static Status parse(String text) {
      long process = 0;
      long pending = 0;
      for (String line : text.split("\n", -1)) {
        int colon = line.indexOf(':');
        String value = line.substring(colon + 1).strip();
        switch (line.substring(0, Math.max(colon, 0))) {
          case "Tgid" -> process = Long.parseLong(value);
          case "SigPnd", "ShdPnd" -> pending |= Long.parseUnsignedLong(value, 16);
          default -> {}
        }
      }
      return new Status(process, pending);
    }
  }
}
