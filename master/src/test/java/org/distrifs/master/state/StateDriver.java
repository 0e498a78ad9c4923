package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.CreateUnnamed;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Link;
import org.distrifs.proto.control.Lookup;
import org.distrifs.proto.control.MakeDirectory;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReadDirectory;
import org.distrifs.proto.control.RemoveDirectory;
import org.distrifs.proto.control.Rename;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.Unlink;
import org.distrifs.proto.journal.Candidates;
import org.distrifs.proto.journal.ChangeCommit;
import org.distrifs.proto.journal.ChangeReserve;
import org.distrifs.proto.journal.ClientMutation;
import org.distrifs.proto.journal.FormatCluster;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.NodeJoin;
import org.distrifs.proto.journal.SessionEnd;
import org.distrifs.proto.journal.SessionStart;

/** A state with three nodes and sessions, and short methods for tests to change it. */
final class StateDriver {

  static final long ROOT = 1;
  static final long SESSION = 100;
  static final long OTHER_SESSION = 200;
  static final long CHUNK_SIZE = 64L << 20;
  static final int UID = 1000;
  static final int GID = 1001;

  private final MasterState state = new MasterState();
  private final List<JournalEntry> journal = new ArrayList<>();
  private long timeNs = 1_000_000_000L;
  private long number;

  StateDriver() {
    this(MasterState.FEATURE_LEVEL);
  }

  /**
   * @param featureLevel of the master that made the cluster
   */
  StateDriver(int featureLevel) {
    apply(
        JournalEntry.newBuilder()
            .setFormatCluster(
                FormatCluster.newBuilder()
                    .setClusterId(77)
                    .setChunkSizeBytes(CHUNK_SIZE)
                    .setFeatureLevel(featureLevel)));
    for (int node = 1; node <= 3; node++) {
      apply(
          JournalEntry.newBuilder()
              .setNodeJoin(
                  NodeJoin.newBuilder().setNodeSecret(node).setHost("h" + node).setPort(7000)));
    }
    startSession(SESSION);
    startSession(OTHER_SESSION);
  }

  MasterState state() {
    return state;
  }

  /** All entries that were applied so far. */
  List<JournalEntry> journal() {
    return journal;
  }

  long timeNs() {
    return timeNs;
  }

  Applied startSession(long id) {
    return apply(
        JournalEntry.newBuilder()
            .setSessionStart(
                SessionStart.newBuilder()
                    .setSessionId(id)
                    .setSessionSecret(id + 1)
                    .setSlots(4)
                    .setClientName("test")));
  }

  Applied endSession(long id) {
    return apply(JournalEntry.newBuilder().setSessionEnd(SessionEnd.newBuilder().setSessionId(id)));
  }

  Applied apply(JournalEntry.Builder entry) {
    timeNs += 1_000_000;
    JournalEntry complete = entry.setTimeNs(timeNs).build();
    journal.add(complete);
    return state.apply(journal.size(), complete);
  }

  /** Applies a mutation under the next number of slot 0. */
  Applied mutate(long session, Operation.Builder operation) {
    return mutate(session, 0, ++number, operation);
  }

  Applied mutate(long session, int slot, long withNumber, Operation.Builder operation) {
    Operation withCaller = operation.setCaller(Caller.newBuilder().setUid(UID).setGid(GID)).build();
    return apply(
        JournalEntry.newBuilder()
            .setClient(
                ClientMutation.newBuilder()
                    .setSessionId(session)
                    .setSlot(slot)
                    .setNumber(withNumber)
                    .setOperation(withCaller)
                    .addCandidates(
                        Candidates.newBuilder().addNodeIds(1).addNodeIds(2).addNodeIds(3))));
  }

  OperationReply reply(Operation.Builder operation) {
    return replyTo(SESSION, operation);
  }

  OperationReply replyTo(long session, Operation.Builder operation) {
    Applied applied = mutate(session, operation);
    assertThat(applied).isInstanceOf(Applied.Replied.class);
    return ((Applied.Replied) applied).reply();
  }

  OperationReply read(Operation.Builder operation) {
    return state.read(SESSION, operation.build());
  }

  Applied reserve(long chunk, int version) {
    return apply(
        JournalEntry.newBuilder()
            .setChangeReserve(ChangeReserve.newBuilder().setChunkId(chunk).setVersion(version)));
  }

  Applied commitChange(long chunk, int version, long inode, long epoch, Integer... nodes) {
    return apply(
        JournalEntry.newBuilder()
            .setChangeCommit(
                ChangeCommit.newBuilder()
                    .setChunkId(chunk)
                    .setVersion(version)
                    .addAllNodeIds(List.of(nodes))
                    .setInode(inode)
                    .setTruncateEpoch(epoch)));
  }

  long file(long parent, String name) {
    return made(reply(create(parent, name)));
  }

  long directory(long parent, String name) {
    return made(reply(makeDirectory(parent, name)));
  }

  private static long made(OperationReply reply) {
    assertThat(reply.getErrno()).isZero();
    return reply.getAttributes().getInode();
  }

  Attributes attributes(long inode) {
    OperationReply reply =
        read(Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(inode)));
    assertThat(reply.getErrno()).isZero();
    return reply.getAttributes();
  }

  /** The inode of a name, or 0. */
  long lookup(long parent, String name) {
    return read(lookupOf(parent, name)).getAttributes().getInode();
  }

  static Operation.Builder lookupOf(long parent, String name) {
    return Operation.newBuilder()
        .setLookup(Lookup.newBuilder().setParent(parent).setName(bytes(name)));
  }

  static Operation.Builder create(long parent, String name) {
    return Operation.newBuilder()
        .setCreate(
            Create.newBuilder()
                .setParent(parent)
                .setName(bytes(name))
                .setMode(0100644)
                .setExclusive(true));
  }

  static Operation.Builder makeDirectory(long parent, String name) {
    return Operation.newBuilder()
        .setMakeDirectory(
            MakeDirectory.newBuilder().setParent(parent).setName(bytes(name)).setMode(0755));
  }

  static Operation.Builder createUnnamed(long parent, boolean exclusive, boolean withFirstChunk) {
    return Operation.newBuilder()
        .setCreateUnnamed(
            CreateUnnamed.newBuilder()
                .setParent(parent)
                .setMode(0640)
                .setExclusive(exclusive)
                .setWithFirstChunk(withFirstChunk));
  }

  static Operation.Builder link(long inode, long parent, String name) {
    return Operation.newBuilder()
        .setLink(Link.newBuilder().setInode(inode).setParent(parent).setName(bytes(name)));
  }

  static Operation.Builder unlink(long parent, String name) {
    return Operation.newBuilder()
        .setUnlink(Unlink.newBuilder().setParent(parent).setName(bytes(name)));
  }

  static Operation.Builder removeDirectory(long parent, String name) {
    return Operation.newBuilder()
        .setRemoveDirectory(RemoveDirectory.newBuilder().setParent(parent).setName(bytes(name)));
  }

  static Operation.Builder rename(long from, String name, long to, String newName, int flags) {
    return Operation.newBuilder()
        .setRename(
            Rename.newBuilder()
                .setParent(from)
                .setName(bytes(name))
                .setNewParent(to)
                .setNewName(bytes(newName))
                .setFlags(flags));
  }

  static Operation.Builder truncate(long inode, long size) {
    return Operation.newBuilder()
        .setSetAttributes(SetAttributes.newBuilder().setInode(inode).setSize(size));
  }

  static Operation.Builder list(long inode, long afterCookie, int limit) {
    return Operation.newBuilder()
        .setReadDirectory(
            ReadDirectory.newBuilder().setInode(inode).setAfterCookie(afterCookie).setLimit(limit));
  }

  static Operation.Builder list(long inode, long afterCookie, long lastCookie, int limit) {
    Operation.Builder list = list(inode, afterCookie, limit);
    list.getReadDirectoryBuilder().setLastCookie(lastCookie);
    return list;
  }

  static Operation.Builder chains(long inode, long firstIndex, int count) {
    return Operation.newBuilder()
        .setGetChains(
            GetChains.newBuilder().setInode(inode).setFirstIndex(firstIndex).setCount(count));
  }

  static ByteString bytes(String name) {
    return ByteString.copyFromUtf8(name);
  }
}
