package org.distrifs.master.chain;

/** What a {@link ChangeProcedure} wants done. */
public sealed interface ChangeAction {

  /** Step 1: journal that the version is taken. Answered by {@link ChangeEvent.Reserved}. */
  record Reserve() implements ChangeAction {}

  /**
   * Steps 2 to 4: send a command to a member. Answered by {@link ChangeEvent.Answered} or {@link
   * ChangeEvent.NoAnswer} with the same ticket.
   */
  record Tell(int ticket, int nodeId, Command command) implements ChangeAction {}

  /**
   * Step 5: journal the chain under a version: the reserved one, or the one that it has when there
   * was nothing to change. Answered by {@link ChangeEvent.Committed}.
   */
  record Commit(int version) implements ChangeAction {}

  /** It is over; nothing follows. */
  record End(ChangeOutcome outcome) implements ChangeAction {}

  /** A command to a member. */
  sealed interface Command {

    /** Say whether there is a replica; changes nothing. */
    record Look() implements Command {}

    /**
     * Stop writes and say what is there.
     *
     * @param stopReads it is to leave the chain
     */
    record Fence(boolean stopReads) implements Command {}

    /**
     * Make a replica where there is none.
     *
     * @param version under which the source serves
     */
    record Copy(int sourceNodeId, int version) implements Command {}

    /** Become equal to another member. */
    record Reconcile(int sourceNodeId) implements Command {}

    /**
     * Take the new version.
     *
     * @param lengthBytes new length, or {@code DataRequest.KEEP_LENGTH}
     */
    record Install(int lengthBytes) implements Command {}
  }
}
