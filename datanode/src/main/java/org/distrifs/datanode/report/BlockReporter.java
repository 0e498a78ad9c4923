package org.distrifs.datanode.report;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.distrifs.datanode.folder.DataFolder;
import org.distrifs.datanode.server.Incarnation;
import org.distrifs.datanode.server.TermGuard;
import org.distrifs.proto.control.BlockReportPart;
import org.distrifs.proto.control.BlockReportReply;
import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.ReplicaReport;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the master of every replica after a registration, and later of all of them by a digest,
 * when asked and every now and then; the list follows if the master knows of others.
 */
final class BlockReporter {
  private static final Logger LOG = LoggerFactory.getLogger(BlockReporter.class);

  private static final int REPORT_TIMEOUT_MS = 30_000;
  private static final int CLOSE_BOUND_MS = 3000;

  /** The shortest time between two reports, for a master that asks all the time. */
  private static final int MIN_PAUSE_MS = 500;

  private final DatanodesGrpc.DatanodesStub master;
  private final ReplicaReports reports;
  private final DataFolder folder;
  private final Incarnation incarnation;
  private final TermGuard terms;
  private final Thread thread;

  private boolean wanted;

  /** The master knows nothing yet of what is here. */
  private boolean wholeWanted;

  private boolean closing;
  private long intervalMs;

  BlockReporter(
      DatanodesGrpc.DatanodesStub master,
      ReplicaReports reports,
      DataFolder folder,
      Incarnation incarnation,
      TermGuard terms) {
    this.master = master;
    this.reports = reports;
    this.folder = folder;
    this.incarnation = incarnation;
    this.terms = terms;
    this.thread = NamedThreads.daemon("datanode", "block-report").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  /** Reports every replica now, and then at this interval what has changed. */
  synchronized void scheduleEvery(long newIntervalMs) {
    intervalMs = Math.max(MIN_PAUSE_MS, newIntervalMs);
    wholeWanted = true;
    reportSoon();
  }

  private synchronized boolean takeWholeWanted() {
    boolean whole = wholeWanted;
    wholeWanted = false;
    return whole;
  }

  synchronized void reportSoon() {
    wanted = true;
    notifyAll();
  }

  private void run() {
    try {
      while (awaitNext()) {
        report(takeWholeWanted());
        Thread.sleep(MIN_PAUSE_MS);
      }
    } catch (InterruptedException e) {
      // Only close() interrupts this thread.
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until a report is due; false when closing. */
  private synchronized boolean awaitNext() throws InterruptedException {
    long dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(intervalMs);
    while (!closing && !wanted) {
      long restMs = TimeUnit.NANOSECONDS.toMillis(dueNs - System.nanoTime());
      if (intervalMs > 0 && restMs <= 0) {
        break;
      }
      wait(intervalMs > 0 ? restMs : 0);
    }
    wanted = false;
    return !closing;
  }

  /** The digest says in a few bytes what nearly always is the case: that nothing has changed. */
  private void report(boolean whole) throws InterruptedException {
    if (whole || isListWanted()) {
      List<List<ReplicaReport>> replicas = reports.all();
      List<BlockReportPart> parts = new ArrayList<>(replicas.size());
      for (int i = 0; i < replicas.size(); i++) {
        parts.add(part().addAllReplicas(replicas.get(i)).setLast(i == replicas.size() - 1).build());
      }
      send(parts);
    }
  }

  private boolean isListWanted() throws InterruptedException {
    ReplicaReports.Digest digest = reports.digest();
    BlockReportReply reply =
        send(
            List.of(
                part()
                    .setDigestOnly(true)
                    .setDigest(digest.sum())
                    .setCount(digest.count())
                    .setLast(true)
                    .build()));
    return reply.getListWanted();
  }

  private BlockReportPart.Builder part() {
    return BlockReportPart.newBuilder()
        .setNodeId(folder.nodeId())
        .setIncarnation(incarnation.number())
        .setTerm(terms.highest());
  }

  /** The master's answer; an empty one if there was none. */
  private BlockReportReply send(List<BlockReportPart> parts) throws InterruptedException {
    Answer answer = new Answer();
    StreamObserver<BlockReportPart> stream =
        master.withDeadlineAfter(REPORT_TIMEOUT_MS, TimeUnit.MILLISECONDS).blockReport(answer);
    parts.forEach(stream::onNext);
    stream.onCompleted();
    try {
      BlockReportReply reply = answer.reply.get(REPORT_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      terms.admit(reply.getTerm());
      return reply;
    } catch (ExecutionException | TimeoutException e) {
      // The heartbeat tells the operator when the master is away, and asks for another report.
      LOG.debug("A block report was not taken: {}", e.toString());
      return BlockReportReply.getDefaultInstance();
    }
  }

  private static final class Answer implements StreamObserver<BlockReportReply> {
    final CompletableFuture<BlockReportReply> reply = new CompletableFuture<>();

    @Override
    public void onNext(BlockReportReply value) {
      reply.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      reply.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      reply.complete(BlockReportReply.getDefaultInstance());
    }
  }

  void close() throws InterruptedException {
    synchronized (this) {
      closing = true;
    }
    thread.interrupt();
    thread.join(CLOSE_BOUND_MS);
  }
}
