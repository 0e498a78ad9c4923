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
  private NodeLife life;
  private long incarnation;
  private long heardNs;
  private long probedNs;
  private boolean probing;
  private boolean reportWanted;
  private boolean suspectsUnknown;
  private long totalBytes;
  private long availableBytes;
  private int requestsInFlight;
  private long placedSinceHeard;
  private long chunksAtReport;
  private long missingBelow;
  private Member member;

  Datanode(int id, PeerAddress address, String rack, long nowNs) {
    this.id = id;
    this.address = address;
    this.rack = rack;
    this.life = NodeLife.UNKNOWN;
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

  public NodeLife life() {
    return life;
  }

  public boolean isAlive() {
    return life == NodeLife.ALIVE;
  }

  /** Of the process that registered last; 0 if none has since this master started. */
  public long incarnation() {
    return incarnation;
  }

  /** Bytes of its disks. */
  public long totalBytes() {
    return totalBytes;
  }

  /** Bytes that it can still take, as it last told. */
  public long availableBytes() {
    return availableBytes;
  }

  /**
   * How busy it is: the requests that it had in flight when it was last heard, and the chunks that
   * were placed on it since.
   */
  public long load() {
    return requestsInFlight + placedSinceHeard;
  }

  /** Notes that a chunk was placed here, so that the next one tends to go elsewhere. */
  public void chunkPlaced() {
    placedSinceHeard++;
  }

  /** How many replicas it reported. */
  public long replicaCount() {
    return replicas.size();
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
   * Whether a chunk that it did not report is really missing here. A chunk that is younger than the
   * report before the last one may just not have been told yet.
   */
  public boolean isMissing(long chunkId) {
    return chunkId < missingBelow && replicas.find(chunkId) == null;
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

  void registered(RegisterRequest request, long nowNs) {
    boolean newLife = incarnation != request.getIncarnation();
    incarnation = request.getIncarnation();
    suspectsUnknown = newLife ? request.getUncleanStart() : suspectsUnknown;
    reportWanted = true;
    requestsInFlight = 0;
    tookSpace(request.getTotalBytes(), request.getAvailableBytes());
    heard(nowNs);
  }

  void beat(HeartbeatRequest beat, long nowNs) {
    requestsInFlight = beat.getRequestsInFlight();
    tookSpace(beat.getTotalBytes(), beat.getAvailableBytes());
    heard(nowNs);
  }

  private void tookSpace(long total, long available) {
    totalBytes = total;
    availableBytes = available;
    placedSinceHeard = 0;
  }

  private void heard(long nowNs) {
    heardNs = nowNs;
    probedNs = nowNs;
    become(NodeLife.ALIVE);
  }

  void become(NodeLife newLife) {
    life = newLife;
    describe();
  }

  /** The next heartbeat is answered with the wish for a block report, once. */
  boolean takeReportWanted() {
    boolean wanted = reportWanted;
    reportWanted = false;
    return wanted;
  }

  /**
   * @param chunks an id above that of every chunk there is
   */
  void reportEnded(long chunks) {
    missingBelow = chunksAtReport;
    chunksAtReport = chunks;
    suspectsUnknown = false;
    reportWanted = false;
    replicas.endReport();
  }

  void forgive(long pausedNs) {
    heardNs += pausedNs;
    probedNs += pausedNs;
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

  void probeEnded() {
    probing = false;
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
