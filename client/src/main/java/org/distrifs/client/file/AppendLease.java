package org.distrifs.client.file;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseAppend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This session's right to append to a file, which one session has at a time ({@code
 * docs/append-leases.md}). Belongs to the file's lock of changes, but for {@link #recalled}.
 */
final class AppendLease {
  private static final Logger LOG = LoggerFactory.getLogger(AppendLease.class);

  /** How long it is kept when others wait: enough for many appends. */
  private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long inode;
  private final FileServices services;
  private final Runnable handBack;
  private long number;
  private boolean held;
  private volatile long acquiredNs;
  private volatile boolean wanted;

  /**
   * @param handBack is to call {@link #handBack} under the file's lock; may block
   */
  AppendLease(long inode, FileServices services, Runnable handBack) {
    this.inode = inode;
    this.services = services;
    this.handBack = handBack;
  }

  /** What has to be done with what was appended before others may. */
  @FunctionalInterface
  interface Committer {
    void commit() throws IOException;
  }

  /**
   * Sees to it that this session has the lease. Then the master's size is the end, but for what
   * this process has appended itself.
   */
  void hold(Committer committer) throws IOException {
    if (held && wanted && turnLeftNs() <= 0) {
      handBack(committer);
    }
    if (held) {
      return;
    }
    wanted = false; // From here on a recall is one of what is asked for now.
    number = services.writing().sequences().incrementAndGet();
    AcquireAppend acquire = AcquireAppend.newBuilder().setInode(inode).setNumber(number).build();
    OperationReply reply = await(Operation.newBuilder().setAcquireAppend(acquire).build());
    acquiredNs = services.writing().clock().monotonicNs();
    held = true;
    services.attributes().learn(reply.getAttributes());
  }

  /** The master wants it back. On the session's thread: never blocks. */
  void recalled() {
    if (wanted) {
      return; // Said before.
    }
    wanted = true;
    scheduleHandBack();
  }

  private void scheduleHandBack() {
    services
        .writing()
        .timer()
        .schedule(
            () -> services.background().execute(handBack),
            Math.max(0, turnLeftNs()),
            TimeUnit.NANOSECONDS);
  }

  private long turnLeftNs() {
    return acquiredNs + TURN_NS - services.writing().clock().monotonicNs();
  }

  /** Commits and releases it, if the master wants it and no append has done so meanwhile. */
  void handBackIfWanted(Committer committer) throws IOException {
    if (!wanted) {
      return;
    }
    if (held && turnLeftNs() > 0) {
      scheduleHandBack(); // The recall was faster than the answer that brought the lease.
      return;
    }
    handBack(committer);
  }

  /** It could not be handed back: the next recall, which is sure to come, tries again. */
  void notHandedBack() {
    wanted = false;
  }

  private void handBack(Committer committer) throws IOException {
    if (held) {
      try {
        committer.commit();
      } catch (IOException | RuntimeException e) {
        // Kept: what was appended is not committed, and the next one would append over it.
        notHandedBack();
        throw e;
      }
    }
    // Also when it is not known to be held: an acquisition may have been granted unheard.
    held = false;
    wanted = false;
    await(release());
  }

  /**
   * The file is closed and nothing of it is on its way: gives the lease back, waits for nothing.
   */
  void drop() {
    if (held) {
      held = false;
      services
          .master()
          .submit(release())
          .whenComplete(
              (reply, failure) -> {
                if (failure != null) {
                  LOG.debug("The append lease of inode {} was not released", inode, failure);
                }
              });
    }
  }

  private Operation release() {
    ReleaseAppend release = ReleaseAppend.newBuilder().setInode(inode).setNumber(number).build();
    return Operation.newBuilder().setReleaseAppend(release).build();
  }

  private OperationReply await(Operation operation) throws IOException {
    return Replies.await(
        services.master().submit(operation),
        2 * services.settings().operationTimeoutMs(),
        "append to inode " + inode);
  }
}
