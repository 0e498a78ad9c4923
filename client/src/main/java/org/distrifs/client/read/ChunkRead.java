package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.connection.ChunkAnswer;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read of blocks of one chunk, from replica to replica until one answers rightly or the bound
 * passes. One exchange is under way at a time, so its fields need no lock.
 */
final class ChunkRead {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkRead.class);

  /**
   * A node that has lost its lease may have answered with bytes that were current when they were
   * read: a node is replaced no sooner than 11 s after its last sign of life, and its lease ends 8
   * s after it. Only an answer within the difference is known to be from before a replacement.
   */
  private static final long MAX_ANSWER_AGE_NS = TimeUnit.SECONDS.toNanos(3);

  private static final long MIN_BACKOFF_MS = 20;
  private static final long MAX_BACKOFF_MS = 1_000;

  private final ReplicaReader reader;
  private final ChunkLocator chunks;
  private final long index;
  private final int offset;
  private final int length;
  private final CompletableFuture<ByteBuf> result = new CompletableFuture<>();
  private final ArrayDeque<Member> untried = new ArrayDeque<>();
  private final long deadlineNs;
  private ChunkLocation location;
  private int rounds;
  private String lastTrouble = "";

  ChunkRead(ReplicaReader reader, ChunkLocator chunks, long index, int offset, int length) {
    this.reader = reader;
    this.chunks = chunks;
    this.index = index;
    this.offset = offset;
    this.length = length;
    this.deadlineNs =
        reader.clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(reader.readTimeoutMs);
  }

  CompletableFuture<ByteBuf> start() {
    chunks.locate(index).whenComplete(this::located);
    return result;
  }

  private void located(Optional<ChunkLocation> found, Throwable failure) {
    if (failure != null) {
      result.completeExceptionally(Replies.asIoException(failure, what()));
    } else if (found.isEmpty()) {
      result.complete(Unpooled.EMPTY_BUFFER);
    } else {
      location = found.get();
      untried.clear();
      untried.addAll(reader.selector.order(location));
      askNext();
    }
  }

  private void askNext() {
    Member member = untried.poll();
    if (member != null) {
      ask(member, false);
    } else {
      lookUpLater();
    }
  }

  private void ask(Member member, boolean verify) {
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
        .whenComplete((answer, failure) -> answered(member, verify, askedNs, answer, failure));
  }

  private void answered(
      Member member, boolean verify, long askedNs, ChunkAnswer answer, Throwable failure) {
    if (failure != null) {
      failOver(member, failure.toString());
      return;
    }
    long tookNs = reader.clock.monotonicNs() - askedNs;
    DataReply reply = answer.reply();
    ByteBuf payload = answer.payload();
    if (!reply.isOk()) {
      payload.release();
      refused(member, reply);
    } else if (tookNs > MAX_ANSWER_AGE_NS) {
      payload.release();
      failOver(member, "its answer took " + TimeUnit.NANOSECONDS.toMillis(tookNs) + " ms");
    } else if (matches(reply, payload)) {
      reader.selector.answered(member.getNodeId(), tookNs);
      reader.metrics.fetched(payload.readableBytes(), tookNs);
      result.complete(payload);
    } else {
      payload.release();
      mismatched(member, verify);
    }
  }

  private boolean matches(DataReply reply, ByteBuf payload) {
    int expected = Math.max(0, Math.min(length, reply.replicaLength() - offset));
    return payload.readableBytes() == expected
        && BlockChecksums.firstMismatch(payload, offset, reply.checksums()) < 0;
  }

  private void mismatched(Member member, boolean verify) {
    reader.metrics.mismatched();
    if (verify) {
      LOG.warn("Bytes of {} do not match their checksums", replica(member));
      failOver(member, "its bytes do not match their checksums");
    } else {
      // An overwrite may have raced with the answer: the node compares under the chunk's lock.
      ask(member, true);
    }
  }

  private void refused(Member member, DataReply reply) {
    String trouble = reply.status() + " " + reply.detail();
    switch (reply.status()) {
      case STALE_VERSION -> {
        reader.metrics.foundStale();
        lastTrouble = replica(member) + ": " + trouble;
        if (rounds == 0) {
          lookUpLater();
        } else {
          askNext();
        }
      }
      case WRONG_INCARNATION, NO_SUCH_CHUNK -> {
        // The others may serve while the master is away; the next read finds the new location.
        reader.metrics.foundStale();
        chunks.lookUp(index);
        failOver(member, trouble);
      }
      case CORRUPT_REPLICA -> {
        LOG.warn("Rot was found in {}: {}", replica(member), reply.detail());
        failOver(member, trouble);
      }
      default -> failOver(member, trouble);
    }
  }

  private void failOver(Member member, String trouble) {
    reader.selector.failed(member.getNodeId());
    reader.metrics.failedOver();
    lastTrouble = replica(member) + ": " + trouble;
    LOG.debug("Read fails over from {}", lastTrouble);
    askNext();
  }

  /** All known replicas were asked, or the chain is stale: the first time at once, then slower. */
  private void lookUpLater() {
    if (reader.clock.monotonicNs() - deadlineNs >= 0) {
      result.completeExceptionally(
          new ErrnoException(
              Errno.EIO, what() + ", no replica could serve it; the last was " + lastTrouble));
      return;
    }
    int round = rounds++;
    if (round == 0) {
      lookUp();
    } else {
      long backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS << Math.min(round, 10));
      reader.timer.schedule(this::lookUp, backoffMs, TimeUnit.MILLISECONDS);
    }
  }

  private void lookUp() {
    chunks.lookUp(index).whenComplete(this::located);
  }

  private String replica(Member member) {
    return "the replica of chunk %d version %d on node %d (%s:%d)"
        .formatted(
            location.getChunkId(),
            Integer.toUnsignedLong(location.getVersion()),
            member.getNodeId(),
            member.getHost(),
            member.getPort());
  }

  private String what() {
    return "read of %d bytes at %d of chunk index %d".formatted(length, offset, index);
  }
}
