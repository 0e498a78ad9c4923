package org.distrifs.master.state;

import java.util.Optional;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.namespace.FileTime;
import org.distrifs.master.session.Session;
import org.distrifs.master.session.Sessions;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.ClientMutation;

/** What clients ask for, each exactly once. */
final class ClientMutations {

  private final Sessions sessions;
  private final NamespaceMutations names;
  private final FileMutations files;
  private final ExtendedAttributeMutations extendedAttributes;
  private final ChunkAllocation allocation;
  private final Appends appends;
  private final FileChunks chunks;
  private final UnfinishedWrites unfinished;
  private final FileLocks locks;

  ClientMutations(
      Sessions sessions,
      NamespaceMutations names,
      FileMutations files,
      ExtendedAttributeMutations extendedAttributes,
      ChunkAllocation allocation,
      Appends appends,
      FileChunks chunks,
      UnfinishedWrites unfinished,
      FileLocks locks) {
    this.sessions = sessions;
    this.names = names;
    this.files = files;
    this.extendedAttributes = extendedAttributes;
    this.allocation = allocation;
    this.appends = appends;
    this.chunks = chunks;
    this.unfinished = unfinished;
    this.locks = locks;
  }

  Applied apply(long txid, long timeNs, ClientMutation client) {
    int slot = client.getSlot();
    long number = client.getNumber();
    Optional<Applied.Replied> remembered = remembered(client.getSessionId(), slot, number);
    if (remembered.isPresent()) {
      return remembered.get();
    }
    Operation operation = client.getOperation();
    if (operation.hasAcquireAppend()
        && appends.mustWait(client.getSessionId(), operation.getAcquireAppend())) {
      return new Applied.MustWaitForAppend(operation.getAcquireAppend().getInode());
    }
    long cutInode = cutToWaitFor(client.getSessionId(), operation);
    if (cutInode != 0) {
      return new Applied.MustWait(cutInode);
    }
    if (operation.hasSetLock() && locks.mustWait(client.getSessionId(), operation.getSetLock())) {
      return new Applied.LockedOut(operation.getSetLock().getInode());
    }
    Mutation mutation =
        new Mutation(
            client.getSessionId(),
            operation.getCaller(),
            timeNs,
            FileTime.ofNs(timeNs),
            client.getCandidatesList());
    OperationReply reply = execute(mutation, operation).toBuilder().setTxid(txid).build();
    PendingCut cut = operation.hasSetAttributes() ? cutBegun(operation, reply) : null;
    sessions.find(client.getSessionId()).remember(slot, number, reply, cut);
    return new Applied.Replied(reply, Optional.ofNullable(cut));
  }

  Optional<Applied.Replied> remembered(long sessionId, int slot, long number) {
    Session session = sessions.find(sessionId);
    if (session == null) {
      return refused(Errno.EIO, "the session has ended");
    }
    if (!session.hasSlot(slot)) {
      return refused(Errno.EINVAL, "the session has " + session.info().slots() + " slots");
    }
    int order = Long.compareUnsigned(number, session.lastNumber(slot));
    if (order > 0) {
      return Optional.empty();
    }
    if (order < 0 || number == 0) {
      return refused(Errno.EINVAL, "the slot has gone on to " + session.lastNumber(slot));
    }
    Optional<PendingCut> cut = Optional.ofNullable(session.lastCut(slot)).filter(this::isPending);
    return Optional.of(new Applied.Replied(session.lastReply(slot), cut));
  }

  private OperationReply execute(Mutation mutation, Operation operation) {
    return switch (operation.getKindCase()) {
      case CREATE -> names.create(mutation, operation.getCreate());
      case CREATE_UNNAMED -> names.createUnnamed(mutation, operation.getCreateUnnamed());
      case MAKE_DIRECTORY -> names.makeDirectory(mutation, operation.getMakeDirectory());
      case MAKE_SYMLINK -> names.makeSymlink(mutation, operation.getMakeSymlink());
      case LINK -> names.link(mutation, operation.getLink());
      case UNLINK -> names.unlink(mutation, operation.getUnlink());
      case REMOVE_DIRECTORY -> names.removeDirectory(mutation, operation.getRemoveDirectory());
      case RENAME -> names.rename(mutation, operation.getRename());
      case SET_ATTRIBUTES -> files.setAttributes(mutation, operation.getSetAttributes());
      case ALLOCATE_CHUNK -> allocation.allocate(mutation, operation.getAllocateChunk());
      case COMMIT -> files.commit(mutation, operation.getCommit());
      case SET_EXTENDED_ATTRIBUTE ->
          extendedAttributes.set(mutation, operation.getSetExtendedAttribute());
      case REMOVE_EXTENDED_ATTRIBUTE ->
          extendedAttributes.remove(mutation, operation.getRemoveExtendedAttribute());
      case RECORD_READS -> files.recordReads(operation.getRecordReads());
      case ACQUIRE_APPEND -> appends.acquire(mutation, operation.getAcquireAppend());
      case RELEASE_APPEND -> appends.release(mutation, operation.getReleaseAppend());
      case SET_LOCK -> locks.set(mutation, operation.getSetLock());
      case RELEASE_LOCKS -> locks.release(mutation, operation.getReleaseLocks());
      default -> Replies.error(Errno.EINVAL, operation.getKindCase() + " is not a mutation");
    };
  }

  private long cutToWaitFor(long sessionId, Operation operation) {
    if (operation.hasSetAttributes() && files.mustWait(operation.getSetAttributes())) {
      return operation.getSetAttributes().getInode();
    }
    if (operation.hasCommit()
        && (files.mustWait(operation.getCommit())
            || unfinished.mustWait(sessionId, operation.getCommit()))) {
      return operation.getCommit().getInode();
    }
    if (operation.hasAllocateChunk()
        && unfinished.mustWait(sessionId, operation.getAllocateChunk())) {
      return operation.getAllocateChunk().getInode();
    }
    return 0;
  }

  private PendingCut cutBegun(Operation operation, OperationReply reply) {
    PendingCut cut = chunks.cuts().get(operation.getSetAttributes().getInode());
    return reply.getErrno() == 0 && operation.getSetAttributes().hasSize() ? cut : null;
  }

  private boolean isPending(PendingCut cut) {
    return cut.equals(chunks.cuts().get(cut.inode()));
  }

  private static Optional<Applied.Replied> refused(Errno errno, String message) {
    return Optional.of(new Applied.Replied(Replies.error(errno, message), Optional.empty()));
  }
}
