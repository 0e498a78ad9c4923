package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_DIRECTORY;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.SEEK_SET;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.entries;
import static org.distrifs.systemtests.conformance.Calls.list;
import static org.distrifs.systemtests.conformance.Calls.lseek;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Errno.EINVAL;
import static org.distrifs.systemtests.conformance.Errno.ENOTDIR;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.distrifs.systemtests.conformance.Calls.Entry;
import org.junit.jupiter.api.Test;

/** getdents64(2), and the positions that telldir(3) and seekdir(3) speak of. */
abstract class ReaddirCases extends Cases {
  private static final int SOME = 512;
  private static final int FILES = 200;

  ReaddirCases(Target target) {
    super(target);
  }

  private static void fill(String directory) {
    mkdir(directory, 0755);
    for (int count = 0; count < FILES; count++) {
      FileType.FIFO.make(directory + "/" + count, 0644);
    }
  }

  private static Set<String> names(int first, int behindLast) {
    Set<String> names = new HashSet<>();
    for (int count = first; count < behindLast; count++) {
      names.add(Integer.toString(count));
    }
    return names;
  }

  /** The remaining entries of an open directory. */
  private static List<Entry> rest(int directory) {
    List<Entry> all = new ArrayList<>();
    List<Entry> part = entries(directory, SOME);
    while (!part.isEmpty()) {
      all.addAll(part);
      part = entries(directory, SOME);
    }
    return all;
  }

  @Test
  void tellsTypeAndInodeOfEachEntry() throws Exception {
    mkdir("d", 0755);
    for (FileType type : FileType.values()) {
      type.make("d/" + type, 0644);
    }
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    List<Entry> all = rest(directory);
    same("entries", FileType.values().length + 2, all.size());
    for (Entry entry : all) {
      if (entry.name().equals(".") || entry.name().equals("..")) {
        same("type", FileType.DIRECTORY.entryType(), entry.type());
      } else {
        same("type", FileType.valueOf(entry.name()).entryType(), entry.type());
      }
      same("inode of " + entry.name(), lstat("d/" + entry.name()).inode(), entry.inode());
    }
    close(directory);
  }

  @Test
  void tellsEachEntryOnce() throws Exception {
    fill("d");
    List<String> names = list("d");
    same("entries", FILES, names.size());
    same("names", names(0, FILES), new HashSet<>(names));
  }

  @Test
  void goesOnFromEachPositionThatItTold() throws Exception {
    fill("d");
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    List<Entry> all = rest(directory);
    same("entries", FILES + 2, all.size());
    for (int index = all.size() - 1; index >= 0; index -= 17) {
      lseek(directory, all.get(index).next(), SEEK_SET);
      same("rest behind entry " + index, all.subList(index + 1, all.size()), rest(directory));
    }
    lseek(directory, 0, SEEK_SET);
    same("all from the start", all, rest(directory));
    close(directory);
  }

  @Test
  void missesNothingThatStaysWhileOthersGo() throws Exception {
    fill("d");
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    Set<String> told = new HashSet<>();
    List<Entry> part = entries(directory, SOME);
    int removed = 0;
    while (!part.isEmpty()) {
      for (Entry entry : part) {
        holds(entry.name() + " is told twice", told.add(entry.name()));
        if (!entry.name().startsWith(".") && Integer.parseInt(entry.name()) % 2 == 0) {
          unlink("d/" + entry.name());
          removed++;
        }
      }
      part = entries(directory, SOME);
    }
    same("removed", FILES / 2, removed);
    same("told", FILES + 2, told.size());
    same("left", FILES / 2, list("d").size());
    close(directory);
  }

  @Test
  void missesNothingThatStaysWhileOthersCome() throws Exception {
    fill("d");
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    Set<String> told = new HashSet<>();
    List<Entry> part = entries(directory, SOME);
    for (int round = 0; !part.isEmpty() && round < FILES; round++) {
      part.forEach(entry -> holds(entry.name() + " is told twice", told.add(entry.name())));
      FileType.FIFO.make("d/new" + round, 0644);
      Calls.rename("d/new" + round, "d/renamed" + round);
      part = entries(directory, SOME);
    }
    holds("all that stayed are told", told.containsAll(names(0, FILES)));
    close(directory);
  }

  /** What is done to an entry as soon as it is listed. */
  private interface Change {
    void of(String path);
  }

  @Test
  void endsThoughEachEntryThatComesIsRenamed() throws Exception {
    endsWhile(path -> Calls.rename(path, path + ".b"));
  }

  @Test
  void endsThoughEachEntryThatComesIsReplacedByRename() throws Exception {
    endsWhile(
        path -> {
          FileType.FIFO.make(path + ".tmp", 0644);
          Calls.rename(path + ".tmp", path);
        });
  }

  @Test
  void endsThoughEachEntryThatComesIsMadeAnew() throws Exception {
    endsWhile(
        path -> {
          unlink(path);
          FileType.FIFO.make(path, 0644);
        });
  }

  /**
   * Reads a directory in small steps and changes each entry that it lists, except every tenth. ext4
   * lists names in the order of their hashes, so some of the new names come later in the listing:
   * 0.72 for each old one.
   */
  private void endsWhile(Change change) {
    fill("d");
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    List<String> told = new ArrayList<>();
    List<Entry> part = entries(directory, SOME);
    while (!part.isEmpty() && told.size() < 3 * FILES) {
      for (Entry entry : part) {
        told.add(entry.name());
        if (!entry.name().matches("\\.\\.?|\\d*0")) {
          change.of("d/" + entry.name());
        }
      }
      part = entries(directory, SOME);
    }
    holds("it ends: " + told.size(), told.size() <= 2 * FILES + FILES / 2);
    for (String name : names(0, FILES)) {
      long times = told.stream().filter(name::equals).count();
      holds(name + " is told", times >= 1);
      holds(name + " stayed and is told once", times == 1 || !name.endsWith("0"));
    }
    long next = entries(directory, SOME).size();
    same("entries behind the end", 0L, next);
    lseek(directory, 0, SEEK_SET);
    same("names from the start", new HashSet<>(list("d")), namesOf(rest(directory)));
    close(directory);
  }

  private static Set<String> namesOf(List<Entry> entries) {
    Set<String> names = new HashSet<>();
    entries.forEach(entry -> names.add(entry.name()));
    names.removeAll(Set.of(".", ".."));
    return names;
  }

  @Test
  void fromTheStartShowsWhatIsThereNow() throws Exception {
    mkdir("d", 0755);
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    same("entries", 2, rest(directory).size());
    FileType.REGULAR.make("d/x", 0644);
    lseek(directory, 0, SEEK_SET);
    same("entries", 3, rest(directory).size());
    unlink("d/x");
    lseek(directory, 0, SEEK_SET);
    same("entries", 2, rest(directory).size());
    close(directory);
  }

  @Test
  void refusesFilesAndBuffersTooSmall() throws Exception {
    mkdir("d", 0755);
    FileType.REGULAR.make("f", 0644);
    int file = open("f", O_RDONLY);
    expect(ENOTDIR, () -> entries(file, SOME));
    close(file);
    int directory = open("d", O_RDONLY | O_DIRECTORY);
    expect(EINVAL, () -> entries(directory, 16));
    close(directory);
    expect(Errno.EBADF, () -> entries(directory, SOME));
  }
}
