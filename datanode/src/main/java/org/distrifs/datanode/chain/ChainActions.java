package org.distrifs.datanode.chain;

import io.netty.buffer.ByteBuf;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;

/**
 * What a member asks of the world around it. To be carried out in the order of the calls; what
 * comes of them is told by the member's own methods, never from within one of these calls.
 *
 * @param <T> what the host knows a request by
 */
public interface ChainActions<T> {

  /**
   * Apply a write here, and make it durable if it asks for that, then call {@link
   * ChainMember#applied}.
   *
   * @param alreadyApplied the bytes are here from an earlier version; only the order counts
   * @param payload passes to the host, which releases it
   */
  void apply(DataRequest.Write write, boolean alreadyApplied, ByteBuf payload);

  /**
   * Send a write to the next member, then call {@link ChainMember#forwarded}.
   *
   * @param hopsBehind members from {@code next} to the tail: the more there are, the longer the
   *     answer may take
   * @param payload passes to the host, which releases it
   */
  void forward(ChainHop next, int hopsBehind, DataRequest.Write write, ByteBuf payload);

  /**
   * Send a write to the next member once more, though whoever sent it has given up: with the bytes
   * that its range has here by now, and their checksums. Then call {@link ChainMember#forwarded}.
   *
   * @param write as the next member is to get it, but for the checksums
   */
  void resend(DataRequest.Write write, ChainHop next, int hopsBehind);

  /** Answer a request. */
  void answer(T ticket, DataReply reply);

  /**
   * Answer a write that all members from this one on have applied, perhaps without a sync: with OK
   * once each of them has durably what it has, else with why one has not.
   */
  void answerWhenSynced(T ticket, DataRequest.Write write);

  /** Carry out a read that may be served now. */
  void serve(T ticket, DataRequest.Read read);

  /** Answer with the replica's state once everything asked so far is applied. */
  void answerWhenDrained(T ticket);

  /** Install in the store, then call {@link ChainMember#installed} or answer with the failure. */
  void install(T ticket, DataRequest.Install install);

  /** Tell the store whether all that was accepted is acknowledged from behind. */
  void fullyAcknowledged(boolean acknowledged);
}
