package org.distrifs.master.chain;

import org.distrifs.proto.frame.DataReply;

/** What happened to a change. */
public sealed interface ChangeEvent {

  /** The version is journalled as taken. */
  record Reserved() implements ChangeEvent {}

  /** A member answered a command. */
  record Answered(int ticket, DataReply reply) implements ChangeEvent {}

  /** No answer to a command will come. */
  record NoAnswer(int ticket, String why) implements ChangeEvent {}

  /**
   * An incarnation of a datanode has ended: what was asked of it, or of others about it, is in
   * vain.
   */
  record IncarnationEnded(int nodeId) implements ChangeEvent {}

  /** The chain is journalled under the new version. */
  record Committed() implements ChangeEvent {}

  /** The journal refused the reservation or the commit: a higher version was reserved meanwhile. */
  record Refused(String why) implements ChangeEvent {}

  /** The bound of the whole change passed. */
  record TimedOut() implements ChangeEvent {}
}
