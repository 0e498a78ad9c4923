package org.distrifs.systemtests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.systemtests.conformance.Calls.O_APPEND;
import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_EXCL;
import static org.distrifs.systemtests.conformance.Calls.O_PATH;
import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_TRUNC;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.distrifs.systemtests.cluster.Cluster;
import org.distrifs.systemtests.cluster.Command;
import org.distrifs.systemtests.cluster.ExtraMount;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One mount gives names to other files, and at once programs on another mount open, make and change
 * things by those names, though its kernel has just seen where they led. Only the file that has the
 * name now may be affected. On ext4 the two mounts are one folder.
 */
class OldNamesTest {
  private static final Calls.Time LONG_AGO = new Calls.Time(1_000, 0);
  private static final String ATTRIBUTE = "user.a";
  private static final long BOUND_S = 60;
  private static final int REMOVALS = 40;

  /**
   * One folder through two mounts. Names are changed through the first and used through the second.
   */
  private record Pair(Path here, Path there) {}

  @TempDir static Path folder;
  private static final Deque<AutoCloseable> OPENED = new ArrayDeque<>();
  private static final Map<Target, Pair> MOUNTS = new EnumMap<>(Target.class);

  private Path here;
  private Path there;

  @BeforeAll
  static void mount() throws Exception {
    Path local = Files.createDirectory(folder.resolve("ext4"));
    MOUNTS.put(Target.EXT4, new Pair(local, local));
    Cluster cluster = opened(Cluster.start(folder, "--datanodes", "1", "--replication", "1"));
    for (Target target : new Target[] {Target.KERNEL, Target.JNR_FUSE}) {
      String driver = target == Target.KERNEL ? "kernel" : "jnr-fuse";
      ExtraMount user = opened(ExtraMount.of(cluster, folder.resolve(driver), "--driver", driver));
      MOUNTS.put(target, new Pair(cluster.mount(), user.point()));
    }
  }

  private static <T extends AutoCloseable> T opened(T resource) {
    OPENED.push(resource);
    return resource;
  }

  @AfterAll
  static void unmount() throws Exception {
    while (!OPENED.isEmpty()) {
      OPENED.pop().close();
    }
  }

  @AfterEach
  void closeFiles() {
    Calls.closeAll();
  }

  /** A new folder with the file "data", and a directory "dir" with a file "f". */
  private void prepare(Target target) throws IOException {
    here = Files.createTempDirectory(MOUNTS.get(target).here(), "case");
    there = MOUNTS.get(target).there().resolve(here.getFileName());
    Files.writeString(here.resolve("data"), "precious");
    Calls.chmod(here("data"), 0644);
    Calls.utimens(here("data"), LONG_AGO, LONG_AGO);
    Files.createDirectory(here.resolve("dir"));
    Files.writeString(here.resolve("dir/f"), "precious");
    look("data");
    look("dir/f");
  }

  private String here(String name) {
    return here.resolve(name).toString();
  }

  private String there(String name) {
    return there.resolve(name).toString();
  }

  /** Looks a name up through the second mount, so that its kernel knows where it leads. */
  private void look(String name) throws IOException {
    Calls.stat(there(name));
    Files.readString(there.resolve(name));
  }

  private void move(String from, String to) {
    Calls.rename(here(from), here(to));
  }

  private void replace(String name, String text) throws IOException {
    Files.writeString(here.resolve(name + ".new"), text);
    move(name + ".new", name);
  }

  private String read(String name) throws IOException {
    return Files.readString(here.resolve(name));
  }

  private void write(String name, int flags, String text) {
    int file = Calls.open(there(name), flags, 0644);
    Calls.write(file, text);
    Calls.close(file);
  }

  private static void assertErrno(Errno expected, Runnable call) {
    Errno errno = Errno.OK;
    try {
      call.run();
    } catch (CallFailed e) {
      errno = e.errno();
    }
    assertThat(errno).isEqualTo(expected);
  }

  /** Asserts that the file that had the name "data" is unchanged. */
  private void assertUntouched(String name) throws IOException {
    assertThat(read(name)).isEqualTo("precious");
    Stat stat = Calls.stat(here(name));
    assertThat(stat.permissions()).isEqualTo(0644);
    assertThat(stat.uid()).isZero();
    assertThat(stat.mtime()).isEqualTo(LONG_AGO.instant());
    assertThat(XattrCalls.listxattr(here(name))).isEmpty();
  }

  // --- files by old names

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatIsOpenedToBeMadeIsMade(Target target) throws Exception {
    for (int flags : new int[] {O_TRUNC, O_APPEND, 0}) {
      prepare(target);
      move("data", "data.bak");
      write("data", O_WRONLY | O_CREAT | flags, "new");
      assertThat(read("data")).isEqualTo("new");
      assertUntouched("data.bak");
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatIsGoneCannotBeOpenedOrChanged(Target target) throws Exception {
    for (Runnable change :
        new Runnable[] {
          () -> Calls.open(there("data"), O_RDONLY),
          () -> Calls.open(there("data"), O_WRONLY | O_TRUNC),
          () -> Calls.truncate(there("data"), 1),
          () -> Calls.chmod(there("data"), 0600),
          () -> Calls.chown(there("data"), 1, 1),
          () -> Calls.utimensNull(there("data")),
          () -> XattrCalls.setxattr(there("data"), ATTRIBUTE, "value"),
          () -> Calls.link(there("data"), there("another")),
        }) {
      prepare(target);
      move("data", "data.bak");
      assertErrno(Errno.ENOENT, change);
      assertUntouched("data.bak");
      assertThat(Calls.stat(here("data.bak")).nlink()).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatWasReplacedIsNotHitThoughItIsOpenThere(Target target) throws Exception {
    prepare(target);
    Calls.link(here("data"), here("kept"));
    int open = Calls.open(there("data"), O_RDWR);
    replace("data", "newer");

    assertThat(Files.readString(there.resolve("data"))).isEqualTo("newer");
    Calls.chmod(there("data"), 0600);
    XattrCalls.setxattr(there("data"), ATTRIBUTE, "value");
    Calls.truncate(there("data"), 3);
    write("data", O_WRONLY | O_APPEND, "!");

    assertThat(read("data")).isEqualTo("new!");
    assertThat(Calls.stat(here("data")).permissions()).isEqualTo(0600);
    assertUntouched("kept");
    assertThat(Calls.pread(open, 100, 0)).isEqualTo("precious");
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatWasRemovedIsNotOpenedThoughItIsOpenThere(Target target) throws Exception {
    prepare(target);
    int open = Calls.open(there("data"), O_RDWR);
    Calls.unlink(here("data"));
    assertErrno(Errno.ENOENT, () -> Calls.open(there("data"), O_RDONLY));
    write("data", O_WRONLY | O_CREAT, "new");
    assertThat(read("data")).isEqualTo("new");
    assertThat(Calls.pread(open, 100, 0)).isEqualTo("precious");
  }

  /** Unsent bytes belong to the file, not to the name. */
  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"EXT4", "KERNEL"})
  void whatIsNotSentYetIsNotCutByAnOldName(Target target) throws Exception {
    prepare(target);
    int open = Calls.open(there("data"), O_RDWR);
    Calls.pwrite(open, "unsent", 8);
    move("data", "data.bak");
    assertErrno(Errno.ENOENT, () -> Calls.truncate(there("data"), 0));
    Calls.close(open);
    assertThat(read("data.bak")).isEqualTo("preciousunsent");
  }

  /** A file has two names, and one of them is given to another file. */
  @ParameterizedTest
  @EnumSource(Target.class)
  void ofTwoNamesOneStays(Target target) throws Exception {
    prepare(target);
    Calls.link(here("data"), here("second"));
    look("second");
    move("data", "data.bak");
    write("data", O_WRONLY | O_CREAT, "new");
    Calls.chmod(there("second"), 0640);
    write("second", O_WRONLY, "CH");
    assertThat(read("data")).isEqualTo("new");
    assertThat(read("data.bak")).isEqualTo("CHecious");
    assertThat(Calls.stat(here("data.bak")).permissions()).isEqualTo(0640);
  }

  // --- old names of directories

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatIsMadeInADirectoryIsInTheOneOfThatName(Target target) throws Exception {
    for (Runnable make :
        new Runnable[] {
          () -> write("dir/made", O_WRONLY | O_CREAT, "new"),
          () -> write("dir/made", O_WRONLY | O_CREAT | O_EXCL, "new"),
          () -> Calls.mkdir(there("dir/made"), 0755),
          () -> Calls.mkfifo(there("dir/made"), 0644),
          () -> Calls.symlink("x", there("dir/made")),
          () -> Calls.link(there("data"), there("dir/made")),
          () -> Calls.rename(there("data"), there("dir/made")),
        }) {
      prepare(target);
      move("dir", "dir.bak");
      Calls.mkdir(here("dir"), 0755);
      make.run();
      assertThat(Calls.exists(here("dir/made"))).isTrue();
      assertThat(Calls.exists(here("dir.bak/made"))).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatIsChangedInADirectoryIsInTheOneOfThatName(Target target) throws Exception {
    for (Runnable change :
        new Runnable[] {
          () -> Calls.unlink(there("dir/f")),
          () -> Calls.rename(there("dir/f"), there("moved")),
          () -> Calls.chmod(there("dir/f"), 0600),
          () -> write("dir/f", O_WRONLY, "X"),
        }) {
      prepare(target);
      move("dir", "dir.bak");
      Calls.mkdir(here("dir"), 0755);
      assertErrno(Errno.ENOENT, change);
      assertThat(read("dir.bak/f")).isEqualTo("precious");
      assertThat(Calls.stat(here("dir.bak/f")).permissions()).isNotEqualTo(0600);
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void aFileIsMadeInADirectoryThatWasReplacedWithOneOfItsName(Target target) throws Exception {
    prepare(target);
    move("dir", "dir.bak");
    Calls.mkdir(here("dir"), 0755);
    write("dir/f", O_WRONLY | O_CREAT | O_TRUNC, "new");
    assertThat(read("dir/f")).isEqualTo("new");
    assertThat(read("dir.bak/f")).isEqualTo("precious");
  }

  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"EXT4", "KERNEL"})
  void whatASymbolicLinkLedToIsNotHit(Target target) throws Exception {
    prepare(target);
    Calls.mkdir(here("v1"), 0755);
    Calls.mkdir(here("v2"), 0755);
    Calls.symlink("v1", here("current"));
    Files.writeString(here.resolve("v1/f"), "first");
    look("current/f");
    Calls.symlink("v2", here("next"));
    move("next", "current");
    write("current/f", O_WRONLY | O_CREAT | O_TRUNC, "second");
    assertThat(read("v1/f")).isEqualTo("first");
    assertThat(read("v2/f")).isEqualTo("second");
  }

  /** The symbolic link is unchanged, but a directory in its path is another one now. */
  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"EXT4", "KERNEL"})
  void norWhatOneInAnOldDirectoryLedTo(Target target) throws Exception {
    prepare(target);
    Calls.symlink("../data", here("dir/link"));
    look("dir/link");
    move("dir", "dir.bak");
    Calls.mkdir(here("dir"), 0755);
    Calls.symlink("../other", here("dir/link"));
    write("dir/link", O_WRONLY | O_CREAT | O_TRUNC, "new");
    assertThat(read("other")).isEqualTo("new");
    assertUntouched("data");
  }

  /** A working directory stays the same when it is renamed. */
  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"EXT4", "KERNEL"})
  void aWorkingDirectoryNeedsNoName(Target target) throws Exception {
    prepare(target);
    String script =
        """
        set -e
        cd "$2/dir"
        cat f > /dev/null
        mv "$1/dir" "$1/dir.bak"
        mkdir "$1/dir"
        echo new > f
        chmod 600 f
        echo more >> g
        mkdir sub
        ln f linked
        mv g moved
        """;
    Command.shell(script, here, there).expectSuccess();
    assertThat(read("dir.bak/linked")).isEqualTo("new\n");
    assertThat(Calls.stat(here("dir.bak/f")).permissions()).isEqualTo(0600);
    assertThat(read("dir.bak/moved")).isEqualTo("more\n");
    assertThat(Calls.exists(here("dir.bak/sub"))).isTrue();
    assertThat(Files.list(here.resolve("dir"))).isEmpty();
  }

  // --- names given up

  @ParameterizedTest
  @EnumSource(Target.class)
  void aNameThatWasGivenUpIsFreeAtOnce(Target target) throws Exception {
    for (Runnable make :
        new Runnable[] {
          () -> write("data", O_WRONLY | O_CREAT | O_EXCL, "new"),
          () -> Calls.mkdir(there("data"), 0755),
          () -> Calls.symlink("x", there("data")),
          () -> Calls.link(there("dir/f"), there("data")),
        }) {
      for (boolean removes : new boolean[] {true, false}) {
        prepare(target);
        if (removes) {
          Calls.unlink(here("data"));
        } else {
          move("data", "data.bak");
        }
        make.run();
        assertThat(Calls.exists(here("data"))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"EXT4", "KERNEL"})
  void aNameThatWasGivenUpIsNoneThatARenameMustSpare(Target target) throws Exception {
    prepare(target);
    Calls.unlink(here("data"));
    Calls.rename(there("dir/f"), there("data"), Calls.RENAME_NOREPLACE);
    assertThat(read("data")).isEqualTo("precious");
  }

  /** An open that creates the file if it is missing never fails, without a retry of the program. */
  @ParameterizedTest
  @EnumSource(Target.class)
  void anOpenThatMayMakeTheFileNeverFails(Target target) throws Exception {
    prepare(target);
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService maker = Executors.newSingleThreadExecutor();
    try {
      Future<?> makes = maker.submit(() -> makeUntil(enough));
      int removed = 0;
      while (removed < REMOVALS && !makes.isDone()) {
        if (Files.deleteIfExists(here.resolve("data"))) {
          removed++;
        }
      }
      enough.set(true);
      makes.get(BOUND_S, TimeUnit.SECONDS);
    } finally {
      maker.shutdownNow();
    }
  }

  private void makeUntil(AtomicBoolean enough) {
    while (!enough.get()) {
      Calls.close(Calls.open(there("data"), O_RDWR | O_CREAT, 0644));
    }
  }

  // --- descriptors

  /**
   * An open file needs no name: neither after it has lost it, nor while another file has it.
   *
   * @param change how the file loses its name
   */
  @ParameterizedTest
  @ValueSource(strings = {"renamed", "replaced", "removed"})
  void whatIsOpenIsChangedByItsDescriptor(String change) throws Exception {
    for (Target target : new Target[] {Target.EXT4, Target.KERNEL}) {
      for (Changed changed : Changed.values()) {
        prepare(target);
        int open = Calls.open(there("data"), O_RDWR);
        loseName(change);
        changed.by(open);
        changed.assertDone(Calls.fstat(open));
        if (change.equals("replaced")) {
          assertThat(read("data")).isEqualTo("other");
          assertThat(Calls.stat(here("data")).permissions()).isNotEqualTo(0600);
        }
        Calls.close(open);
      }
    }
  }

  private void loseName(String change) throws IOException {
    switch (change) {
      case "renamed" -> move("data", "data.bak");
      case "replaced" -> replace("data", "other");
      default -> Calls.unlink(here("data"));
    }
  }

  /** A change by a descriptor. */
  private enum Changed {
    MODE,
    OWNER,
    SIZE,
    TIME;

    void by(int open) {
      switch (this) {
        case MODE -> Calls.fchmod(open, 0600);
        case OWNER -> Calls.fchown(open, 1234, 1234);
        case SIZE -> Calls.ftruncate(open, 3);
        case TIME -> Calls.futimens(open, LONG_AGO, new Calls.Time(5_000, 0));
      }
    }

    void assertDone(Stat stat) {
      switch (this) {
        case MODE -> assertThat(stat.permissions()).isEqualTo(0600);
        case OWNER -> assertThat(stat.uid()).isEqualTo(1234);
        case SIZE -> assertThat(stat.size()).isEqualTo(3);
        case TIME -> assertThat(stat.mtime().getEpochSecond()).isEqualTo(5_000);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"renamed", "replaced", "removed"})
  void thePathOfADescriptorOpensWhatItIs(String change) throws Exception {
    for (Target target : new Target[] {Target.EXT4, Target.KERNEL}) {
      prepare(target);
      int open = Calls.open(there("data"), O_RDWR);
      loseName(change);
      String path = "/proc/self/fd/" + open;
      int again = Calls.open(path, O_RDWR);
      assertThat(Calls.pread(again, 100, 0)).isEqualTo("precious");
      Calls.chmod(path, 0600);
      Calls.truncate(path, 3);
      Calls.utimens(path, LONG_AGO, new Calls.Time(5_000, 0));
      assertThat(Calls.fstat(again).permissions()).isEqualTo(0600);
      assertThat(Calls.fstat(again).size()).isEqualTo(3);
      Calls.close(again);
      Calls.close(open);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"renamed", "replaced"})
  void whatIsHeldByAPathAloneCanBeOpenedAndNamed(String change) throws Exception {
    for (Target target : new Target[] {Target.EXT4, Target.KERNEL}) {
      prepare(target);
      Calls.link(here("data"), here("kept"));
      int held = Calls.open(there("data"), O_PATH);
      loseName(change);
      String path = "/proc/self/fd/" + held;
      int open = Calls.open(path, O_RDWR);
      assertThat(Calls.pread(open, 100, 0)).isEqualTo("precious");
      Calls.linkat(Calls.AT_FDCWD, path, there("named"), Calls.AT_SYMLINK_FOLLOW);
      assertThat(Calls.stat(here("named")).inode()).isEqualTo(Calls.fstat(held).inode());
      Calls.close(open);
      Calls.close(held);
    }
  }
}
