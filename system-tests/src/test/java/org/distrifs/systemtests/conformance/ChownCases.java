package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.fchown;
import static org.distrifs.systemtests.conformance.Calls.lchown;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** chown(2), lchown(2), fchown(2). */
abstract class ChownCases extends Cases {
  private static final int NO_CHANGE = -1;
  private static final int OWNER = Identity.OWNER.uid();
  private static final int OWNERS_GROUP = Identity.OWNER.gid();
  private static final int TEAM = Identity.TEAM;

  ChownCases(Target target) {
    super(target);
  }

  @Test
  void setsOwnerAndGroupOfEachType() throws Exception {
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            expect(OK, () -> lchown(path, 123, 456));
            owned(path, 123, 456);
            expect(OK, () -> lchown(path, NO_CHANGE, 457));
            owned(path, 123, 457);
            expect(OK, () -> lchown(path, 124, NO_CHANGE));
            owned(path, 124, 457);
            expect(OK, () -> lchown(path, NO_CHANGE, NO_CHANGE));
            owned(path, 124, 457);
            expect(OK, () -> lchown(path, -2, -2));
            owned(path, -2, -2);
            expect(OK, () -> lchown(path, 0, 0));
            owned(path, 0, 0);
          });
    }
  }

  @Test
  void followsASymlinkUnlessToldNotTo() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            symlink(path, path + ".link");
            expect(OK, () -> chown(path + ".link", 12, 34));
            owned(path, 12, 34);
            owned(path + ".link", 0, 0);
            expect(OK, () -> lchown(path + ".link", 56, 78));
            owned(path, 12, 34);
            owned(path + ".link", 56, 78);
          });
    }
  }

  @Test
  void worksOnADescriptor() throws Exception {
    for (FileType type : new FileType[] {FileType.REGULAR, FileType.DIRECTORY}) {
      type.make(type.name(), 0644);
      int descriptor = open(type.name(), O_RDONLY);
      marks("c", type.name(), () -> expect(OK, () -> fchown(descriptor, 5, 6)));
      owned(type.name(), 5, 6);
      close(descriptor);
    }
  }

  @Test
  void letsAnOwnerGiveAFileToAGroupOfHisAndToNobodyElse() throws Exception {
    for (FileType type : FileType.values()) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            lchown(path, OWNER, OWNERS_GROUP);
            expect(OK, Identity.OWNER, () -> lchown(path, NO_CHANGE, TEAM));
            owned(path, OWNER, TEAM);
            expect(OK, Identity.OWNER, () -> lchown(path, OWNER, OWNERS_GROUP));
            owned(path, OWNER, OWNERS_GROUP);
            marks(
                "",
                path,
                () -> {
                  int strangersGroup = Identity.STRANGER.gid();
                  expect(EPERM, Identity.OWNER, () -> lchown(path, NO_CHANGE, strangersGroup));
                  expect(EPERM, Identity.OWNER, () -> lchown(path, Identity.MEMBER.uid(), TEAM));
                  expect(EPERM, Identity.OWNER, () -> lchown(path, 0, NO_CHANGE));
                  expect(EPERM, Identity.MEMBER, () -> lchown(path, NO_CHANGE, TEAM));
                  expect(EPERM, Identity.STRANGER, () -> lchown(path, NO_CHANGE, strangersGroup));
                  expect(EPERM, Identity.STRANGER, () -> lchown(path, OWNER, OWNERS_GROUP));
                });
            owned(path, OWNER, OWNERS_GROUP);
          });
    }
  }

  @Test
  void isForEverybodyWhenItChangesNothing() throws Exception {
    for (FileType type : FileType.values()) {
      type.make(type.name(), 0600);
      expect(OK, Identity.STRANGER, () -> lchown(type.name(), NO_CHANGE, NO_CHANGE));
      owned(type.name(), 0, 0);
    }
  }

  @Test
  void marksTheChangeTimeAlone() throws Exception {
    for (FileType type : FileType.values()) {
      type.make(type.name(), 0644);
      marks("c", type.name(), () -> lchown(type.name(), OWNER, OWNERS_GROUP));
      marks("c", type.name(), () -> lchown(type.name(), OWNER, OWNERS_GROUP));
      marks("c", type.name(), () -> as(Identity.OWNER, () -> lchown(type.name(), NO_CHANGE, TEAM)));
    }
  }

  @Test
  void marksTheChangeTimeEvenIfItChangesNothing() throws Exception {
    for (FileType type : FileType.values()) {
      type.make(type.name(), 0644);
      marks("c", type.name(), () -> lchown(type.name(), NO_CHANGE, NO_CHANGE));
    }
  }

  /** Whoever makes it: a directory keeps them. */
  @Test
  void takesTheSetIdBitsOfAllButDirectories() throws Exception {
    for (Identity caller : new Identity[] {Identity.ROOT, Identity.OWNER}) {
      for (FileType type : FileType.WITH_MODE) {
        about(
            type + " as " + caller,
            () -> {
              String path = type + "." + caller;
              type.make(path, 0644);
              chown(path, OWNER, OWNERS_GROUP);
              int kept = type == FileType.DIRECTORY ? 06000 : 0;
              chmod(path, 06555);
              expect(OK, caller, () -> chown(path, OWNER, TEAM));
              sameMode(kept | 0555, lstat(path).permissions());
              owned(path, OWNER, TEAM);
              chmod(path, 06555);
              expect(OK, caller, () -> chown(path, NO_CHANGE, OWNERS_GROUP));
              sameMode(kept | 0555, lstat(path).permissions());
              chmod(path, 06555);
              expect(OK, caller, () -> chown(path, NO_CHANGE, NO_CHANGE));
              sameMode(kept | 0555, lstat(path).permissions());
            });
      }
    }
  }

  @Test
  void leavesTheSetIdBitsOfAFileToItsOwner() throws Exception {
    for (int mode : new int[] {04755, 02755, 06755, 04600}) {
      String path = "f" + Integer.toOctalString(mode);
      FileType.REGULAR.make(path, 0644);
      chmod(path, mode);
      marks(
          "",
          path,
          () -> expect(EPERM, Identity.STRANGER, () -> chown(path, NO_CHANGE, NO_CHANGE)));
      sameMode(mode, lstat(path).permissions());
    }
  }

  /** Set-group-id without permission to execute is no privilege: root keeps it. */
  @Test
  void keepsTheSetGroupIdBitOfWhatTheGroupMayNotExecuteForRoot() throws Exception {
    FileType.REGULAR.make("f", 0644);
    chown("f", OWNER, TEAM);
    chmod("f", 06745);
    chown("f", 1, TEAM);
    sameMode(02745, lstat("f").permissions());
  }
}
