package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.ROOT;
import static org.distrifs.master.state.StateDriver.bytes;

import com.google.protobuf.ByteString;
import org.distrifs.master.acl.AclText;
import org.distrifs.master.namespace.ExtendedAttributeTable;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.GetExtendedAttribute;
import org.distrifs.proto.control.ListExtendedAttributes;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.MakeSymlink;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.RemoveExtendedAttribute;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.OrphansPurged;
import org.distrifs.proto.xattr.AttributeNames;
import org.junit.jupiter.api.Test;

/** Extended attributes, and how ACLs, permission bits and privileges depend on each other. */
class ExtendedAttributesTest {
  private static final String ACCESS = AttributeNames.ACCESS_ACL.toStringUtf8();
  private static final String DEFAULT = AttributeNames.DEFAULT_ACL.toStringUtf8();
  private static final String CAPABILITY = AttributeNames.CAPABILITY.toStringUtf8();
  private static final int CREATE = 1;
  private static final int REPLACE = 2;

  private final StateDriver fs = new StateDriver();

  private static Operation.Builder set(long inode, String name, ByteString value, int flags) {
    return Operation.newBuilder()
        .setSetExtendedAttribute(
            SetExtendedAttribute.newBuilder()
                .setInode(inode)
                .setName(bytes(name))
                .setValue(value)
                .setFlags(flags));
  }

  private Errno trySet(long inode, String name, ByteString value, int flags) {
    int errno = fs.reply(set(inode, name, value, flags)).getErrno();
    return errno == 0 ? null : Errno.ofCode(errno);
  }

  private void set(long inode, String name, ByteString value) {
    assertThat(trySet(inode, name, value, 0)).isNull();
  }

  private Errno tryRemove(long inode, String name) {
    int errno =
        fs.reply(
                Operation.newBuilder()
                    .setRemoveExtendedAttribute(
                        RemoveExtendedAttribute.newBuilder().setInode(inode).setName(bytes(name))))
            .getErrno();
    return errno == 0 ? null : Errno.ofCode(errno);
  }

  /** The value, or null if there is none. */
  private ByteString get(long inode, String name) {
    OperationReply reply =
        fs.read(
            Operation.newBuilder()
                .setGetExtendedAttribute(
                    GetExtendedAttribute.newBuilder().setInode(inode).setName(bytes(name))));
    assertThat(reply.getErrno()).isIn(0, Errno.ENODATA.code());
    assertThat(reply.getAttributes().getInode()).isEqualTo(inode);
    return reply.getErrno() == 0 ? reply.getExtendedAttributeValue() : null;
  }

  private OperationReply change(SetAttributes.Builder change) {
    return fs.reply(Operation.newBuilder().setSetAttributes(change));
  }

  private int permissions(long inode) {
    return fs.attributes(inode).getMode() & 07777;
  }

  private long fileOfMode(long parent, String name, int mode, int umask) {
    Create create =
        Create.newBuilder()
            .setParent(parent)
            .setName(bytes(name))
            .setMode(0100000 | mode)
            .setUmask(umask)
            .build();
    return fs.reply(Operation.newBuilder().setCreate(create)).getAttributes().getInode();
  }

  @Test
  void anAttributeIsSetReadListedAndRemoved() {
    long file = fs.file(ROOT, "f");
    assertThat(fs.attributes(file).getHasExtendedAttributes()).isFalse();
    long counter = fs.attributes(file).getChangeCounter();
    set(file, "user.a", bytes("one"));
    set(file, "trusted.b", ByteString.EMPTY);
    assertThat(fs.attributes(file).getHasExtendedAttributes()).isTrue();
    assertThat(fs.attributes(file).getChangeCounter()).isEqualTo(counter + 2);
    assertThat(fs.attributes(file).getCtimeNs()).isNotZero();
    assertThat(get(file, "user.a")).isEqualTo(bytes("one"));
    assertThat(get(file, "trusted.b")).isEmpty();
    assertThat(get(file, "user.c")).isNull();
    OperationReply list =
        fs.read(
            Operation.newBuilder()
                .setListExtendedAttributes(ListExtendedAttributes.newBuilder().setInode(file)));
    assertThat(list.getExtendedAttributeNamesList())
        .containsExactly(bytes("user.a"), bytes("trusted.b"));
    assertThat(tryRemove(file, "user.a")).isNull();
    assertThat(tryRemove(file, "user.a")).isEqualTo(Errno.ENODATA);
    assertThat(tryRemove(file, "trusted.b")).isNull();
    assertThat(fs.attributes(file).getHasExtendedAttributes()).isFalse();
  }

  @Test
  void flagsDecideWhetherItMayExist() {
    long file = fs.file(ROOT, "f");
    assertThat(trySet(file, "user.a", bytes("x"), REPLACE)).isEqualTo(Errno.ENODATA);
    assertThat(trySet(file, "user.a", bytes("x"), CREATE)).isNull();
    assertThat(trySet(file, "user.a", bytes("y"), CREATE)).isEqualTo(Errno.EEXIST);
    assertThat(trySet(file, "user.a", bytes("z"), REPLACE)).isNull();
    assertThat(trySet(file, "user.a", bytes("z"), 4)).isEqualTo(Errno.EINVAL);
    assertThat(get(file, "user.a")).isEqualTo(bytes("z"));
  }

  @Test
  void namesAndSizesHaveLimits() {
    long file = fs.file(ROOT, "f");
    assertThat(trySet(file, "user.", bytes("x"), 0)).isEqualTo(Errno.EINVAL);
    assertThat(trySet(file, "noname", bytes("x"), 0)).isEqualTo(Errno.EOPNOTSUPP);
    assertThat(trySet(file, "system.posix_acl_access.", bytes("x"), 0)).isEqualTo(Errno.EOPNOTSUPP);
    assertThat(trySet(file, "user." + "n".repeat(251), bytes("x"), 0)).isEqualTo(Errno.ERANGE);
    assertThat(trySet(file, "user." + "n".repeat(250), bytes("x"), 0)).isNull();
    ByteString large = ByteString.copyFrom(new byte[ExtendedAttributeTable.MAX_INODE_BYTES]);
    assertThat(trySet(file, "user.a", large, 0)).isEqualTo(Errno.ENOSPC);
    assertThat(trySet(4711, "user.a", bytes("x"), 0)).isEqualTo(Errno.ESTALE);
  }

  @Test
  void anAccessAclSetsThePermissionBitsAndGoesIfItSaysNoMore() {
    long file = fileOfMode(ROOT, "f", 02755, 0);
    ByteString acl = AclText.parse("u::rw-,u:1000:rwx,g::r--,m::rw-,o::---");
    set(file, ACCESS, acl);
    assertThat(permissions(file)).isEqualTo(02660);
    assertThat(get(file, ACCESS)).isEqualTo(acl);
    Operation.Builder clearing = set(file, ACCESS, acl, 0);
    clearing.getSetExtendedAttributeBuilder().setClearSetGroupId(true);
    fs.reply(clearing);
    assertThat(permissions(file)).isEqualTo(0660);
    set(file, ACCESS, AclText.parse("u::rwx,g::r-x,o::--x"));
    assertThat(permissions(file)).isEqualTo(0751);
    assertThat(fs.attributes(file).getHasExtendedAttributes()).isFalse();
    assertThat(trySet(file, ACCESS, AclText.parse("u::rwx"), 0)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void removingAnAclLeavesThePermissionBitsAndIsNoErrorWithoutOne() {
    long file = fs.file(ROOT, "f");
    assertThat(tryRemove(file, ACCESS)).isNull();
    set(file, ACCESS, AclText.parse("u::rw-,u:7:rwx,g::r--,m::rw-,o::---"));
    assertThat(tryRemove(file, ACCESS)).isNull();
    assertThat(get(file, ACCESS)).isNull();
    assertThat(permissions(file)).isEqualTo(0660);
  }

  @Test
  void chmodIsTakenOverIntoTheAcl() {
    long file = fs.file(ROOT, "f");
    set(file, ACCESS, AclText.parse("u::rw-,u:7:rwx,g::r--,m::rw-,o::---"));
    change(SetAttributes.newBuilder().setInode(file).setMode(0751));
    assertThat(get(file, ACCESS)).isEqualTo(AclText.parse("u::rwx,u:7:rwx,g::r--,m::r-x,o::--x"));
  }

  @Test
  void onlyDirectoriesHaveDefaultAclsAndSymlinksHaveNone() {
    long file = fs.file(ROOT, "f");
    ByteString acl = AclText.parse("u::rwx,g::r-x,o::r-x");
    assertThat(trySet(file, DEFAULT, acl, 0)).isEqualTo(Errno.EACCES);
    assertThat(trySet(file, DEFAULT, AclText.parse(""), 0)).isNull();
    set(ROOT, DEFAULT, acl);
    set(ROOT, DEFAULT, AclText.parse(""));
    assertThat(get(ROOT, DEFAULT)).isNull();
    long link =
        fs.reply(
                Operation.newBuilder()
                    .setMakeSymlink(
                        MakeSymlink.newBuilder()
                            .setParent(ROOT)
                            .setName(bytes("l"))
                            .setTarget(bytes("f"))))
            .getAttributes()
            .getInode();
    assertThat(trySet(link, ACCESS, acl, 0)).isEqualTo(Errno.EOPNOTSUPP);
    set(link, "trusted.a", bytes("x"));
  }

  @Test
  void theUmaskCountsWithoutADefaultAclAndTheAclCountsWithOne() {
    assertThat(permissions(fileOfMode(ROOT, "masked", 04666, 027))).isEqualTo(04640);
    ByteString inherited = AclText.parse("u::rwx,u:7:rwx,g::r-x,m::rwx,o::--x");
    set(ROOT, DEFAULT, inherited);

    long file = fileOfMode(ROOT, "file", 04666, 077);
    assertThat(permissions(file)).isEqualTo(04660);
    assertThat(get(file, ACCESS)).isEqualTo(AclText.parse("u::rw-,u:7:rwx,g::r-x,m::rw-,o::---"));
    assertThat(get(file, DEFAULT)).isNull();

    MakeDirectory make =
        MakeDirectory.newBuilder()
            .setParent(ROOT)
            .setName(bytes("d"))
            .setMode(0777)
            .setUmask(077)
            .build();
    long directory =
        fs.reply(Operation.newBuilder().setMakeDirectory(make)).getAttributes().getInode();
    assertThat(permissions(directory)).isEqualTo(0771);
    assertThat(get(directory, ACCESS)).isEqualTo(inherited);
    assertThat(get(directory, DEFAULT)).isEqualTo(inherited);
  }

  @Test
  void anInheritedAclThatSaysNoMoreThanTheModeIsNotKept() {
    set(ROOT, DEFAULT, AclText.parse("u::rwx,g::r-x,o::---"));
    long file = fileOfMode(ROOT, "f", 0666, 0);
    assertThat(permissions(file)).isEqualTo(0640);
    assertThat(fs.attributes(file).getHasExtendedAttributes()).isFalse();
  }

  @Test
  void aChangeOfDataSizeOrOwnerTakesCapabilitiesAway() {
    long file = fs.file(ROOT, "f");
    Commit.Builder written = Commit.newBuilder().setInode(file).setModified(true);
    assertThat(isCapableAfter(file, Operation.newBuilder().setCommit(written))).isFalse();
    Commit.Builder unchanged = Commit.newBuilder().setInode(file);
    assertThat(isCapableAfter(file, Operation.newBuilder().setCommit(unchanged))).isTrue();
    assertThat(isCapableAfter(file, StateDriver.truncate(file, 0))).isFalse();
    SetAttributes.Builder chown = SetAttributes.newBuilder().setInode(file).setUid(5);
    assertThat(isCapableAfter(file, Operation.newBuilder().setSetAttributes(chown))).isFalse();
    SetAttributes.Builder chmod = SetAttributes.newBuilder().setInode(file).setMode(0700);
    assertThat(isCapableAfter(file, Operation.newBuilder().setSetAttributes(chmod))).isTrue();
  }

  private boolean isCapableAfter(long file, Operation.Builder operation) {
    set(file, CAPABILITY, bytes("any"));
    assertThat(fs.reply(operation).getErrno()).isZero();
    return get(file, CAPABILITY) != null;
  }

  @Test
  void setIdBitsAreTakenAwayOnDemandButNotALockingMarkNorADirectorysGroup() {
    assertThat(permissionsAfterClearing(fileOfMode(ROOT, "f", 06755, 0))).isEqualTo(0755);
    long lockable = fileOfMode(ROOT, "g", 06744, 0);
    assertThat(permissionsAfterClearing(lockable)).isEqualTo(02744);
    change(SetAttributes.newBuilder().setInode(lockable).setGid(5));
    assertThat(permissionsAfterClearing(lockable)).as("of a group of others").isEqualTo(0744);
    long directory = fs.directory(ROOT, "d");
    change(SetAttributes.newBuilder().setInode(directory).setMode(02775));
    assertThat(permissionsAfterClearing(directory)).isEqualTo(02775);
  }

  private int permissionsAfterClearing(long inode) {
    change(SetAttributes.newBuilder().setInode(inode).setClearSetIdBits(true));
    return permissions(inode);
  }

  @Test
  void attributesGoWithTheirInodeAndAreThereAfterAReplay() {
    long file = fs.file(ROOT, "f");
    set(file, "user.a", bytes("one"));
    long other = fs.file(ROOT, "g");
    set(other, "user.a", bytes("two"));
    long before = fs.state().stateDigest();
    set(other, "user.a", bytes("twO"));
    fs.reply(StateDriver.unlink(ROOT, "f"));
    assertThat(get(file, "user.a")).isEqualTo(bytes("one"));
    long full = fs.state().memoryBytes();
    fs.apply(
        JournalEntry.newBuilder().setOrphansPurged(OrphansPurged.newBuilder().addInodes(file)));
    assertThat(fs.state().memoryBytes()).isLessThan(full);
    long inItsPlace = fs.file(ROOT, "h");
    assertThat(fs.attributes(inItsPlace).getHasExtendedAttributes()).isFalse();

    MasterState replayed = new MasterState();
    long txid = 0;
    for (JournalEntry entry : fs.journal()) {
      replayed.apply(++txid, entry);
    }
    assertThat(replayed.stateDigest()).isEqualTo(fs.state().stateDigest()).isNotEqualTo(before);
  }

  @Test
  void theDigestTellsValuesApart() {
    StateDriver other = new StateDriver();
    long file = fs.file(ROOT, "f");
    assertThat(other.file(ROOT, "f")).isEqualTo(file);
    set(file, "user.a", bytes("one"));
    other.reply(set(file, "user.a", bytes("two"), 0));
    assertThat(other.attributes(file)).isEqualTo(fs.attributes(file));
    assertThat(other.state().stateDigest()).isNotEqualTo(fs.state().stateDigest());
  }
}
