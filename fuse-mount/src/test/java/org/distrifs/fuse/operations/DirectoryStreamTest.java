package org.distrifs.fuse.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.DistriFsClient.ROOT_INODE;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.distrifs.client.Metadata;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.clock.ManualClock;
import org.junit.jupiter.api.Test;

class DirectoryStreamTest {
  private static final long MAX_AGE_MS = 1_000;
  private static final Caller CALLER = Caller.getDefaultInstance();

  private final ManualClock clock = new ManualClock();
  private boolean hearsOfChanges = true;
  private final Metadata tree = new InMemoryClient().metadata();

  /** The tree, of which one may not hear what became newer. */
  private final Metadata metadata =
      (Metadata)
          Proxy.newProxyInstance(
              Metadata.class.getClassLoader(),
              new Class<?>[] {Metadata.class},
              (proxy, method, arguments) ->
                  method.getName().equals("newest") && !hearsOfChanges
                      ? arguments[0]
                      : method.invoke(tree, arguments));

  private final VirtualFiles virtualFiles = new VirtualFiles(ROOT_INODE, () -> "", 0);
  private final DirectoryStream stream =
      new DirectoryStream(metadata, virtualFiles, ROOT_INODE, clock, MAX_AGE_MS);

  @Test
  void anEmptyFolderHasItselfAndItsParent() throws IOException {
    assertThat(readAll(100)).containsExactly(".", "..");
  }

  @Test
  void aNameThatIsHiddenInTheMountIsNotListed() throws IOException {
    make("a");
    make(".distrifs");
    make("b");
    for (int perRead = 1; perRead < 6; perRead++) {
      assertThat(readAll(perRead)).containsExactlyInAnyOrder(".", "..", "a", "b");
    }
  }

  @Test
  void everyEntryComesOnceHoweverFewFitAtATime() throws IOException {
    List<String> names = make(2 * DirectoryStream.PAGE_ENTRIES + 3);
    for (int perRead : new int[] {1, 2, 3, 511, 512, 513, 10_000}) {
      assertThat(readAll(perRead)).hasSize(names.size() + 2).containsAll(names);
    }
  }

  @Test
  void offsetsStayGoodWhileTheFolderChanges() throws IOException {
    make(10);
    List<String> seen = new ArrayList<>();
    long offset = read(0, 5, seen); // ".", "..", f0, f1, f2
    unlink("f0");
    unlink("f2");
    unlink("f4");
    make("g");

    DirectoryStream other =
        new DirectoryStream(metadata, virtualFiles, ROOT_INODE, clock, MAX_AGE_MS);
    List<String> rest = new ArrayList<>();
    other.read(offset, 100, (name, attributes, next) -> rest.add(name.toStringUtf8()));

    assertThat(rest).containsExactly("f3", "f5", "f6", "f7", "f8", "f9", "g");
  }

  @Test
  void rewindingShowsWhatIsThereNow() throws IOException {
    make(3);
    assertThat(readAll(100)).contains("f1");
    unlink("f1");
    assertThat(readAll(100)).doesNotContain("f1").hasSize(4);
  }

  @Test
  void aReaderMaySeekBack() throws IOException {
    make(DirectoryStream.PAGE_ENTRIES + 10);
    List<String> seen = new ArrayList<>();
    long offset = read(0, 7, seen);
    List<String> first = new ArrayList<>();
    read(offset, 1000, first);
    List<String> second = new ArrayList<>();
    read(offset, 1000, second);
    assertThat(second).isEqualTo(first).isNotEmpty();
  }

  @Test
  void whatThisProcessRemovedIsNotOfferedFromAnOldPage() throws IOException {
    make(10);
    List<String> seen = new ArrayList<>();
    long offset = readOf(100, 0, 4, seen); // ".", "..", f0, f1, of a page that holds all
    unlink("f5");
    readOf(100, offset, 100, seen);
    assertThat(seen).doesNotContain("f5").hasSize(11);
  }

  @Test
  void anOldPageIsAskedForAnew() throws IOException {
    make(10);
    List<String> seen = new ArrayList<>();
    long offset = readOf(100, 0, 4, seen);
    hearsOfChanges = false;
    unlink("f5"); // As another process does.
    clock.advance(DirectoryStream.MAX_AGE_NS, TimeUnit.NANOSECONDS);
    List<String> young = new ArrayList<>();
    readOf(100, offset, 100, young);
    assertThat(young).contains("f5");
    clock.advance(1, TimeUnit.NANOSECONDS);
    List<String> old = new ArrayList<>();
    readOf(100, offset, 100, old);
    assertThat(old).doesNotContain("f5").hasSize(young.size() - 1);
  }

  @Test
  void aPageGrowsNoOlderThanTheMountMayShow() throws IOException {
    make(10);
    DirectoryStream asked = new DirectoryStream(metadata, virtualFiles, ROOT_INODE, clock, 50);
    hearsOfChanges = false;
    asked.read(0, 100, (name, attributes, next) -> next <= 2);
    unlink("f5"); // As another process does.
    clock.advance(51, TimeUnit.MILLISECONDS);
    List<String> seen = new ArrayList<>();
    asked.read(2, 100, (name, attributes, next) -> seen.add(name.toStringUtf8()));
    assertThat(seen).hasSize(9).doesNotContain("f5");
  }

  @Test
  void whoeverRenamesWhatComesSeesEachNameOnce() throws IOException {
    List<String> names = make(DirectoryStream.PAGE_ENTRIES + 100);
    List<String> seen = changeEachThatComes(name -> rename(name, name + ".b"));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names);
    assertThat(readAll(100)).contains("f0.b").hasSize(names.size() + 2);
  }

  @Test
  void whoeverReplacesWhatComesSeesEachNameOnce() throws IOException {
    List<String> names = make(DirectoryStream.PAGE_ENTRIES + 100);
    List<String> seen =
        changeEachThatComes(
            name -> {
              make(name + ".tmp");
              rename(name + ".tmp", name);
            });
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void whoeverMakesWhatComesAnewSeesEachNameOnce() throws IOException {
    List<String> names = make(DirectoryStream.PAGE_ENTRIES + 100);
    List<String> seen =
        changeEachThatComes(
            name -> {
              unlink(name);
              make(name);
            });
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void aNameReplacedAheadOfTheReaderIsNotMissed() throws IOException {
    make(10);
    List<String> seen = new ArrayList<>();
    long offset = read(0, 5, seen);
    make("tmp");
    rename("tmp", "f7");
    read(offset, 100, seen);
    assertThat(seen).hasSize(12).contains("f7").doesNotContain("tmp");
  }

  @Test
  void onlyRewindingShowsNamesThatWereMadeMeanwhile() throws IOException {
    make(5);
    List<String> seen = new ArrayList<>();
    long offset = read(0, 4, seen);
    make("g");
    read(offset, 100, seen);
    assertThat(seen).hasSize(7).doesNotContain("g");
    List<String> again = new ArrayList<>();
    read(offset, 100, again);
    assertThat(again).as("after seeking back").containsExactly("f2", "f3", "f4");
    assertThat(readAll(3)).contains("g").hasSize(8);
  }

  @FunctionalInterface
  private interface Change {
    void of(String name) throws IOException;
  }

  /** Reads two entries at a time and changes them. Returns all names that were listed. */
  private List<String> changeEachThatComes(Change change) throws IOException {
    List<String> seen = new ArrayList<>();
    long offset = read(0, 2, new ArrayList<>()); // "." and ".."
    int before;
    do {
      before = seen.size();
      offset = read(offset, 2, seen);
      for (String name : seen.subList(before, seen.size())) {
        change.of(name);
      }
    } while (seen.size() > before && seen.size() < 3 * DirectoryStream.PAGE_ENTRIES);
    return seen;
  }

  private void rename(String from, String to) throws IOException {
    metadata.rename(
        ROOT_INODE,
        ByteString.copyFromUtf8(from),
        ROOT_INODE,
        ByteString.copyFromUtf8(to),
        0,
        CALLER);
  }

  @Test
  void anOffsetBelowZeroIsRefused() {
    assertThatThrownBy(() -> read(-1, 1, new ArrayList<>())).isInstanceOf(ErrnoException.class);
  }

  private List<String> make(int count) throws IOException {
    List<String> names = IntStream.range(0, count).mapToObj(index -> "f" + index).toList();
    for (String name : names) {
      make(name);
    }
    return names;
  }

  private void make(String name) throws IOException {
    metadata.makeNode(ROOT_INODE, ByteString.copyFromUtf8(name), 0644, 0, CALLER);
  }

  private void unlink(String name) throws IOException {
    metadata.unlink(ROOT_INODE, ByteString.copyFromUtf8(name), CALLER);
  }

  private List<String> readAll(int perRead) throws IOException {
    List<String> names = new ArrayList<>();
    long offset = 0;
    int before;
    do {
      before = names.size();
      offset = read(offset, perRead, names);
    } while (names.size() > before);
    return names;
  }

  /** Takes up to {@code limit} entries; returns where to go on. */
  private long read(long offset, int limit, List<String> names) throws IOException {
    return readOf(limit, offset, limit, names);
  }

  /** The same, with pages of {@code roomEntries}. */
  private long readOf(int roomEntries, long offset, int limit, List<String> names)
      throws IOException {
    long[] next = {offset};
    int[] room = {limit};
    stream.read(
        offset,
        roomEntries,
        (name, attributes, nextOffset) -> {
          if (room[0]-- == 0) {
            return false;
          }
          names.add(name.toStringUtf8());
          next[0] = nextOffset;
          return true;
        });
    return next[0];
  }
}
