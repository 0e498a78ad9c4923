package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica asked for blocks: once, or a second time when bytes and checksums did not match,
 * which an overwrite may have caused. Tells the read of its outcome, once.
 */
final class ReplicaExchange implements SlowExchanges.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaExchange.class);

  /**
   * A node that has lost its lease may have answered with bytes that were current when they were
   * read: a node is replaced no sooner than 11 s after its last sign of life, and its lease ends 8
   * s after it. Only an answer within the difference is known to be from before a replacement.
   */
  private static final long MAX_ANSWER_AGE_NS = TimeUnit.SECONDS.toNanos(3);

  final ChunkLocation location;
  final Member member;
  private final ReplicaReader reader;
  private final ChunkRead read;
  private final int offset;
  private final int length;
  private final long beganNs;

  ReplicaExchange(
      ReplicaReader reader,
      ChunkRead read,
      ChunkLocation location,
      Member member,
      int offset,
      int length) {
    this.reader = reader;
    this.read = read;
    this.location = location;
    this.member = member;
    this.offset = offset;
    this.length = length;
    this.beganNs = reader.clock.monotonicNs();
  }

  void start() {
    reader.slowExchanges.began(this);
    ask(false);
  }

  @Override
  public void checkAge(long nowNs) {
    if (nowNs - beganNs >= reader.selector.hedgeAfterNs(member.getNodeId())) {
      read.isSlow(this);
    }
  }

  private void ask(boolean verify) {
    long askedNs = reader.clock.monotonicNs();
    DataRequest.Read request =
        new DataRequest.Read(
            location.getChunkId(),
            location.getVersion(),
            member.getIncarnation(),
            offset,
            length,
            verify,
            false);
    reader
        .transport
        .send(
            new PeerAddress(member.getHost(), member.getPort()),
            request,
            null,
            reader.replicaTimeoutMs)
        .whenComplete((answer, failure) -> answered(verify, askedNs, answer, failure));
  }

  private void answered(boolean verify, long askedNs, ChunkAnswer answer, Throwable failure) {
    if (failure != null) {
      end(ReplicaOutcome.unanswered(failure.toString()));
      return;
    }
    long tookNs = reader.clock.monotonicNs() - askedNs;
    DataReply reply = answer.reply();
    ByteBuf payload = answer.payload();
    if (!reply.isOk()) {
      payload.release();
      end(ReplicaOutcome.refused(reply.status(), reply.detail()));
    } else if (tookNs > MAX_ANSWER_AGE_NS) {
      payload.release();
      end(
          ReplicaOutcome.unanswered(
              "its answer took " + TimeUnit.NANOSECONDS.toMillis(tookNs) + " ms"));
    } else if (matches(reply, payload)) {
      reader.metrics.fetched(payload.readableBytes(), tookNs);
      end(ReplicaOutcome.served(payload, tookNs));
    } else {
      payload.release();
      mismatched(verify);
    }
  }

  private boolean matches(DataReply reply, ByteBuf payload) {
    int expected = Math.max(0, Math.min(length, reply.replicaLength() - offset));
    return payload.readableBytes() == expected
        && BlockChecksums.firstMismatch(payload, offset, reply.checksums()) < 0;
  }

  private void mismatched(boolean verify) {
    reader.metrics.mismatched();
    if (verify) {
      LOG.warn("Bytes of {} do not match their checksums", this);
      end(ReplicaOutcome.unanswered("its bytes do not match their checksums"));
    } else {
      // An overwrite may have raced with the answer: the node compares under the chunk's lock.
      ask(true);
    }
  }

  private void end(ReplicaOutcome outcome) {
    reader.slowExchanges.ended(this);
    read.ended(this, outcome);
  }

  @Override
  public String toString() {
    return "the replica of chunk %d version %d on node %d (%s:%d)"
        .formatted(
            location.getChunkId(),
            Integer.toUnsignedLong(location.getVersion()),
            member.getNodeId(),
            member.getHost(),
            member.getPort());
  }
}
