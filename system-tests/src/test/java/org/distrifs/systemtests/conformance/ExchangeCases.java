package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.RENAME_EXCHANGE;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EACCES;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.OK;

import org.junit.jupiter.api.Test;

/** renameat2(2) with RENAME_EXCHANGE. */
abstract class ExchangeCases extends Cases {
  ExchangeCases(Target target) {
    super(target);
  }

  @Test
  void swapsAnyTwoTypes() throws Exception {
    mkdir("a", 0755);
    mkdir("b", 0755);
    for (FileType from : FileType.values()) {
      for (FileType to : FileType.values()) {
        about(
            from + " and " + to,
            () -> {
              from.make("a/x", 0644);
              to.make("b/y", 0644);
              Stat one = lstat("a/x");
              Stat other = lstat("b/y");
              expect(OK, () -> rename("a/x", "b/y", RENAME_EXCHANGE));
              same("inode", one.inode(), lstat("b/y").inode());
              same("inode", other.inode(), lstat("a/x").inode());
              links(to == FileType.DIRECTORY ? 3 : 2, "a");
              links(from == FileType.DIRECTORY ? 3 : 2, "b");
              to.remove("a/x");
              from.remove("b/y");
            });
      }
    }
  }

  @Test
  void needsBoth() throws Exception {
    write("f", "");
    marks("", "f", () -> expect(ENOENT, () -> rename("f", "none", RENAME_EXCHANGE)));
    expect(ENOENT, () -> rename("none", "f", RENAME_EXCHANGE));
  }

  @Test
  void refusesADirectoryAndWhatIsBelowIt() throws Exception {
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    expect(EINVAL, () -> rename("d", "d/e", RENAME_EXCHANGE));
    expect(EINVAL, () -> rename("d/e", "d", RENAME_EXCHANGE));
  }

  @Test
  void needsWritePermissionOnBothDirectories() throws Exception {
    mkdir("a", 0777);
    mkdir("b", 0777);
    write("a/x", "");
    write("b/y", "");
    for (String locked : new String[] {"a", "b"}) {
      chmod(locked, 0555);
      expect(EACCES, Identity.STRANGER, () -> rename("a/x", "b/y", RENAME_EXCHANGE));
      chmod(locked, 0777);
    }
    expect(OK, Identity.STRANGER, () -> rename("a/x", "b/y", RENAME_EXCHANGE));
  }

  @Test
  void marksBothDirectories() throws Exception {
    mkdir("a", 0755);
    mkdir("b", 0755);
    write("a/x", "");
    write("b/y", "");
    marks("mc", "a", () -> marks("mc", "b", () -> rename("a/x", "b/y", RENAME_EXCHANGE)));
  }
}
