package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.fchmod;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.stat;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** chmod(2), fchmod(2). */
abstract class ChmodCases extends Cases {
  private static final int[] MODES = {0, 0111, 0222, 0444, 0640, 0755, 01777, 02755, 04755, 07777};

  ChmodCases(Target target) {
    super(target);
  }

  @Test
  void setsTheModeOfEachType() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            for (int mode : MODES) {
              expect(OK, () -> chmod(path, mode));
              sameMode(type.bits() | mode, lstat(path).mode());
            }
          });
    }
  }

  @Test
  void followsASymlink() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            symlink(path, path + ".link");
            expect(OK, () -> chmod(path + ".link", 0321));
            sameMode(0321, lstat(path).permissions());
            sameMode(0321, stat(path + ".link").permissions());
            sameMode(FileType.SYMLINK.bits() | 0777, lstat(path + ".link").mode());
          });
    }
  }

  @Test
  void worksOnADescriptorThatMayOnlyRead() throws Exception {
    for (FileType type : new FileType[] {FileType.REGULAR, FileType.DIRECTORY}) {
      type.make(type.name(), 0644);
      int descriptor = open(type.name(), O_RDONLY);
      expect(OK, () -> fchmod(descriptor, 01751));
      sameMode(01751, fstat(descriptor).permissions());
      sameMode(01751, lstat(type.name()).permissions());
      close(descriptor);
    }
  }

  @Test
  void marksTheChangeTimeAlone() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      type.make(type.name(), 0644);
      marks("c", type.name(), () -> chmod(type.name(), 0600));
      marks("c", type.name(), () -> chmod(type.name(), 0600));
    }
  }

  @Test
  void isForTheOwnerAndRoot() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0666);
            chown(path, Identity.OWNER.uid(), Identity.TEAM);
            expect(OK, Identity.OWNER, () -> chmod(path, 0446));
            sameMode(0446, lstat(path).permissions());
            marks("", path, () -> expect(EPERM, Identity.MEMBER, () -> chmod(path, 0777)));
            marks("", path, () -> expect(EPERM, Identity.STRANGER, () -> chmod(path, 0777)));
            sameMode(0446, lstat(path).permissions());
            expect(OK, Identity.ROOT, () -> chmod(path, 0640));
            sameMode(0640, lstat(path).permissions());
          });
    }
  }

  @Test
  void takesTheSetGroupIdBitFromAnOwnerWhoIsNotInTheGroup() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      about(
          type,
          () -> {
            String path = type.name();
            type.make(path, 0644);
            chown(path, Identity.OWNER.uid(), Identity.STRANGER.gid());
            expect(OK, Identity.OWNER, () -> chmod(path, 06755));
            sameMode(04755, lstat(path).permissions());
            chown(path, Identity.OWNER.uid(), Identity.TEAM);
            expect(OK, Identity.OWNER, () -> chmod(path, 06755));
            sameMode(06755, lstat(path).permissions());
            chown(path, Identity.OWNER.uid(), Identity.STRANGER.gid());
            expect(OK, Identity.ROOT, () -> chmod(path, 06711));
            sameMode(06711, lstat(path).permissions());
          });
    }
  }

  @Test
  void letsAnOrdinaryOwnerSetTheStickyBit() throws Exception {
    for (FileType type : FileType.WITH_MODE) {
      type.make(type.name(), 0644);
      chown(type.name(), Identity.OWNER.uid(), Identity.OWNER.gid());
      expect(OK, Identity.OWNER, () -> chmod(type.name(), 01644));
      sameMode(01644, lstat(type.name()).permissions());
    }
  }
}
