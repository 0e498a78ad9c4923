package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.list;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.readlink;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.symlink;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Errno.ENOENT;
import static org.distrifs.systemtests.conformance.Errno.OK;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Names are bytes. */
abstract class NameCases extends Cases {
  NameCases(Target target) {
    super(target);
  }

  @Test
  void mayHaveEveryByteButSlashAndNul() throws Exception {
    Set<String> names = new HashSet<>();
    mkdir("d", 0755);
    for (char value = 1; value < 256; value++) {
      if (value != '/') {
        String name = value + "-" + value;
        expect(OK, () -> FileType.REGULAR.make("d/" + name, 0644));
        names.add(name);
      }
    }
    same("names", names, new HashSet<>(list("d")));
    for (String name : names) {
      same("type", FileType.REGULAR.bits(), lstat("d/" + name).type());
      expect(OK, () -> unlink("d/" + name));
    }
    same("names", List.of(), list("d"));
  }

  @Test
  void ofOneByteAreNames() throws Exception {
    mkdir("d", 0755);
    for (char value = 1; value < 256; value++) {
      if (value != '/' && value != '.') {
        String name = Character.toString(value);
        expect(OK, () -> symlink(name, "d/" + name));
        same("target", name, readlink("d/" + name));
      }
    }
    same("names", 253, list("d").size());
  }

  @Test
  void thatAreNoUtf8AreKept() throws Exception {
    String[] names = {"\u00ff\u00fe", "\u00c3(", "\u00ed\u00a0\u0080", "\u0080", "\u00f8\u0088"};
    for (String name : names) {
      FileType.REGULAR.make(name, 0644);
      rename(name, name + name);
      expect(ENOENT, () -> lstat(name));
      same("type", FileType.REGULAR.bits(), lstat(name + name).type());
    }
    same("names", names.length, list(".").size());
  }

  @Test
  void thatDifferInCaseOrFormAreOthers() throws Exception {
    // The second pair is e with an acute accent, composed and decomposed, in UTF-8.
    String[][] pairs = {{"name", "NAME"}, {"\u00c3\u00a9", "e\u00cc\u0081"}, {"...", "...."}};
    for (String[] pair : pairs) {
      FileType.REGULAR.make(pair[0], 0644);
      expect(ENOENT, () -> lstat(pair[1]));
      FileType.REGULAR.make(pair[1], 0644);
      holds("one inode", lstat(pair[0]).inode() != lstat(pair[1]).inode());
    }
  }
}
