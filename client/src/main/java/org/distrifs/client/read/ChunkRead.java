package org.distrifs.client.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.session.RefusedException;
import org.distrifs.client.session.Replies;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read of blocks of one chunk, from replica to replica until one answers rightly or the bound
 * passes. While a replica is slower than it usually is, one other is asked too, and the first right
 * answer is the read's. When all that are known have refused, the chain is looked up again, or the
 * master is told when only a change of the chain can help. Thread-safe.
 */
final class ChunkRead {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkRead.class);
  private static final long MIN_BACKOFF_MS = 20;
  private static final long MAX_BACKOFF_MS = 1_000;

  /** The replica that is slow, and the one that was asked because of it. */
  private static final int MAX_UNDER_WAY = 2;

  /** A replica that only a change of its chain makes serve again. */
  private record Unfit(ReplicaExchange exchange, ReplicaOutcome outcome) {
    boolean isDamaged() {
      return outcome.status() == Status.CORRUPT_REPLICA;
    }
  }

  private final ReplicaReader reader;
  private final ChunkLocator chunks;
  private final long index;
  private final int offset;
  private final int length;
  private final CompletableFuture<ByteBuf> result = new CompletableFuture<>();
  private final long deadlineNs;

  private final ArrayDeque<Member> untried = new ArrayDeque<>();
  private final List<ReplicaExchange> underWay = new ArrayList<>(MAX_UNDER_WAY);
  private ChunkLocation location;
  private int rounds;
  private boolean foundStale;
  private boolean over;
  private Unfit unfit;
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
    reader.hedges.earn();
    chunks.locate(index).whenComplete(this::located);
    return result;
  }

  private void located(Optional<ChunkLocation> found, Throwable failure) {
    if (failure != null) {
      result.completeExceptionally(Replies.asIoException(failure, what()));
    } else if (found.isEmpty()) {
      result.complete(Unpooled.EMPTY_BUFFER);
    } else {
      begin(found.get());
    }
  }

  private synchronized void begin(ChunkLocation found) {
    location = found;
    foundStale = false;
    unfit = null;
    untried.clear();
    untried.addAll(reader.selector.order(found));
    askNext();
  }

  private void askNext() {
    Member member = untried.poll();
    if (member != null) {
      ask(member);
    } else {
      lookUpLater();
    }
  }

  private void ask(Member member) {
    ReplicaExchange exchange = new ReplicaExchange(reader, this, location, member, offset, length);
    underWay.add(exchange);
    exchange.start();
  }

  /** An exchange takes longer than its node usually needs: asks another replica, if it may. */
  synchronized void isSlow(ReplicaExchange exchange) {
    boolean mayAsk =
        !over
            && underWay.size() < MAX_UNDER_WAY
            && underWay.contains(exchange)
            && !untried.isEmpty();
    if (mayAsk && reader.hedges.spend()) {
      reader.metrics.hedged();
      LOG.debug("Hedging a read, since {} is slow", exchange);
      ask(untried.poll());
    }
  }

  void ended(ReplicaExchange exchange, ReplicaOutcome outcome) {
    if (takes(exchange, outcome)) {
      result.complete(outcome.bytes());
    }
  }

  /** Whether the outcome is the read's; otherwise it is dealt with here. */
  private synchronized boolean takes(ReplicaExchange exchange, ReplicaOutcome outcome) {
    boolean wasHedge = underWay.indexOf(exchange) > 0;
    underWay.remove(exchange);
    if (over) {
      dropped(exchange, outcome);
      return false;
    }
    if (outcome.isServed()) {
      over = true;
      reader.selector.answered(exchange.member.getNodeId(), outcome.tookNs());
      if (wasHedge) {
        overtook(underWay.get(0));
      }
      return true;
    }
    refused(exchange, outcome);
    if (underWay.isEmpty()) {
      if (foundStale && rounds == 0) {
        lookUpLater();
      } else {
        askNext();
      }
    }
    return false;
  }

  /**
   * The replica that was asked first is slower than the hedge, and is not asked first for a while.
   */
  private void overtook(ReplicaExchange slow) {
    reader.selector.overtaken(slow.member.getNodeId());
    reader.metrics.hedgeWon();
    LOG.debug("A hedge overtook {}", slow);
  }

  private void dropped(ReplicaExchange exchange, ReplicaOutcome outcome) {
    if (outcome.isServed()) {
      outcome.bytes().release();
    } else if (outcome.status() == null) {
      reader.selector.failed(exchange.member.getNodeId());
    }
  }

  private void refused(ReplicaExchange exchange, ReplicaOutcome outcome) {
    lastTrouble = exchange + ": " + outcome.trouble();
    LOG.debug("Read fails over from {}", lastTrouble);
    if (outcome.isStale()) {
      foundStale = true;
      reader.metrics.foundStale();
      return;
    }
    if (outcome.isMoved()) {
      // The others may serve while the master is away; the next read finds the new location.
      reader.metrics.foundStale();
      chunks.lookUp(index);
    } else if (outcome.wantsChange()) {
      unfit = new Unfit(exchange, outcome);
      if (unfit.isDamaged()) {
        LOG.warn("Rot was found in {}: {}", exchange, outcome.trouble());
      }
    }
    reader.selector.failed(exchange.member.getNodeId());
    reader.metrics.failedOver();
  }

  /** All known replicas were asked, or the chain is stale: the first time at once, then slower. */
  private void lookUpLater() {
    boolean isDamaged =
        unfit != null
            && unfit.isDamaged()
            && reader.reports.isDamaged(location.getChunkId(), location.getVersion());
    if (isDamaged || reader.clock.monotonicNs() - deadlineNs >= 0) {
      over = true;
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

  private synchronized void lookUp() {
    boolean tell =
        unfit != null
            && !foundStale
            && reader.reports.isDue(location.getChunkId(), location.getVersion());
    CompletableFuture<Optional<ChunkLocation>> answer = tell ? report() : chunks.lookUp(index);
    answer.whenComplete(this::located);
  }

  private CompletableFuture<Optional<ChunkLocation>> report() {
    Unfit reported = unfit;
    return chunks
        .report(
            reported.exchange().location,
            reported.exchange().member.getNodeId(),
            reported.outcome().status())
        .whenComplete((found, failure) -> judged(reported, failure));
  }

  private void judged(Unfit reported, Throwable failure) {
    if (reported.isDamaged()
        && Replies.asIoException(failure, what()) instanceof RefusedException refused
        && refused.errno() == Errno.EIO) {
      ChunkLocation damaged = reported.exchange().location;
      reader.reports.damaged(damaged.getChunkId(), damaged.getVersion());
    }
  }

  private String what() {
    return "read of %d bytes at %d of chunk index %d".formatted(length, offset, index);
  }
}
