package org.distrifs.systemtests.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.distrifs.systemtests.cluster.Await;

/** Another process, which locks files on request. It ends with this one, or when closed. */
final class OtherProcess implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(20);

  /** The requests that it understands. */
  enum Request {
    /** Path and flags; answers the descriptor. */
    OPEN,
    /** Descriptor. */
    CLOSE,
    /** Descriptor and operation. */
    FLOCK,
    /** Descriptor, command, type, start and length. */
    LOCK,
    /** As {@link #LOCK}; answers the type of the lock in the way. */
    HOLDER
  }

  private final Process process;
  private final PrintStream requests;
  private final BufferedReader answers;

  OtherProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockingProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  int open(Path path, int flags) throws Exception {
    tell(Request.OPEN, path, flags);
    return (int) answer();
  }

  void close(int descriptor) throws Exception {
    tell(Request.CLOSE, descriptor);
    answer();
  }

  void flock(int descriptor, int operation) throws Exception {
    tell(Request.FLOCK, descriptor, operation);
    answer();
  }

  void lock(int descriptor, int command, RecordLock lock) throws Exception {
    begin(descriptor, command, lock);
    answer();
  }

  /** As {@link #lock}, without waiting; {@link #answer} waits. */
  void begin(int descriptor, int command, RecordLock lock) {
    tell(Request.LOCK, descriptor, command, lock.type(), lock.start(), lock.length());
  }

  /** The type of the lock that stands in the way of one. */
  int holder(int descriptor, int command, RecordLock lock) throws Exception {
    tell(Request.HOLDER, descriptor, command, lock.type(), lock.start(), lock.length());
    return (int) answer();
  }

  void tell(Request request, Object... words) {
    StringBuilder line = new StringBuilder(request.name());
    for (Object word : words) {
      line.append(' ').append(word);
    }
    requests.println(line);
  }

  /** Whether there is nothing to be read from it yet. */
  boolean isSilent() throws IOException {
    return !answers.ready();
  }

  /** What the call returned that was told last. */
  long answer() throws Exception {
    Await.until("the other process answers", BOUND, () -> answers.ready() || !process.isAlive());
    String line = answers.readLine();
    if (line == null) {
      throw new AssertionError("the other process ended; its errors are above");
    }
    String[] words = line.split(" ", -1);
    Errno errno = Errno.valueOf(words[0]);
    if (errno != Errno.OK) {
      throw new CallFailed("in the other process", errno);
    }
    return Long.parseLong(words[1]);
  }

  long pid() {
    return process.pid();
  }

  /** {@code kill -9}; returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws Exception {
    kill();
  }
}
