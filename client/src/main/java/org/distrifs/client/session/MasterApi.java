package org.distrifs.client.session;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;

/** Operations of this client's session with the master. Thread-safe. */
public interface MasterApi extends AutoCloseable {

  /**
   * Submits an operation; it is applied at most once, however often it has to be sent.
   *
   * @return completes with a reply whose errno is 0, or with an {@link
   *     org.distrifs.proto.error.ErrnoException}: the master's errno, or {@code EIO} when no answer
   *     came in time or the session expired. Never later than the bound of an operation. Completes
   *     on a thread that must not be blocked.
   */
  default CompletableFuture<OperationReply> submit(Operation operation) {
    return submit(operation, List.of());
  }

  /**
   * As the shorter one, and only if each of these names leads to its inode when the master gets to
   * it: otherwise nothing is done, and it fails with {@code ESTALE}.
   */
  CompletableFuture<OperationReply> submit(Operation operation, List<NameCheck> names);

  /**
   * The id of the session that operations are submitted under now. When it changes, the former
   * session has expired and what belonged to it is lost.
   */
  long sessionId();

  /**
   * Whether the master said last that so little room is left that writes are to reach the datanodes
   * before their callers are told that they were taken. Any thread.
   */
  boolean spaceIsScarce();

  /** Closes the session at the master; what is under way fails. */
  @Override
  void close();
}
