package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.AclValue.ACCESS;
import static org.distrifs.systemtests.conformance.AclValue.DEFAULT;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.umask;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENODATA;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;
import static org.distrifs.systemtests.conformance.XattrCalls.getxattr;
import static org.distrifs.systemtests.conformance.XattrCalls.removexattr;
import static org.distrifs.systemtests.conformance.XattrCalls.setxattr;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** POSIX access control lists: acl(5). */
abstract class AclCases extends Cases {
  private static final int MEMBER = Identity.MEMBER.uid();
  private static final int STRANGER = Identity.STRANGER.uid();

  AclCases(Target target) {
    super(target);
  }

  private void set(String path, String kind, AclValue acl) {
    setxattr(path, kind, acl.bytes(), 0);
  }

  private void sameAcl(AclValue expected, String path, String kind) {
    same(kind, Arrays.toString(expected.bytes()), Arrays.toString(getxattr(path, kind, 1024)));
  }

  @Test
  void isKeptAndShowsInTheMode() throws Exception {
    for (FileType type : new FileType[] {FileType.REGULAR, FileType.DIRECTORY, FileType.FIFO}) {
      String path = type.name();
      type.make(path, 0640);
      about(
          type,
          () -> {
            expect(ENODATA, () -> getxattr(path, ACCESS));
            AclValue acl =
                new AclValue().owner(6).user(STRANGER, 4).owningGroup(0).mask(5).other(0);
            marks("c", path, () -> set(path, ACCESS, acl));
            sameAcl(acl, path, ACCESS);
            sameMode(0650, lstat(path).permissions());
            chmod(path, 0711);
            sameMode(0711, lstat(path).permissions());
            sameAcl(
                new AclValue().owner(7).user(STRANGER, 4).owningGroup(0).mask(1).other(1),
                path,
                ACCESS);
            expect(OK, () -> removexattr(path, ACCESS));
            expect(ENODATA, () -> getxattr(path, ACCESS));
          });
    }
  }

  @Test
  void thatSaysNoMoreThanAModeIsOne() throws Exception {
    write("f", "");
    set("f", ACCESS, new AclValue().owner(7).owningGroup(5).other(1));
    sameMode(0751, lstat("f").permissions());
    expect(ENODATA, () -> getxattr("f", ACCESS));
  }

  @Test
  void decidesForUsersAndGroupsThatItNames() throws Exception {
    write("f", "text");
    chown("f", Identity.OWNER.uid(), Identity.OWNER.gid());
    for (int bits = 0; bits < 8; bits++) {
      for (int mask : new int[] {7, 4, 2, 0}) {
        int permissions = bits;
        int effective = bits & mask;
        about(
            "permissions " + bits + " and mask " + mask,
            () -> {
              set(
                  "f",
                  ACCESS,
                  new AclValue()
                      .owner(6)
                      .user(STRANGER, permissions)
                      .owningGroup(0)
                      .group(Identity.TEAM, permissions)
                      .mask(mask)
                      .other(0));
              for (Identity caller : new Identity[] {Identity.STRANGER, Identity.MEMBER}) {
                expect(
                    (effective & 4) != 0 ? OK : EACCES, caller, () -> close(open("f", O_RDONLY)));
                expect(
                    (effective & 2) != 0 ? OK : EACCES, caller, () -> close(open("f", O_WRONLY)));
              }
              expect(OK, Identity.OWNER, () -> close(open("f", O_RDONLY)));
            });
      }
    }
  }

  @Test
  void deniesAUserThatItNamesWhatOthersMay() throws Exception {
    write("f", "text");
    set("f", ACCESS, new AclValue().owner(6).user(STRANGER, 0).owningGroup(4).mask(4).other(4));
    expect(EACCES, Identity.STRANGER, () -> open("f", O_RDONLY));
    expect(OK, Identity.MEMBER, () -> close(open("f", O_RDONLY)));
  }

  @Test
  void decidesWhoMaySearchAndChangeADirectory() throws Exception {
    mkdir("d", 0700);
    write("d/f", "");
    set("d", ACCESS, new AclValue().owner(7).user(STRANGER, 1).owningGroup(0).mask(7).other(0));
    expect(OK, Identity.STRANGER, () -> lstat("d/f"));
    expect(EACCES, Identity.STRANGER, () -> Calls.list("d"));
    expect(EACCES, Identity.STRANGER, () -> open("d/g", O_CREAT, 0644));
    expect(EACCES, Identity.MEMBER, () -> lstat("d/f"));
    set("d", ACCESS, new AclValue().owner(7).user(STRANGER, 7).owningGroup(0).mask(7).other(0));
    expect(OK, Identity.STRANGER, () -> Calls.list("d"));
    expect(OK, Identity.STRANGER, () -> close(open("d/g", O_CREAT, 0644)));
  }

  @Test
  void isInheritedFromTheDefaultOfTheDirectory() throws Exception {
    mkdir("d", 0777);
    AclValue inherited = new AclValue().owner(7).user(STRANGER, 6).owningGroup(5).mask(7).other(0);
    marks("c", "d", () -> set("d", DEFAULT, inherited));
    sameAcl(inherited, "d", DEFAULT);
    sameMode(0777, lstat("d").permissions());
    expect(ENODATA, () -> getxattr("d", ACCESS));
    umask(077);
    close(open("d/f", O_CREAT, 0666));
    mkdir("d/e", 0777);
    Calls.mkfifo("d/fifo", 0640);
    umask(0);
    sameMode(0660, lstat("d/f").permissions());
    sameAcl(
        new AclValue().owner(6).user(STRANGER, 6).owningGroup(5).mask(6).other(0), "d/f", ACCESS);
    expect(ENODATA, () -> getxattr("d/f", DEFAULT));
    sameMode(0770, lstat("d/e").permissions());
    sameAcl(inherited, "d/e", DEFAULT);
    sameAcl(inherited, "d/e", ACCESS);
    sameMode(0640, lstat("d/fifo").permissions());
    expect(OK, Identity.STRANGER, () -> close(open("d/f", O_WRONLY)));
    expect(EACCES, Identity.MEMBER, () -> open("d/f", O_RDONLY));
    expect(OK, () -> removexattr("d", DEFAULT));
    umask(027);
    close(open("d/g", O_CREAT, 0666));
    umask(0);
    sameMode(0640, lstat("d/g").permissions());
  }

  @Test
  void isSetByTheOwnerAndRoot() throws Exception {
    write("f", "");
    chown("f", Identity.OWNER.uid(), Identity.TEAM);
    chmod("f", 0666);
    AclValue acl = new AclValue().owner(6).user(MEMBER, 7).owningGroup(6).mask(7).other(6);
    expect(EPERM, Identity.MEMBER, () -> set("f", ACCESS, acl));
    expect(EPERM, Identity.STRANGER, () -> set("f", ACCESS, acl));
    expect(OK, Identity.OWNER, () -> set("f", ACCESS, acl));
    expect(OK, Identity.STRANGER, () -> getxattr("f", ACCESS));
    expect(EPERM, Identity.STRANGER, () -> removexattr("f", ACCESS));
    expect(OK, Identity.OWNER, () -> removexattr("f", ACCESS));
  }

  @Test
  void refusesWhatIsNone() throws Exception {
    write("f", "");
    expect(EINVAL, () -> set("f", ACCESS, new AclValue().owner(6).owningGroup(6)));
    expect(
        EINVAL, () -> set("f", ACCESS, new AclValue().owner(6).user(1, 6).owningGroup(6).other(6)));
    expect(EINVAL, () -> setxattr("f", ACCESS, new byte[] {2, 0, 0, 0, 1}, 0));
    expect(EACCES, () -> set("f", DEFAULT, new AclValue().owner(6).owningGroup(6).other(6)));
  }
}
