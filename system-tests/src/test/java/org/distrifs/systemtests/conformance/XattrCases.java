package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.bytes;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.E2BIG;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EEXIST;
import static org.distrifs.systemtests.conformance.Errno.ENODATA;
import static org.distrifs.systemtests.conformance.Errno.EOPNOTSUPP;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.ERANGE;
import static org.distrifs.systemtests.conformance.Errno.OK;
import static org.distrifs.systemtests.conformance.XattrCalls.XATTR_CREATE;
import static org.distrifs.systemtests.conformance.XattrCalls.XATTR_REPLACE;
import static org.distrifs.systemtests.conformance.XattrCalls.getxattr;
import static org.distrifs.systemtests.conformance.XattrCalls.listxattr;
import static org.distrifs.systemtests.conformance.XattrCalls.removexattr;
import static org.distrifs.systemtests.conformance.XattrCalls.setxattr;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** setxattr(2), getxattr(2), listxattr(2), removexattr(2); xattr(7). */
abstract class XattrCases extends Cases {
  private static final int LONGEST_NAME = 255;
  private static final int LARGEST_VALUE = 65_536;

  /** The types of files that may have user attributes. */
  private static final List<FileType> OF_USERS = List.of(FileType.REGULAR, FileType.DIRECTORY);

  XattrCases(Target target) {
    super(target);
  }

  @Test
  void keepsWhatIsSetUntilItIsRemoved() throws Exception {
    for (FileType type : OF_USERS) {
      String path = type.name();
      type.make(path, 0644);
      about(
          type,
          () -> {
            expect(ENODATA, () -> getxattr(path, "user.name"));
            expect(OK, () -> setxattr(path, "user.name", "value"));
            same("value", "value", getxattr(path, "user.name"));
            expect(OK, () -> setxattr(path, "user.name", "another"));
            same("value", "another", getxattr(path, "user.name"));
            expect(OK, () -> setxattr(path, "user.empty", ""));
            same("value", "", getxattr(path, "user.empty"));
            expect(OK, () -> setxattr(path, "user.bytes", "\0\u00ff\0"));
            same("value", "\0\u00ff\0", getxattr(path, "user.bytes"));
            same(
                "names",
                Set.of("user.name", "user.empty", "user.bytes"),
                new HashSet<>(listxattr(path)));
            expect(OK, () -> removexattr(path, "user.name"));
            expect(ENODATA, () -> getxattr(path, "user.name"));
            expect(ENODATA, () -> removexattr(path, "user.name"));
            same("names", Set.of("user.empty", "user.bytes"), new HashSet<>(listxattr(path)));
          });
    }
  }

  @Test
  void isNoChangeIfTheValueIsTheSame() throws Exception {
    write("f", "");
    marks("c", "f", () -> setxattr("f", "user.name", "value"));
    marks("", "f", () -> setxattr("f", "user.name", "value"));
    marks("c", "f", () -> setxattr("f", "user.name", "other"));
  }

  @Test
  void isMadeOrReplacedAsTold() throws Exception {
    write("f", "");
    expect(ENODATA, () -> setxattr("f", "user.a", bytes("x"), XATTR_REPLACE));
    expect(OK, () -> setxattr("f", "user.a", bytes("x"), XATTR_CREATE));
    expect(EEXIST, () -> setxattr("f", "user.a", bytes("y"), XATTR_CREATE));
    same("value", "x", getxattr("f", "user.a"));
    expect(OK, () -> setxattr("f", "user.a", bytes("z"), XATTR_REPLACE));
    same("value", "z", getxattr("f", "user.a"));
    expect(Errno.EINVAL, () -> setxattr("f", "user.a", bytes("z"), 8));
  }

  @Test
  void tellsHowLargeABufferMustBe() throws Exception {
    write("f", "");
    setxattr("f", "user.a", "12345");
    same("size", 5, getxattr("f", "user.a", 0).length);
    same("size", 5, getxattr("f", "user.a", 5).length);
    expect(ERANGE, () -> getxattr("f", "user.a", 4));
  }

  @Test
  void hasLimits() throws Exception {
    write("f", "");
    String longest = "user." + "n".repeat(LONGEST_NAME - "user.".length());
    expect(OK, () -> setxattr("f", longest, "x"));
    same("value", "x", getxattr("f", longest));
    expect(ERANGE, () -> setxattr("f", longest + "n", "x"));
    expect(ERANGE, () -> getxattr("f", longest + "n"));
    expect(E2BIG, () -> setxattr("f", "user.v", "x".repeat(LARGEST_VALUE + 1)));
    String large = "v".repeat(2000);
    expect(OK, () -> setxattr("f", "user.v", large));
    same("value", large, getxattr("f", "user.v"));
  }

  @Test
  void needsANameSpace() throws Exception {
    write("f", "");
    for (String name : new String[] {"name", "other.name", "usr.name"}) {
      expect(EOPNOTSUPP, () -> setxattr("f", name, "x"));
      expect(EOPNOTSUPP, () -> getxattr("f", name));
      expect(EOPNOTSUPP, () -> removexattr("f", name));
    }
    expect(ERANGE, () -> setxattr("f", "", "x"));
    expect(Errno.EINVAL, () -> setxattr("f", "user.", "x"));
  }

  @Test
  void ofUsersIsForFilesAndDirectories() throws Exception {
    for (FileType type : FileType.LINKABLE) {
      if (type != FileType.REGULAR) {
        type.make(type.name(), 0644);
        expect(EPERM, () -> setxattr(type.name(), "user.a", "x"));
        expect(ENODATA, () -> getxattr(type.name(), "user.a"));
        expect(EPERM, () -> removexattr(type.name(), "user.a"));
      }
    }
  }

  @Test
  void ofUsersGoesByThePermissionsOfTheFile() throws Exception {
    for (FileType type : OF_USERS) {
      String path = type.name();
      type.make(path, 0);
      chown(path, Identity.OWNER.uid(), Identity.TEAM);
      setxattr(path, "user.a", "x");
      about(
          type,
          () -> {
            chmod(path, 0640);
            expect(OK, Identity.OWNER, () -> setxattr(path, "user.a", "y"));
            expect(OK, Identity.MEMBER, () -> getxattr(path, "user.a"));
            marks(
                "",
                path,
                () -> {
                  expect(EACCES, Identity.MEMBER, () -> setxattr(path, "user.a", "z"));
                  expect(EACCES, Identity.MEMBER, () -> removexattr(path, "user.a"));
                });
            expect(EACCES, Identity.STRANGER, () -> getxattr(path, "user.a"));
            expect(OK, Identity.STRANGER, () -> listxattr(path));
            chmod(path, 0666);
            expect(OK, Identity.STRANGER, () -> setxattr(path, "user.a", "z"));
            same("value", "z", getxattr(path, "user.a"));
          });
    }
  }

  @Test
  void ofUsersOnAStickyDirectoryIsForItsOwner() throws Exception {
    mkdir("d", 0);
    chown("d", Identity.OWNER.uid(), 0);
    chmod("d", 01777);
    expect(OK, Identity.OWNER, () -> setxattr("d", "user.a", "x"));
    expect(EPERM, Identity.STRANGER, () -> setxattr("d", "user.a", "y"));
    expect(OK, Identity.STRANGER, () -> getxattr("d", "user.a"));
  }

  @Test
  void trustedIsForRootOnly() throws Exception {
    for (FileType type : FileType.values()) {
      String path = type.name();
      type.make(path, 0666);
      Calls.lchown(path, Identity.OWNER.uid(), Identity.OWNER.gid());
      about(
          type,
          () -> {
            expect(OK, () -> setxattr(path, "trusted.a", "x"));
            same("value", "x", getxattr(path, "trusted.a"));
            same("names", List.of("trusted.a"), listxattr(path));
            expect(EPERM, Identity.OWNER, () -> setxattr(path, "trusted.a", "y"));
            expect(ENODATA, Identity.OWNER, () -> getxattr(path, "trusted.a"));
            expect(EPERM, Identity.OWNER, () -> removexattr(path, "trusted.a"));
            as(Identity.OWNER, () -> same("names", List.of(), listxattr(path)));
            expect(OK, () -> removexattr(path, "trusted.a"));
          });
    }
  }

  @Test
  void securityIsReadByAllAndSetByRoot() throws Exception {
    write("f", "");
    chown("f", Identity.OWNER.uid(), 0);
    expect(OK, () -> setxattr("f", "security.test", "x"));
    expect(OK, Identity.STRANGER, () -> getxattr("f", "security.test"));
    expect(EPERM, Identity.OWNER, () -> setxattr("f", "security.test", "y"));
    expect(EPERM, Identity.OWNER, () -> removexattr("f", "security.test"));
    same("value", "x", getxattr("f", "security.test"));
  }

  @Test
  void ofAFileCapabilityGoesWithAWrite() throws Exception {
    write("f", "");
    chown("f", Identity.OWNER.uid(), 0);
    setxattr("f", "security.capability", "\1\0\0\2\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    same("size", 20, getxattr("f", "security.capability").length());
    as(Identity.OWNER, () -> write("f", "x"));
    expect(ENODATA, () -> getxattr("f", "security.capability"));
  }

  @Test
  void marksTheChangeTimeAlone() throws Exception {
    for (FileType type : OF_USERS) {
      String path = type.name();
      type.make(path, 0644);
      marks("c", path, () -> setxattr(path, "user.a", "x"));
      marks("c", path, () -> setxattr(path, "user.a", "y"));
      marks("", path, () -> getxattr(path, "user.a"));
      marks("", path, () -> listxattr(path));
      marks("c", path, () -> removexattr(path, "user.a"));
      marks("", path, () -> expect(ENODATA, () -> removexattr(path, "user.a")));
    }
  }

  @Test
  void belongsToTheInode() throws Exception {
    write("f", "");
    link("f", "g");
    setxattr("f", "user.a", "x");
    same("by the other name", "x", getxattr("g", "user.a"));
    rename("f", "h");
    same("by the new name", "x", getxattr("h", "user.a"));
    write("new", "");
    rename("new", "h");
    same("of another file", List.of(), listxattr("h"));
  }
}
