package org.distrifs.master.state;

import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.session.AppendLeases;
import org.distrifs.master.session.WriteIntents;
import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseAppend;
import org.distrifs.proto.error.Errno;

/** The mutations of append leases. */
final class Appends {

  private final AppendLeases leases = new AppendLeases();
  private final InodeTable inodes;
  private final InodeResolver resolver;
  private final WriteIntents intents;
  private final Replies replies;

  Appends(InodeTable inodes, InodeResolver resolver, WriteIntents intents, Replies replies) {
    this.inodes = inodes;
    this.resolver = resolver;
    this.intents = intents;
    this.replies = replies;
  }

  AppendLeases leases() {
    return leases;
  }

  /** Whether the lease is another's, or what a former holder wrote may still arrive. */
  boolean mustWait(long sessionId, AcquireAppend acquire) {
    return inodes.find(acquire.getInode()) != 0
        && (leases.isHeldByOther(acquire.getInode(), sessionId)
            || intents.inDoubt().containsKey(acquire.getInode()));
  }

  OperationReply acquire(Mutation mutation, AcquireAppend acquire) {
    int inode = resolver.regular(acquire.getInode());
    if (inode < 0) {
      return Replies.error(-inode);
    }
    if (leases.holder(acquire.getInode()) == 0 && leases.isFull(mutation.sessionId())) {
      return Replies.error(
          Errno.ENFILE, "a session appends to " + AppendLeases.MAX_PER_SESSION + " files at most");
    }
    leases.acquire(acquire.getInode(), mutation.sessionId(), acquire.getNumber());
    return replies.of(inode).build();
  }

  OperationReply release(Mutation mutation, ReleaseAppend release) {
    leases.release(release.getInode(), mutation.sessionId(), release.getNumber());
    return OperationReply.getDefaultInstance();
  }
}
