package org.distrifs.master.liveness;

import it.unimi.dsi.fastutil.longs.LongSet;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.HeartbeatRequest;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.RegisterRequest;

/** What the master knows of one datanode. Read through {@link DatanodeRegistry}. */
public final class Datanode {

  private final int id;
  private final ReportedReplicas replicas = new ReportedReplicas();
  private PeerAddress address;
  private String rack;
  private Liveness liveness;
  private long incarnation;
  private long heardNs;
  private long probedNs;
  private boolean probing;

  /** Whether this incarnation was called over: it has to draw another before it is heard again. */
  private boolean incarnationOver;

  /** Whether the last probe had no answer; {@link #unansweredNs} is when the first had none. */
  private boolean unanswered;

  private long unansweredNs;
  private long registeredNs;
  private boolean leaseRefused;
  private boolean confirmedThisLife;
  private long confirmedNs;
  private long revokedThrough;
  private boolean reportWanted;
  private boolean suspectsUnknown;
  private long totalBytes;
  private long availableBytes;
  private long freeBytes;
  private boolean refusedForSpace;

  /** Bytes of the chunks that were placed here since the last beat, and before it. */
  private long promisedSinceBeat;

  private long promisedBeforeBeat;
  private int requestsInFlight;
  private final TalliedCount bytesCopied = new TalliedCount();
  private final TalliedCount corruptFound = new TalliedCount();
  private long placedSinceHeard;

  /** What the last report had to name: the chunks there were when it could not have begun yet. */
  private ExpectedChunks expected = ExpectedChunks.NONE;

  /** What the next report has to name. */
  private ExpectedChunks expectedNext = ExpectedChunks.NONE;

  private long quarantined;
  private Member member;

  Datanode(int id, PeerAddress address, String rack, long nowNs) {
    this.id = id;
    this.address = address;
    this.rack = rack;
    this.liveness = Liveness.UNKNOWN;
    this.heardNs = nowNs;
    this.probedNs = nowNs;
    describe();
  }

  public int id() {
    return id;
  }

  public PeerAddress address() {
    return address;
  }

  public String rack() {
    return rack;
  }

  public Liveness liveness() {
    return liveness;
  }

  public boolean isAlive() {
    return liveness == Liveness.ALIVE;
  }

  /** Of the process that registered last; 0 if none has since this master started. */
  public long incarnation() {
    return incarnation;
  }

  /** Bytes of its disks. */
  public long totalBytes() {
    return totalBytes;
  }

  /**
   * Bytes that it can still take for new replicas, as it last told; 0 if it has refused one since.
   */
  public long availableBytes() {
    return refusedForSpace ? 0 : availableBytes;
  }

  /** Bytes of its disks that are free, its reserve and its trash included, as it last told. */
  public long freeBytes() {
    return freeBytes;
  }

  /**
   * What may yet be written of the chunks that were placed here. Those from before the last beat
   * but one are in the figures that it told.
   */
  public long promisedBytes() {
    return promisedSinceBeat + promisedBeforeBeat;
  }

  /** It has refused a replica, or that one grows, because its disk is full. */
  void refusedForSpace() {
    refusedForSpace = true;
  }

  /**
   * How busy it is: the requests that it had in flight when it was last heard, and the chunks that
   * were placed on it since.
   */
  public long load() {
    return requestsInFlight + placedSinceHeard;
  }

  /**
   * Notes that a chunk was placed here, so that the next one tends to go elsewhere.
   *
   * @param bytes that it may grow to
   */
  public void chunkPlaced(long bytes) {
    placedSinceHeard++;
    promisedSinceBeat += bytes;
  }

  /** How many replicas it reported. */
  public long replicaCount() {
    return replicas.size();
  }

  /** Replicas that it keeps apart for the operator, after a rollback, as it last told. */
  public long quarantinedCount() {
    return quarantined;
  }

  /** How many of them are suspect. */
  public long suspectCount() {
    return replicas.suspectCount();
  }

  /** As an answer to clients names it. */
  public Member member() {
    return member;
  }

  /** What it reported of a chunk, or null. */
  public Replica replica(long chunkId) {
    return replicas.find(chunkId);
  }

  /**
   * Whether a chunk that it did not report is really missing here. One that was not committed yet
   * when the last report could first have begun, or of which a heartbeat told before that report,
   * may just not have been listed yet.
   */
  public boolean isMissing(long chunkId) {
    return expected.contains(chunkId)
        && replicas.find(chunkId) == null
        && !replicas.mayHaveMissed(chunkId);
  }

  /**
   * Whether its replicas may be suspect without the master knowing which: it came back from an
   * unclean stop and has not reported since.
   */
  public boolean suspectsUnknown() {
    return suspectsUnknown;
  }

  /** How long it has not been heard; since the master's start if it never was. */
  public long silentNs(long nowNs) {
    return nowNs - heardNs;
  }

  LongSet suspects() {
    return replicas.suspects();
  }

  ReportedReplicas replicas() {
    return replicas;
  }

  void moved(PeerAddress newAddress, String newRack) {
    address = newAddress;
    rack = newRack;
    describe();
  }

  /**
   * @param reachableWithinNs how long probes may go unanswered before it counts as out of reach
   * @param chunks there are now; the report of a new life begins later
   */
  void registered(
      RegisterRequest request, long nowNs, long reachableWithinNs, ExpectedChunks chunks) {
    if (incarnation != request.getIncarnation()) {
      expected = ExpectedChunks.NONE;
      expectedNext = chunks;
      incarnation = request.getIncarnation();
      suspectsUnknown = request.getUncleanStart();
      incarnationOver = false;
      confirmedThisLife = false;
      revokedThrough = 0;
    }
    registeredNs = nowNs;
    reportWanted = true;
    requestsInFlight = 0;
    tookSpace(request.getTotalBytes(), request.getAvailableBytes(), request.getFreeBytes());
    if (!incarnationOver && !isOutOfReach(nowNs, reachableWithinNs)) {
      heard(nowNs);
    } else {
      describe();
    }
  }

  void beat(HeartbeatRequest beat, long nowNs, long reachableWithinNs) {
    requestsInFlight = beat.getRequestsInFlight();
    tookSpace(beat.getTotalBytes(), beat.getAvailableBytes(), beat.getFreeBytes());
    revokedThrough = beat.getRevokedThrough();
    quarantined = beat.getQuarantinedReplicas();
    bytesCopied.told(beat.getBytesCopied());
    corruptFound.told(beat.getCorruptBlocksFound());
    leaseRefused = isOutOfReach(nowNs, reachableWithinNs);
    if (!leaseRefused) {
      heard(nowNs);
    }
  }

  /** Bytes that differed in its copies and reconciliations, since this master first heard it. */
  public long bytesCopied() {
    return bytesCopied.total();
  }

  /**
   * Corrupt blocks that it found since this master first heard it, those included that were
   * repaired before a beat could list them.
   */
  public long corruptBlocksFound() {
    return corruptFound.total();
  }

  private boolean isOutOfReach(long nowNs, long reachableWithinNs) {
    return unanswered && nowNs - unansweredNs >= reachableWithinNs;
  }

  /** Whether its last beat did not extend its lease, because it cannot be reached. */
  public boolean isLeaseRefused() {
    return leaseRefused;
  }

  private void tookSpace(long total, long available, long free) {
    totalBytes = total;
    availableBytes = available;
    freeBytes = free;
    refusedForSpace = false;
    placedSinceHeard = 0;
    promisedBeforeBeat = promisedSinceBeat;
    promisedSinceBeat = 0;
  }

  private void heard(long nowNs) {
    heardNs = nowNs;
    probedNs = nowNs;
    become(Liveness.ALIVE);
  }

  /**
   * This incarnation of the process is over for the master, whether the process knows it or not.
   */
  void endIncarnation() {
    incarnationOver = true;
    if (isAlive()) {
      become(Liveness.SILENT);
    }
  }

  boolean isIncarnationOver() {
    return incarnationOver;
  }

  /** Registered, but not taken for alive since it does not answer. */
  boolean awaitsProbe() {
    return !isAlive() && incarnation != 0 && !incarnationOver;
  }

  long registeredForNs(long nowNs) {
    return nowNs - registeredNs;
  }

  void become(Liveness now) {
    liveness = now;
    describe();
  }

  /** What is known of its replicas turned out to be wrong: it is to report them again. */
  void wantReport() {
    reportWanted = true;
  }

  /** The next heartbeat is answered with a demand for a block report, once. */
  boolean takeReportWanted() {
    boolean wanted = reportWanted;
    reportWanted = false;
    return wanted;
  }

  /**
   * What is known of its replicas is all that it holds.
   *
   * @param chunks there are now; the next report begins later
   */
  void confirmed(ExpectedChunks chunks, long nowNs) {
    confirmedThisLife = true;
    confirmedNs = nowNs;
    expected = expectedNext;
    expectedNext = chunks;
    suspectsUnknown = false;
    reportWanted = false;
  }

  /** Whether this incarnation of it has told all that it holds. */
  public boolean hasReported() {
    return confirmedThisLife;
  }

  /** Whether it has told all that it holds after a moment, and in this incarnation. */
  public boolean hasReportedSince(long momentNs) {
    return confirmedThisLife && confirmedNs - momentNs > 0;
  }

  /** When it last did. */
  public long confirmedNs() {
    return confirmedNs;
  }

  /** The chunks of all replicas that it reported. */
  public long[] reportedChunkIds() {
    return replicas.chunkIds();
  }

  /** Up to which expired session it refuses writes. */
  public long revokedThrough() {
    return revokedThrough;
  }

  void forgive(long pausedNs) {
    heardNs += pausedNs;
    probedNs += pausedNs;
    unansweredNs += pausedNs;
    registeredNs += pausedNs;
  }

  boolean isProbing() {
    return probing;
  }

  /** Since the last beat or probe. */
  long unprobedNs(long nowNs) {
    return nowNs - probedNs;
  }

  void probeBegan(long nowNs) {
    probing = true;
    probedNs = nowNs;
  }

  /**
   * @param answered whether the process said anything
   */
  void probeEnded(boolean answered) {
    probing = false;
    if (answered) {
      unanswered = false;
    } else if (!unanswered) {
      unanswered = true;
      unansweredNs = probedNs;
    }
  }

  boolean isUnanswered() {
    return unanswered;
  }

  private void describe() {
    member =
        Member.newBuilder()
            .setNodeId(id)
            .setIncarnation(incarnation)
            .setHost(address.host())
            .setPort(address.port())
            .setRack(rack)
            .setAlive(isAlive())
            .build();
  }

  @Override
  public String toString() {
    return "datanode " + id + " at " + address;
  }
}
