package org.distrifs.master.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.bytes;
import static org.distrifs.master.state.StateDriver.create;
import static org.distrifs.master.state.StateDriver.link;
import static org.distrifs.master.state.StateDriver.list;
import static org.distrifs.master.state.StateDriver.makeDirectory;
import static org.distrifs.master.state.StateDriver.removeDirectory;
import static org.distrifs.master.state.StateDriver.rename;
import static org.distrifs.master.state.StateDriver.unlink;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.FindInode;
import org.distrifs.proto.control.MakeSymlink;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReadLink;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.StartTerm;
import org.junit.jupiter.api.Test;

/** The rules for making, renaming and removing names are those of ext4. */
class NamespaceRulesTest {

  private static final int NOREPLACE = 1;
  private static final int EXCHANGE = 2;

  private final StateDriver fs = new StateDriver();

  @Test
  void aNewFileHasItsMakerAndRaisesItsDirectory() {
    Attributes before = fs.attributes(ROOT);
    OperationReply made = fs.reply(create(ROOT, "f"));

    assertThat(made.getAttributes().getMode()).isEqualTo(0100644);
    assertThat(made.getAttributes().getUid()).isEqualTo(StateDriver.UID);
    assertThat(made.getAttributes().getGid()).isEqualTo(StateDriver.GID);
    assertThat(made.getAttributes().getNlink()).isEqualTo(1);
    assertThat(made.getParent().getChangeCounter()).isGreaterThan(before.getChangeCounter());
    assertThat(ns(made.getParent().getMtimeS(), made.getParent().getMtimeNs()))
        .isEqualTo(fs.timeNs());
    assertThat(made.getTxid()).isEqualTo(fs.journal().size());
  }

  @Test
  void anExistingNameIsAnErrorOnlyForExclusiveCreation() {
    long file = fs.file(ROOT, "f");
    expect(create(ROOT, "f"), Errno.EEXIST);
    Operation.Builder open =
        Operation.newBuilder()
            .setCreate(Create.newBuilder().setParent(ROOT).setName(bytes("f")).setMode(0600));
    OperationReply opened = fs.reply(open);
    assertThat(opened.getErrno()).isZero();
    assertThat(opened.getAttributes().getInode()).isEqualTo(file);
    assertThat(opened.getAttributes().getMode()).isEqualTo(0100644);
    expect(makeDirectory(ROOT, "f"), Errno.EEXIST);
    expect(symlink(ROOT, "f", "x"), Errno.EEXIST);
    expect(link(file, ROOT, "f"), Errno.EEXIST);
  }

  @Test
  void namesAreBytesOfABoundedLength() {
    expect(create(ROOT, "x".repeat(256)), Errno.ENAMETOOLONG);
    expect(makeDirectory(ROOT, "x".repeat(256)), Errno.ENAMETOOLONG);
    assertThat(fs.file(ROOT, "x".repeat(255))).isPositive();
    for (String bad : List.of("", ".", "..", "a/b", "a\0b")) {
      expect(create(ROOT, bad), Errno.EINVAL);
    }
    ByteString noText = ByteString.fromHex("ff80fe");
    OperationReply made =
        fs.reply(
            Operation.newBuilder()
                .setCreate(Create.newBuilder().setParent(ROOT).setName(noText).setMode(0644)));
    assertThat(made.getErrno()).isZero();
    assertThat(names(ROOT, 10)).contains(noText);
  }

  @Test
  void anInodeIsFoundByItsNumberWhereAPathLeadsToIt() {
    long top = fs.directory(ROOT, "top");
    long below = fs.directory(top, "below");
    long file = fs.file(below, "f");
    long elsewhere = fs.directory(ROOT, "elsewhere");
    assertThat(found(file, ROOT)).isZero();
    assertThat(found(file, top)).isZero();
    assertThat(found(file, elsewhere)).isEqualTo(Errno.ESTALE.code());
    assertThat(found(elsewhere, top)).isEqualTo(Errno.ESTALE.code());
    assertThat(found(ROOT, top)).isEqualTo(Errno.ESTALE.code());
    assertThat(fs.read(find(below, top)).getParent().getInode()).isEqualTo(top);
    assertThat(fs.read(find(top, top)).getParent().getInode()).isEqualTo(top);

    fs.reply(link(file, elsewhere, "second"));
    assertThat(found(file, elsewhere)).isZero();
    fs.reply(unlink(below, "f"));
    assertThat(found(file, top)).isEqualTo(Errno.ESTALE.code());
    fs.reply(unlink(elsewhere, "second"));
    fs.reply(removeDirectory(top, "below"));
    assertThat(found(file, ROOT)).isEqualTo(Errno.ESTALE.code());
    assertThat(found(below, ROOT)).isEqualTo(Errno.ESTALE.code());
  }

  private int found(long inode, long root) {
    return fs.read(find(inode, root)).getErrno();
  }

  private static Operation.Builder find(long inode, long root) {
    return Operation.newBuilder()
        .setFindInode(FindInode.newBuilder().setInode(inode).setRoot(root));
  }

  @Test
  void aSymlinkHasATargetOfABoundedLength() {
    expect(symlink(ROOT, "l", ""), Errno.ENOENT);
    expect(symlink(ROOT, "l", "t".repeat(4096)), Errno.ENAMETOOLONG);
    OperationReply made = fs.reply(symlink(ROOT, "l", "t".repeat(4095)));
    assertThat(made.getAttributes().getSize()).isEqualTo(4095);
    assertThat(made.getAttributes().getMode()).isEqualTo(0120777);
    long inode = made.getAttributes().getInode();
    assertThat(fs.read(readLink(inode)).getLinkTarget()).isEqualTo(bytes("t".repeat(4095)));
    assertThat(fs.read(readLink(ROOT)).getErrno()).isEqualTo(Errno.EINVAL.code());
  }

  @Test
  void directoriesCountTheirSubdirectoriesAsLinks() {
    long directory = fs.directory(ROOT, "d");
    assertThat(fs.attributes(directory).getNlink()).isEqualTo(2);
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(3);
    fs.directory(directory, "e");
    fs.file(directory, "f");
    assertThat(fs.attributes(directory).getNlink()).isEqualTo(3);
    fs.reply(rename(directory, "e", ROOT, "e", 0));
    assertThat(fs.attributes(directory).getNlink()).isEqualTo(2);
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(4);
    fs.reply(removeDirectory(ROOT, "e"));
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(3);
  }

  @Test
  void aSetGidDirectoryHandsItsGroupDown() {
    long shared = fs.directory(ROOT, "shared");
    fs.reply(
        Operation.newBuilder()
            .setSetAttributes(
                SetAttributes.newBuilder().setInode(shared).setMode(02775).setGid(42)));
    Attributes file = fs.attributes(fs.file(shared, "f"));
    Attributes directory = fs.attributes(fs.directory(shared, "d"));
    assertThat(file.getGid()).isEqualTo(42);
    assertThat(file.getMode()).isEqualTo(0100644);
    assertThat(directory.getGid()).isEqualTo(42);
    assertThat(directory.getMode()).isEqualTo(042755);
  }

  @Test
  void removalKnowsDirectoriesFromFiles() {
    long directory = fs.directory(ROOT, "d");
    fs.file(directory, "f");
    expect(unlink(ROOT, "d"), Errno.EISDIR);
    expect(removeDirectory(ROOT, "d"), Errno.ENOTEMPTY);
    expect(removeDirectory(directory, "f"), Errno.ENOTDIR);
    expect(unlink(directory, "none"), Errno.ENOENT);
    expect(removeDirectory(directory, "none"), Errno.ENOENT);
    expect(unlink(fs.lookup(directory, "f"), "x"), Errno.ENOTDIR);
    expect(unlink(987654, "x"), Errno.ESTALE);
  }

  @Test
  void nothingCanBeMadeInARemovedDirectory() {
    long directory = fs.directory(ROOT, "d");
    long file = fs.file(ROOT, "f");
    fs.reply(removeDirectory(ROOT, "d"));
    expect(create(directory, "x"), Errno.ENOENT);
    expect(makeDirectory(directory, "x"), Errno.ENOENT);
    expect(symlink(directory, "x", "y"), Errno.ENOENT);
    expect(link(file, directory, "x"), Errno.ENOENT);
    expect(rename(ROOT, "f", directory, "x", 0), Errno.ENOENT);
    assertThat(fs.read(list(directory, 0, 10)).getErrno()).isEqualTo(Errno.ENOENT.code());
    assertThat(fs.attributes(directory).getNlink()).isZero();
  }

  @Test
  void aFileLivesUntilItsLastNameAndThenAsAnOrphan() {
    long file = fs.file(ROOT, "f");
    OperationReply linked = fs.reply(link(file, ROOT, "g"));
    assertThat(linked.getAttributes().getNlink()).isEqualTo(2);
    assertThat(fs.reply(unlink(ROOT, "f")).getAttributes().getNlink()).isEqualTo(1);
    assertThat(fs.state().counts().orphans()).isZero();
    fs.reply(unlink(ROOT, "g"));
    assertThat(fs.attributes(file).getNlink()).isZero();
    assertThat(fs.state().counts().orphans()).isEqualTo(1);
    expect(link(file, ROOT, "again"), Errno.ENOENT);
  }

  @Test
  void linksAreBoundedAndNeverToDirectories() {
    long file = fs.file(ROOT, "f");
    long directory = fs.directory(ROOT, "d");
    expect(link(directory, ROOT, "e"), Errno.EPERM);
    for (int i = 1; i < Namespace.MAX_LINKS; i++) {
      fs.reply(link(file, directory, "l" + i));
    }
    expect(link(file, directory, "one more"), Errno.EMLINK);
    assertThat(fs.attributes(file).getNlink()).isEqualTo(65_000);
  }

  @Test
  void aDirectoryMayHaveMoreSubdirectoriesThanAFileLinks() {
    for (int i = 0; i < 65_000; i++) {
      fs.directory(ROOT, "d" + i);
    }
    assertThat(fs.attributes(ROOT).getNlink()).as("as ext4: not counted any more").isEqualTo(1);
    fs.reply(removeDirectory(ROOT, "d7"));
    fs.reply(removeDirectory(ROOT, "d8"));
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(65_000);
  }

  @Test
  void renameReplacesWhatFits() {
    long file = fs.file(ROOT, "f");
    long victim = fs.file(ROOT, "v");
    OperationReply moved = fs.reply(rename(ROOT, "f", ROOT, "v", 0));
    assertThat(moved.getErrno()).isZero();
    assertThat(moved.getAttributes().getInode()).isEqualTo(file);
    assertThat(fs.lookup(ROOT, "v")).isEqualTo(file);
    assertThat(fs.lookup(ROOT, "f")).isZero();
    assertThat(fs.attributes(victim).getNlink()).isZero();

    long directory = fs.directory(ROOT, "d");
    long empty = fs.directory(ROOT, "e");
    assertThat(fs.reply(rename(ROOT, "d", ROOT, "e", 0)).getErrno()).isZero();
    assertThat(fs.lookup(ROOT, "e")).isEqualTo(directory);
    assertThat(fs.attributes(empty).getNlink()).isZero();
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(3);
  }

  @Test
  void renameRefusesWhatDoesNotFit() {
    long directory = fs.directory(ROOT, "d");
    long inner = fs.directory(directory, "inner");
    fs.directory(ROOT, "e");
    fs.file(ROOT, "f");
    fs.file(inner, "g");
    expect(rename(ROOT, "none", ROOT, "x", 0), Errno.ENOENT);
    expect(rename(ROOT, "f", ROOT, "e", 0), Errno.EISDIR);
    expect(rename(ROOT, "e", ROOT, "f", 0), Errno.ENOTDIR);
    expect(rename(ROOT, "e", ROOT, "d", 0), Errno.ENOTEMPTY);
    expect(rename(ROOT, "d", directory, "x", 0), Errno.EINVAL);
    expect(rename(ROOT, "d", inner, "x", 0), Errno.EINVAL);
    expect(rename(inner, "g", ROOT, "d", 0), Errno.ENOTEMPTY);
    expect(rename(ROOT, "f", ROOT, "e", NOREPLACE), Errno.EEXIST);
    expect(rename(ROOT, "f", ROOT, "new", NOREPLACE | EXCHANGE), Errno.EINVAL);
    expect(rename(ROOT, "f", ROOT, "x".repeat(256), 0), Errno.ENAMETOOLONG);
    assertThat(fs.reply(rename(ROOT, "f", ROOT, "new", NOREPLACE)).getErrno()).isZero();
  }

  @Test
  void renameOntoAnotherNameOfTheSameFileDoesNothing() {
    long file = fs.file(ROOT, "f");
    fs.reply(link(file, ROOT, "g"));
    Attributes before = fs.attributes(ROOT);
    assertThat(fs.reply(rename(ROOT, "f", ROOT, "g", 0)).getErrno()).isZero();
    assertThat(fs.reply(rename(ROOT, "f", ROOT, "f", 0)).getErrno()).isZero();
    assertThat(fs.lookup(ROOT, "f")).isEqualTo(file);
    assertThat(fs.lookup(ROOT, "g")).isEqualTo(file);
    assertThat(fs.attributes(ROOT)).isEqualTo(before);
  }

  @Test
  void exchangeSwapsTwoNames() {
    long directory = fs.directory(ROOT, "d");
    long inner = fs.directory(directory, "inner");
    long file = fs.file(ROOT, "f");
    expect(rename(ROOT, "f", ROOT, "none", EXCHANGE), Errno.ENOENT);
    expect(rename(ROOT, "d", directory, "inner", EXCHANGE), Errno.EINVAL);
    expect(rename(directory, "inner", ROOT, "d", EXCHANGE), Errno.EINVAL);
    assertThat(fs.reply(rename(ROOT, "f", directory, "inner", EXCHANGE)).getErrno()).isZero();
    assertThat(fs.lookup(ROOT, "f")).isEqualTo(inner);
    assertThat(fs.lookup(directory, "inner")).isEqualTo(file);
    assertThat(fs.attributes(ROOT).getNlink()).isEqualTo(4);
    assertThat(fs.attributes(directory).getNlink()).isEqualTo(2);
    assertThat(path(inner)).isEqualTo("/f");
    assertThat(path(file)).isEqualTo("/d/inner");
    assertThat(fs.read(list(inner, 0, 1)).getParent().getInode()).isEqualTo(ROOT);
  }

  @Test
  void aPathIsKnownForEveryNamedInode() {
    long directory = fs.directory(ROOT, "d");
    long file = fs.file(directory, "f");
    assertThat(path(ROOT)).isEqualTo("/");
    assertThat(path(file)).isEqualTo("/d/f");
    fs.reply(link(file, ROOT, "g"));
    fs.reply(unlink(directory, "f"));
    assertThat(path(file)).isEqualTo("/g");
    fs.reply(unlink(ROOT, "g"));
    assertThat(fs.state().pathOf(file)).isEmpty();
    assertThat(fs.state().inodeAt("/d".getBytes(UTF_8))).contains(directory);
  }

  @Test
  void aListingGoesOnWhileEntriesComeAndGo() {
    for (int i = 0; i < 500; i++) {
      fs.file(ROOT, "f" + i);
    }
    List<ByteString> seen = new ArrayList<>();
    long cookie = 0;
    boolean end = false;
    int step = 0;
    while (!end) {
      OperationReply reply = fs.read(list(ROOT, cookie, 10));
      for (DirectoryEntry entry : reply.getEntriesList()) {
        seen.add(entry.getName());
        assertThat(entry.getCookie()).isGreaterThan(cookie);
        cookie = entry.getCookie();
        fs.reply(unlink(ROOT, entry.getName().toStringUtf8()));
      }
      end = reply.getEndOfDirectory();
      if (step++ < 5) {
        fs.file(ROOT, "added" + step);
      }
    }
    List<ByteString> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      expected.add(bytes("f" + i));
    }
    for (int i = 1; i <= 5; i++) {
      expected.add(bytes("added" + i));
    }
    assertThat(seen).isEqualTo(expected);
    assertThat(fs.read(list(ROOT, 0, 10)).getEntriesCount()).isZero();
  }

  @Test
  void aListingThatKnowsWhereItBeganIsToldNoNameMadeLater() {
    for (int i = 0; i < 50; i++) {
      fs.file(ROOT, "f" + i);
    }
    long lastCookie = fs.read(list(ROOT, 0, 1)).getNewestCookie();
    List<String> seen = new ArrayList<>();
    long cookie = 0;
    boolean end = false;
    while (!end) {
      OperationReply reply = fs.read(list(ROOT, cookie, lastCookie, 7));
      for (DirectoryEntry entry : reply.getEntriesList()) {
        String name = entry.getName().toStringUtf8();
        seen.add(name);
        cookie = entry.getCookie();
        fs.reply(rename(ROOT, name, ROOT, name + ".b", 0));
      }
      end = reply.getEndOfDirectory();
    }
    assertThat(seen).hasSize(50).noneMatch(name -> name.endsWith(".b"));
    assertThat(names(fs)).hasSize(50).allMatch(name -> name.endsWith(".b"));
  }

  @Test
  void aNameThatIsRenamedOverKeepsItsPlaceInListings() {
    List.of("a", "b", "c").forEach(name -> fs.file(ROOT, name));
    long directory = fs.directory(ROOT, "d");
    List.of("e", "f").forEach(name -> fs.directory(directory, name));
    long lastCookie = fs.read(list(ROOT, 0, 1)).getNewestCookie();
    long file = fs.file(ROOT, "new");
    fs.reply(rename(ROOT, "new", ROOT, "b", 0));
    assertThat(names(fs)).containsExactly("a", "b", "c", "d");
    assertThat(fs.lookup(ROOT, "b")).isEqualTo(file);
    assertThat(path(file)).isEqualTo("/b");
    assertThat(fs.read(list(ROOT, 0, lastCookie, 10)).getEntriesCount()).isEqualTo(4);

    long moved = fs.directory(ROOT, "g");
    int links = fs.attributes(directory).getNlink();
    fs.reply(rename(ROOT, "g", directory, "e", 0));
    assertThat(fs.attributes(directory).getNlink()).isEqualTo(links);
    assertThat(path(moved)).isEqualTo("/d/e");
    assertThat(fs.read(list(directory, 0, 10)).getEntries(0).getName()).isEqualTo(bytes("e"));
  }

  @Test
  void whatAnOlderMasterWroteIsAppliedAsThatMasterDid() {
    StateDriver old = new StateDriver(2);
    List.of("a", "b", "c", "new").forEach(name -> old.file(ROOT, name));
    old.reply(rename(ROOT, "new", ROOT, "a", 0));
    assertThat(names(old)).containsExactly("b", "c", "a");

    old.apply(
        JournalEntry.newBuilder()
            .setStartTerm(
                StartTerm.newBuilder().setTerm(1).setFeatureLevel(MasterState.FEATURE_LEVEL)));
    old.file(ROOT, "new");
    old.reply(rename(ROOT, "new", ROOT, "b", 0));
    assertThat(names(old)).containsExactly("b", "c", "a");
    assertThat(old.state().featureLevel()).isEqualTo(MasterState.FEATURE_LEVEL);
  }

  private static List<String> names(StateDriver fs) {
    return fs.read(list(ROOT, 0, 1000)).getEntriesList().stream()
        .map(entry -> entry.getName().toStringUtf8())
        .toList();
  }

  @Test
  void permissionsOwnersAndTimesAreSetAsAsked() {
    long file = fs.file(ROOT, "f");
    long counter = fs.attributes(file).getChangeCounter();
    OperationReply reply =
        fs.reply(
            Operation.newBuilder()
                .setSetAttributes(
                    SetAttributes.newBuilder()
                        .setInode(file)
                        .setMode(0104711)
                        .setUid(5)
                        .setAtime(TimeChange.newBuilder().setSeconds(-5).setNanoseconds(7))
                        .setMtime(TimeChange.newBuilder().setNow(true))));
    Attributes after = reply.getAttributes();
    assertThat(after.getMode()).isEqualTo(0104711);
    assertThat(after.getUid()).isEqualTo(5);
    assertThat(after.getGid()).isEqualTo(StateDriver.GID);
    assertThat(after.getAtimeS()).isEqualTo(-5);
    assertThat(after.getAtimeNs()).isEqualTo(7);
    assertThat(ns(after.getMtimeS(), after.getMtimeNs())).isEqualTo(fs.timeNs());
    assertThat(ns(after.getCtimeS(), after.getCtimeNs())).isEqualTo(fs.timeNs());
    assertThat(after.getChangeCounter()).isEqualTo(counter + 1);
    expect(
        Operation.newBuilder()
            .setSetAttributes(
                SetAttributes.newBuilder()
                    .setInode(file)
                    .setAtime(TimeChange.newBuilder().setNanoseconds(1_000_000_000))),
        Errno.EINVAL);
  }

  @Test
  void aChangeOfAttributesThatAsksForNothingSetsTheChangeTime() {
    long file = fs.file(ROOT, "f");
    Attributes before = fs.attributes(file);
    fs.reply(Operation.newBuilder().setSetAttributes(SetAttributes.newBuilder().setInode(file)));
    Attributes after = fs.attributes(file);
    assertThat(ns(after.getCtimeS(), after.getCtimeNs()))
        .isEqualTo(fs.timeNs())
        .isGreaterThan(ns(before.getCtimeS(), before.getCtimeNs()));
    assertThat(after.getMtimeNs()).isEqualTo(before.getMtimeNs());
    assertThat(after.getChangeCounter()).isEqualTo(before.getChangeCounter() + 1);
  }

  @Test
  void aReadSetsTheAccessTimeAloneUnlessTheFileHasChangedSince() {
    long file = fs.file(ROOT, "f");
    Attributes before = fs.attributes(file);
    fs.reply(readOf(file, before.getChangeCounter(), 77));
    Attributes after = fs.attributes(file);
    assertThat(after).isEqualTo(before.toBuilder().setAtimeS(77).setAtimeNs(5).build());
    fs.reply(readOf(file, before.getChangeCounter() + 1, 78));
    fs.reply(readOf(file + 1000, before.getChangeCounter(), 78));
    assertThat(fs.attributes(file)).isEqualTo(after);
  }

  private static Operation.Builder readOf(long inode, long changeCounter, long seconds) {
    return Operation.newBuilder()
        .setRecordReads(
            RecordReads.newBuilder()
                .addReads(
                    RecordReads.Read.newBuilder()
                        .setInode(inode)
                        .setChangeCounter(changeCounter)
                        .setSeconds(seconds)
                        .setNanoseconds(5)));
  }

  @Test
  void specialFilesKeepTheirDeviceNumber() {
    Operation.Builder node =
        Operation.newBuilder()
            .setCreate(
                Create.newBuilder()
                    .setParent(ROOT)
                    .setName(bytes("null"))
                    .setMode(0020666)
                    .setRdev(259)
                    .setExclusive(true));
    Attributes made = fs.reply(node).getAttributes();
    assertThat(made.getRdev()).isEqualTo(259);
    assertThat(made.getChunkSizeBytes()).isZero();
    expect(StateDriver.truncate(made.getInode(), 5), Errno.EINVAL);
    expect(
        Operation.newBuilder()
            .setCreate(Create.newBuilder().setParent(ROOT).setName(bytes("d")).setMode(040755)),
        Errno.EPERM);
  }

  private void expect(Operation.Builder operation, Errno errno) {
    Operation shown = operation.build();
    long digest = fs.state().counts().hashCode();
    assertThat(Errno.ofCode(fs.reply(operation).getErrno())).as("%s", shown).isEqualTo(errno);
    assertThat(fs.state().counts().hashCode()).isEqualTo(digest);
  }

  private String path(long inode) {
    return new String(fs.state().pathOf(inode).orElseThrow(), UTF_8);
  }

  private List<ByteString> names(long directory, int limit) {
    return fs.read(list(directory, 0, limit)).getEntriesList().stream()
        .map(DirectoryEntry::getName)
        .toList();
  }

  private static long ns(long seconds, int ns) {
    return seconds * 1_000_000_000 + ns;
  }

  private static Operation.Builder symlink(long parent, String name, String target) {
    return Operation.newBuilder()
        .setMakeSymlink(
            MakeSymlink.newBuilder()
                .setParent(parent)
                .setName(bytes(name))
                .setTarget(bytes(target)));
  }

  private static Operation.Builder readLink(long inode) {
    return Operation.newBuilder().setReadLink(ReadLink.newBuilder().setInode(inode));
  }
}
