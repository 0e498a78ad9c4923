package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.LOCK_EX;
import static org.distrifs.systemtests.conformance.Calls.LOCK_NB;
import static org.distrifs.systemtests.conformance.Calls.LOCK_SH;
import static org.distrifs.systemtests.conformance.Calls.LOCK_UN;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.flock;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EAGAIN;
import static org.distrifs.systemtests.conformance.Errno.EBADF;
import static org.distrifs.systemtests.conformance.Errno.EDEADLK;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.OK;
import static org.distrifs.systemtests.conformance.RecordLock.GET;
import static org.distrifs.systemtests.conformance.RecordLock.GET_OF_DESCRIPTION;
import static org.distrifs.systemtests.conformance.RecordLock.SET;
import static org.distrifs.systemtests.conformance.RecordLock.SET_AND_WAIT;
import static org.distrifs.systemtests.conformance.RecordLock.SET_OF_DESCRIPTION;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.distrifs.systemtests.cluster.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** flock(2), and fcntl(2) with record locks of processes and of open file descriptions. */
abstract class LockCases extends Cases {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final int TIMES_SEEN = 5;
  private static final int CLOSINGS = 30;
  private static OtherProcess other;

  LockCases(Target target) {
    super(target);
  }

  @BeforeAll
  static void start() throws IOException {
    other = new OtherProcess();
  }

  @AfterAll
  static void stop() throws Exception {
    other.close();
  }

  private int theirs(String path) throws Exception {
    return other.open(absolute(path), O_RDWR);
  }

  @Test
  void flockExcludesByDescription() throws Exception {
    write("f", "");
    int one = open("f", O_RDWR);
    int two = open("f", O_RDONLY);
    int theirs = theirs("f");
    expect(OK, () -> flock(one, LOCK_EX | LOCK_NB));
    expect(EAGAIN, () -> flock(two, LOCK_EX | LOCK_NB));
    expect(EAGAIN, () -> flock(two, LOCK_SH | LOCK_NB));
    expect(EAGAIN, () -> other.flock(theirs, LOCK_SH | LOCK_NB));
    expect(OK, () -> flock(one, LOCK_SH | LOCK_NB));
    expect(OK, () -> flock(two, LOCK_SH | LOCK_NB));
    expect(OK, () -> other.flock(theirs, LOCK_SH | LOCK_NB));
    expect(EAGAIN, () -> flock(one, LOCK_EX | LOCK_NB));
    flock(two, LOCK_UN);
    other.flock(theirs, LOCK_UN);
    expect(OK, () -> flock(one, LOCK_EX | LOCK_NB));
    expect(EAGAIN, () -> other.flock(theirs, LOCK_EX | LOCK_NB));
    close(one);
    expect(OK, () -> other.flock(theirs, LOCK_EX | LOCK_NB));
    expect(EAGAIN, () -> flock(two, LOCK_EX | LOCK_NB));
    other.close(theirs);
    expect(OK, () -> flock(two, LOCK_EX | LOCK_NB));
    expect(EINVAL, () -> flock(two, 0));
    close(two);
    expect(EBADF, () -> flock(two, LOCK_EX));
  }

  @Test
  void flockWaits() throws Exception {
    write("f", "");
    int ours = open("f", O_RDWR);
    int theirs = theirs("f");
    flock(ours, LOCK_EX);
    other.tell(OtherProcess.Request.FLOCK, theirs, LOCK_EX);
    holds("it waits", other.isSilent());
    flock(ours, LOCK_UN);
    expect(OK, () -> other.answer());
    expect(EAGAIN, () -> flock(ours, LOCK_SH | LOCK_NB));
    other.close(theirs);
    close(ours);
  }

  @Test
  void recordsExcludeByProcess() throws Exception {
    write("f", "0123456789");
    int ours = open("f", O_RDWR);
    int theirs = theirs("f");
    expect(OK, () -> RecordLock.write(10, 10).on(ours, SET));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(10, 10)));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(19, 1)));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(0, 11)));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.read(0, 0)));
    expect(OK, () -> other.lock(theirs, SET, RecordLock.write(0, 10)));
    expect(OK, () -> other.lock(theirs, SET, RecordLock.write(20, 0)));
    expect(EAGAIN, () -> RecordLock.read(5, 1).on(ours, SET));
    expect(EAGAIN, () -> RecordLock.write(Long.MAX_VALUE - 1, 1).on(ours, SET));
    expect(OK, () -> RecordLock.none(12, 3).on(ours, SET));
    expect(OK, () -> other.lock(theirs, SET, RecordLock.write(12, 3)));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(11, 1)));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(15, 1)));
    expect(OK, () -> RecordLock.read(10, 2).on(ours, SET));
    expect(OK, () -> other.lock(theirs, SET, RecordLock.read(10, 2)));
    other.close(theirs);
    close(ours);
  }

  @Test
  void recordsTellWhoHoldsThem() throws Exception {
    write("f", "0123456789");
    int ours = open("f", O_RDWR);
    int theirs = theirs("f");
    other.lock(theirs, SET, RecordLock.write(3, 4));
    RecordLock.Holder holder = RecordLock.read(0, 0).holder(ours, GET);
    same("lock", RecordLock.write(3, 4), holder.lock());
    same("pid", (int) other.pid(), holder.pid());
    same("lock", RecordLock.UNLOCK, RecordLock.read(0, 3).holder(ours, GET).lock().type());
    RecordLock.write(8, 0).on(ours, SET);
    same("lock", RecordLock.WRITE, other.holder(theirs, GET, RecordLock.read(100, 1)));
    same("own lock", RecordLock.UNLOCK, RecordLock.write(8, 0).holder(ours, GET).lock().type());
    other.close(theirs);
    close(ours);
  }

  @Test
  void recordsGoWithAnyDescriptorOfTheirProcess() throws Exception {
    write("f", "0123456789");
    int ours = open("f", O_RDWR);
    int another = open("f", O_RDONLY);
    int theirs = theirs("f");
    RecordLock.write(0, 0).on(ours, SET);
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.write(0, 1)));
    close(another);
    expect(OK, () -> other.lock(theirs, SET, RecordLock.write(0, 1)));
    other.close(theirs);
    close(ours);
  }

  @Test
  void recordsAreWaitedForAndDeadlocksFound() throws Exception {
    write("f", "0123456789");
    int ours = open("f", O_RDWR);
    int theirs = theirs("f");
    RecordLock.write(0, 1).on(ours, SET);
    other.lock(theirs, SET, RecordLock.write(1, 1));
    other.begin(theirs, SET_AND_WAIT, RecordLock.write(0, 1));
    // There is no deadlock before the other one waits. It may sleep in the call for a while before
    // its lock request waits.
    AtomicInteger seen = new AtomicInteger();
    Await.until(
        "the other process waits",
        BOUND,
        () -> isBlocked(other.pid()) && seen.incrementAndGet() == TIMES_SEEN);
    expect(EDEADLK, () -> RecordLock.write(1, 1).on(ours, SET_AND_WAIT));
    holds("it waits", other.isSilent());
    RecordLock.none(0, 0).on(ours, SET);
    expect(OK, () -> other.answer());
    expect(EAGAIN, () -> RecordLock.write(0, 1).on(ours, SET));
    other.close(theirs);
    close(ours);
  }

  /** Whether a thread of a process waits for a lock, judged by the system call that it is in. */
  private static boolean isBlocked(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.anyMatch(LockCases::isInFcntl);
    }
  }

  private static boolean isInFcntl(Path thread) {
    try {
      return Files.readString(thread.resolve("syscall")).startsWith(Machine.FCNTL + " ");
    } catch (IOException e) {
      return false; // The thread is gone.
    }
  }

  @Test
  void recordsNeedADescriptorThatMayDoAsMuch() throws Exception {
    write("f", "");
    int reader = open("f", O_RDONLY);
    int writer = open("f", O_WRONLY);
    expect(EBADF, () -> RecordLock.write(0, 1).on(reader, SET));
    expect(OK, () -> RecordLock.read(0, 1).on(reader, SET));
    expect(EBADF, () -> RecordLock.read(0, 1).on(writer, SET));
    expect(OK, () -> RecordLock.write(0, 1).on(writer, SET));
    expect(EINVAL, () -> RecordLock.write(-1, 1).on(writer, SET));
    expect(EINVAL, () -> new RecordLock(7, 0, 1).on(writer, SET));
    close(reader);
    close(writer);
  }

  @Test
  void recordsOfDescriptionsExcludeByDescription() throws Exception {
    write("f", "0123456789");
    int one = open("f", O_RDWR);
    int two = open("f", O_RDWR);
    int theirs = theirs("f");
    expect(OK, () -> RecordLock.write(0, 5).on(one, SET_OF_DESCRIPTION));
    expect(EAGAIN, () -> RecordLock.write(4, 1).on(two, SET_OF_DESCRIPTION));
    expect(EAGAIN, () -> RecordLock.read(4, 1).on(two, SET));
    expect(EAGAIN, () -> other.lock(theirs, SET, RecordLock.read(0, 1)));
    expect(OK, () -> RecordLock.write(5, 1).on(two, SET_OF_DESCRIPTION));
    RecordLock.Holder holder = RecordLock.write(0, 1).holder(two, GET_OF_DESCRIPTION);
    same("pid", -1, holder.pid());
    same("lock", RecordLock.write(0, 5), holder.lock());
    close(open("f", O_RDONLY));
    expect(EAGAIN, () -> RecordLock.write(4, 1).on(two, SET_OF_DESCRIPTION));
    close(one);
    expect(OK, () -> RecordLock.write(4, 1).on(two, SET_OF_DESCRIPTION));
    close(two);
    other.close(theirs);
  }

  @Test
  void areFreeAsSoonAsACloseHasGivenThemBack() throws Exception {
    write("f", "0123456789");
    for (int round = 0; round < CLOSINGS; round++) {
      int ofDescription = open("f", O_RDWR);
      RecordLock.write(0, 5).on(ofDescription, SET_OF_DESCRIPTION);
      close(ofDescription);
      int theirs = theirs("f");
      expect(OK, () -> other.lock(theirs, SET_OF_DESCRIPTION, RecordLock.write(0, 5)));
      other.close(theirs);
      int ours = open("f", O_RDWR);
      same(
          "lock",
          RecordLock.UNLOCK,
          RecordLock.write(0, 5).holder(ours, GET_OF_DESCRIPTION).lock().type());
      flock(ours, LOCK_EX);
      close(ours);
      int next = open("f", O_RDWR);
      expect(OK, () -> flock(next, LOCK_EX | LOCK_NB));
      close(next);
    }
  }

  @Test
  void flockAndRecordsDoNotMeet() throws Exception {
    write("f", "");
    int ours = open("f", O_RDWR);
    int theirs = theirs("f");
    flock(ours, LOCK_EX);
    expect(OK, () -> other.lock(theirs, SET, RecordLock.write(0, 0)));
    other.close(theirs);
    close(ours);
  }

  @Test
  void goWithAProcessThatIsKilled() throws Exception {
    write("f", "");
    int ours = open("f", O_RDWR);
    OtherProcess killed = new OtherProcess();
    int first = killed.open(absolute("f"), O_RDWR);
    int second = killed.open(absolute("f"), O_RDWR);
    killed.flock(first, LOCK_EX);
    killed.lock(second, SET, RecordLock.write(0, 0));
    expect(EAGAIN, () -> flock(ours, LOCK_EX | LOCK_NB));
    expect(EAGAIN, () -> RecordLock.read(5, 1).on(ours, SET));
    killed.kill();
    Await.until(
        "both locks are free",
        BOUND,
        () ->
            outcome(() -> flock(ours, LOCK_EX | LOCK_NB)) == OK
                && outcome(() -> RecordLock.write(0, 0).on(ours, SET)) == OK);
    close(ours);
  }
}
