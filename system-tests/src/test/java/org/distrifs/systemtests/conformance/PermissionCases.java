package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_DIRECTORY;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_TRUNC;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.R_OK;
import static org.distrifs.systemtests.conformance.Calls.W_OK;
import static org.distrifs.systemtests.conformance.Calls.X_OK;
import static org.distrifs.systemtests.conformance.Calls.access;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.exists;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.truncate;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** What the nine permission bits allow the owner, the group and others, and what root may. */
abstract class PermissionCases extends Cases {
  PermissionCases(Target target) {
    super(target);
  }

  /**
   * A class of callers, and by how many bits its permissions are shifted left from those of others.
   */
  private enum Kind {
    OWNER(Identity.OWNER, 6),
    GROUP(Identity.MEMBER, 3),
    OTHER(Identity.STRANGER, 0);

    private final Identity caller;
    private final int shift;

    Kind(Identity caller, int shift) {
      this.caller = caller;
      this.shift = shift;
    }

    /** A mode that gives these bits to this class, and none of them to the other two. */
    int only(int bits) {
      return (bits << shift) | ((~bits & 7) * 0111 & ~(7 << shift));
    }
  }

  private static Errno allowedIf(boolean allowed) {
    return allowed ? OK : EACCES;
  }

  @Test
  void ofAFileDecideOpenTruncateAndAccess() throws Exception {
    write("f", "text");
    chown("f", Identity.OWNER.uid(), Identity.TEAM);
    for (Kind kind : Kind.values()) {
      for (int bits = 0; bits < 8; bits++) {
        boolean read = (bits & R_OK) != 0;
        boolean write = (bits & W_OK) != 0;
        boolean execute = (bits & X_OK) != 0;
        int mode = kind.only(bits);
        chmod("f", mode);
        about(
            "mode " + Integer.toOctalString(mode),
            () -> {
              Identity caller = kind.caller;
              expect(allowedIf(read), caller, () -> close(open("f", O_RDONLY)));
              expect(allowedIf(write), caller, () -> close(open("f", O_WRONLY)));
              expect(allowedIf(read && write), caller, () -> close(open("f", O_RDWR)));
              expect(allowedIf(read), caller, () -> access("f", R_OK));
              expect(allowedIf(write), caller, () -> access("f", W_OK));
              expect(allowedIf(execute), caller, () -> access("f", X_OK));
              expect(allowedIf(write), caller, () -> truncate("f", 4));
              if (!write) {
                expect(EACCES, caller, () -> close(open("f", O_RDONLY | O_TRUNC)));
                expect(EACCES, caller, () -> close(open("f", O_WRONLY | O_TRUNC)));
              }
              expect(OK, caller, () -> lstat("f"));
            });
      }
    }
    same("content", "text", content("f"));
  }

  @Test
  void ofADirectoryDecideListingSearchingAndChanging() throws Exception {
    mkdir("d", 0755);
    makeOpenToAll("d/there");
    chown("d", Identity.OWNER.uid(), Identity.TEAM);
    for (Kind kind : Kind.values()) {
      for (int bits = 0; bits < 8; bits++) {
        boolean read = (bits & R_OK) != 0;
        boolean search = (bits & X_OK) != 0;
        boolean change = search && (bits & W_OK) != 0;
        int mode = kind.only(bits);
        chmod("d", mode);
        about(
            "mode " + Integer.toOctalString(mode),
            () -> {
              Identity caller = kind.caller;
              expect(allowedIf(read), caller, () -> Calls.list("d"));
              expect(allowedIf(search), caller, () -> lstat("d/there"));
              expect(allowedIf(search), caller, () -> close(open("d/there", O_RDWR)));
              expect(allowedIf(search), caller, () -> close(open("d/there", O_CREAT, 0644)));
              expect(
                  allowedIf(search),
                  caller,
                  () -> {
                    Calls.chdir("d");
                    Calls.chdir("..");
                  });
              expect(
                  allowedIf(change),
                  caller,
                  () -> close(open("d/new", O_CREAT | O_EXCL | O_WRONLY, 0644)));
              expect(allowedIf(change), caller, () -> rename("d/there", "d/moved"));
              if (change) {
                rename("d/moved", "d/there");
                unlink("d/new");
              }
              expect(allowedIf(change), caller, () -> mkdir("d/new", 0755));
              expect(allowedIf(change), caller, () -> link("d/there", "d/link"));
              expect(allowedIf(change), caller, () -> unlink("d/there"));
              expect(allowedIf(change), caller, () -> symlink("x", "d/symlink"));
              for (String left : new String[] {"d/new", "d/link", "d/there", "d/symlink"}) {
                removeIfThere(left);
              }
              makeOpenToAll("d/there");
            });
      }
    }
  }

  private static void makeOpenToAll(String path) {
    close(open(path, O_CREAT, 0777));
  }

  private static void removeIfThere(String path) {
    if (exists(path)) {
      if (lstat(path).type() == FileType.DIRECTORY.bits()) {
        rmdir(path);
      } else {
        unlink(path);
      }
    }
  }

  @Test
  void doNotBindRootButForExecution() throws Exception {
    write("f", "text");
    mkdir("d", 0);
    chown("f", Identity.OWNER.uid(), Identity.OWNER.gid());
    chmod("f", 0);
    expect(OK, () -> close(open("f", O_RDWR)));
    expect(OK, () -> access("f", R_OK | W_OK));
    expect(EACCES, () -> access("f", X_OK));
    for (int mode : new int[] {0100, 0010, 0001}) {
      chmod("f", mode);
      expect(OK, () -> access("f", X_OK));
    }
    expect(OK, () -> write("d/x", ""));
    expect(OK, () -> Calls.list("d"));
  }

  @Test
  void areLookedAtWhenAFileIsOpenedAndNotLater() throws Exception {
    write("f", "text");
    chown("f", Identity.OWNER.uid(), Identity.OWNER.gid());
    as(
        Identity.OWNER,
        () -> {
          int file = open("f", O_RDWR);
          chmod("f", 0);
          same("read", "text", Calls.pread(file, 10, 0));
          expect(OK, () -> Calls.pwrite(file, "more", 4));
          expect(OK, () -> Calls.ftruncate(file, 6));
          expect(EACCES, () -> open("f", O_RDONLY));
          close(file);
        });
    same("content", "textmo", content("f"));
  }

  @Test
  void ofANewFileDoNotBindTheOpenThatMakesIt() throws Exception {
    chmod(".", 0777);
    as(
        Identity.OWNER,
        () -> {
          int file = open("f", O_CREAT | O_EXCL | O_RDWR, 0);
          expect(OK, () -> write(file, "text"));
          close(file);
          expect(EACCES, () -> open("f", O_RDONLY));
        });
  }

  @Test
  void ofASupplementaryGroupCountAsMuchAsThoseOfTheFirst() throws Exception {
    write("f", "text");
    for (int group : new int[] {Identity.MEMBER.gid(), Identity.TEAM, 2004}) {
      chown("f", 0, group);
      chmod("f", 0060);
      expect(OK, Identity.MEMBER, () -> close(open("f", O_RDWR)));
      chmod("f", 0606);
      expect(EACCES, Identity.MEMBER, () -> close(open("f", O_RDONLY)));
    }
    chown("f", 0, 2005);
    chmod("f", 0060);
    expect(EACCES, Identity.MEMBER, () -> close(open("f", O_RDONLY)));
  }

  @Test
  void ofAParentDecideWhetherItsDirectoriesCanBeOpened() throws Exception {
    mkdir("d", 0700);
    mkdir("d/e", 0777);
    expect(EACCES, Identity.STRANGER, () -> open("d/e", O_RDONLY | O_DIRECTORY));
    chmod("d", 0701);
    expect(OK, Identity.STRANGER, () -> close(open("d/e", O_RDONLY | O_DIRECTORY)));
  }
}
