package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.AT_SYMLINK_NOFOLLOW;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.utimens;
import static org.distrifs.systemtests.conformance.Calls.utimensNull;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.time.Instant;
import org.distrifs.systemtests.conformance.Calls.Time;
import org.junit.jupiter.api.Test;

/** utimensat(2), futimens(3). */
abstract class UtimensCases extends Cases {
  private static final Time ONE = new Time(1_000_000_000, 123_456_789);
  private static final Time OTHER = new Time(2_000_000_000, 987_654_321);

  /** What 34 bits hold: from 1901-12-13 to 2446-05-10. */
  private static final long EARLIEST = -(1L << 31);

  private static final long LATEST = EARLIEST + (1L << 34) - 1;

  UtimensCases(Target target) {
    super(target);
  }

  @Test
  void setsBothTimesOfEachTypeToTheNanosecond() throws Exception {
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            marks("amc", path, () -> utimens(path, ONE, OTHER, AT_SYMLINK_NOFOLLOW));
            same("atime", ONE.instant(), lstat(path).atime());
            same("mtime", OTHER.instant(), lstat(path).mtime());
          });
    }
  }

  @Test
  void keepsTimesBefore1970AndAfter2038() throws Exception {
    write("f", "");
    long[] seconds = {
      0, 1, -1, -1_000_000_000, EARLIEST + 1, (1L << 31) - 1, 1L << 31, (1L << 32) + 5, LATEST - 1
    };
    for (long second : seconds) {
      for (int nanosecond : new int[] {0, 1, 999_999_999}) {
        Time time = new Time(second, nanosecond);
        utimens("f", time, time);
        Instant expected = time.instant();
        same("atime", expected, lstat("f").atime());
        same("mtime", expected, lstat("f").mtime());
      }
    }
  }

  @Test
  void takesTheNearestOfATimeThatCannotBeKept() throws Exception {
    write("f", "");
    Time tooEarly = new Time(EARLIEST - 1, 5);
    Time tooLate = new Time(1L << 40, 5);
    expect(OK, () -> utimens("f", tooEarly, tooLate));
    same("atime", Instant.ofEpochSecond(EARLIEST), lstat("f").atime());
    same("mtime", Instant.ofEpochSecond(LATEST), lstat("f").mtime());
  }

  @Test
  void setsTheTimeOfTheCall() throws Exception {
    write("f", "");
    utimens("f", ONE, OTHER);
    marks("amc", "f", () -> utimensNull("f"));
    same("mtime", lstat("f").atime(), lstat("f").mtime());
    same("ctime", lstat("f").atime(), lstat("f").ctime());
    utimens("f", ONE, OTHER);
    marks("amc", "f", () -> utimens("f", Time.NOW, Time.NOW));
    utimens("f", ONE, OTHER);
    marks("ac", "f", () -> utimens("f", Time.NOW, Time.OMIT));
    same("mtime", OTHER.instant(), lstat("f").mtime());
    marks("mc", "f", () -> utimens("f", Time.OMIT, Time.NOW));
    marks("mc", "f", () -> utimens("f", Time.OMIT, ONE));
    same("mtime", ONE.instant(), lstat("f").mtime());
    marks("ac", "f", () -> utimens("f", OTHER, Time.OMIT));
    same("atime", OTHER.instant(), lstat("f").atime());
    marks("", "f", () -> utimens("f", Time.OMIT, Time.OMIT));
  }

  @Test
  void followsASymlinkUnlessToldNotTo() throws Exception {
    write("f", "");
    symlink("f", "s");
    utimens("s", OTHER, ONE, AT_SYMLINK_NOFOLLOW); // So late that reading it sets no time.
    marks("", "s", () -> utimens("s", ONE, OTHER));
    same("mtime", OTHER.instant(), lstat("f").mtime());
    marks("", "f", () -> utimens("s", OTHER, ONE, AT_SYMLINK_NOFOLLOW));
    same("atime", OTHER.instant(), lstat("s").atime());
    same("mtime", ONE.instant(), lstat("s").mtime());
  }

  @Test
  void worksOnADescriptorThatMayOnlyRead() throws Exception {
    for (FileType type : new FileType[] {FileType.REGULAR, FileType.DIRECTORY}) {
      type.make(type.name(), 0644);
      int descriptor = open(type.name(), O_RDONLY);
      expect(OK, () -> Calls.futimens(descriptor, ONE, OTHER));
      same("atime", ONE.instant(), lstat(type.name()).atime());
      same("mtime", OTHER.instant(), lstat(type.name()).mtime());
      close(descriptor);
    }
  }

  @Test
  void toGivenTimesIsForTheOwnerAndToNowForWhoMayWrite() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      String path = type.name();
      type.make(path, 0);
      chown(path, Identity.OWNER.uid(), Identity.TEAM);
      about(
          type,
          () -> {
            chmod(path, 0400);
            for (Time time : new Time[] {ONE, Time.NOW}) {
              expect(OK, Identity.OWNER, () -> utimens(path, time, time));
            }
            chmod(path, 0666);
            for (Identity writer : new Identity[] {Identity.MEMBER, Identity.STRANGER}) {
              expect(OK, writer, () -> utimensNull(path));
              expect(OK, writer, () -> utimens(path, Time.NOW, Time.NOW));
              marks(
                  "",
                  path,
                  () -> {
                    expect(OK, writer, () -> utimens(path, Time.OMIT, Time.OMIT));
                    expect(EPERM, writer, () -> utimens(path, ONE, OTHER));
                    expect(EPERM, writer, () -> utimens(path, ONE, Time.NOW));
                    expect(EPERM, writer, () -> utimens(path, Time.NOW, Time.OMIT));
                    expect(EPERM, writer, () -> utimens(path, Time.OMIT, Time.NOW));
                    expect(EPERM, writer, () -> utimens(path, ONE, Time.OMIT));
                  });
            }
            chmod(path, 0444);
            marks(
                "",
                path,
                () -> {
                  expect(EACCES, Identity.STRANGER, () -> utimensNull(path));
                  expect(EACCES, Identity.STRANGER, () -> utimens(path, Time.NOW, Time.NOW));
                  expect(EPERM, Identity.STRANGER, () -> utimens(path, ONE, ONE));
                });
            expect(OK, Identity.ROOT, () -> utimens(path, ONE, ONE));
          });
    }
  }

  @Test
  void refusesNanosecondsThatAreNone() throws Exception {
    write("f", "");
    for (long nanoseconds : new long[] {-1, 1_000_000_000, 1L << 40}) {
      Time wrong = new Time(1, nanoseconds);
      marks(
          "",
          "f",
          () -> {
            expect(EINVAL, () -> utimens("f", wrong, ONE));
            expect(EINVAL, () -> utimens("f", ONE, wrong));
            expect(EINVAL, () -> utimens("f", Time.OMIT, wrong));
          });
    }
    expect(EINVAL, () -> utimens("f", ONE, ONE, 0x4000));
  }
}
