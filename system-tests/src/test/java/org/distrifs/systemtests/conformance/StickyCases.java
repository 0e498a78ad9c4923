package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.exists;
import static org.distrifs.systemtests.conformance.Calls.lchown;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** In a sticky directory only the owner of a file, or of the directory, may remove its name. */
abstract class StickyCases extends Cases {
  StickyCases(Target target) {
    super(target);
  }

  private static Errno allowedIf(boolean allowed) {
    return allowed ? OK : EPERM;
  }

  @Test
  void decidesWhoMayRemove() throws Exception {
    mkdir("d", 0);
    for (Identity ofDirectory : new Identity[] {Identity.ROOT, Identity.OWNER}) {
      for (Identity ofFile : new Identity[] {Identity.ROOT, Identity.OWNER, Identity.MEMBER}) {
        for (Identity caller : Identity.values()) {
          for (FileType type : FileType.values()) {
            about(
                type + " of " + ofFile + " in a directory of " + ofDirectory,
                () -> {
                  chown("d", ofDirectory.uid(), 0);
                  chmod("d", 01777);
                  type.make("d/x", 0777);
                  lchown("d/x", ofFile.uid(), ofFile.gid());
                  boolean allowed =
                      caller == Identity.ROOT || caller == ofFile || caller == ofDirectory;
                  expect(allowedIf(allowed), caller, () -> type.remove("d/x"));
                  same("is there", !allowed, exists("d/x"));
                  if (!allowed) {
                    type.remove("d/x");
                  }
                });
          }
        }
      }
    }
  }

  @Test
  void decidesWhoMayRenameAwayAndOver() throws Exception {
    mkdir("d", 0);
    chmod("d", 01777);
    mkdir("free", 0777);
    for (Identity ofFile : new Identity[] {Identity.OWNER, Identity.MEMBER}) {
      for (Identity caller : Identity.values()) {
        for (FileType type : FileType.values()) {
          about(
              type + " of " + ofFile,
              () -> {
                boolean allowed = caller == Identity.ROOT || caller == ofFile;
                type.make("d/x", 0777);
                lchown("d/x", ofFile.uid(), ofFile.gid());
                expect(allowedIf(allowed), caller, () -> rename("d/x", "d/y"));
                if (allowed) {
                  rename("d/y", "d/x");
                }
                type.make("free/x", 0777);
                expect(allowedIf(allowed), caller, () -> rename("free/x", "d/x"));
                if (!allowed) {
                  type.remove("free/x");
                }
                if (allowed) {
                  type.remove("d/x");
                  type.make("d/x", 0777);
                  lchown("d/x", ofFile.uid(), ofFile.gid());
                }
                expect(allowedIf(allowed), caller, () -> rename("d/x", "free/x"));
                type.remove(allowed ? "free/x" : "d/x");
              });
        }
      }
    }
  }

  @Test
  void isOfNoMeaningWhereItIsNotSet() throws Exception {
    mkdir("d", 0777);
    for (FileType type : FileType.values()) {
      type.make("d/x", 0);
      expect(OK, Identity.STRANGER, () -> rename("d/x", "d/y"));
      expect(OK, Identity.STRANGER, () -> type.remove("d/y"));
    }
  }
}
