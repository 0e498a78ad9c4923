package org.distrifs.datanode.chain;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.distrifs.datanode.store.OpenedReplica;
import org.distrifs.datanode.store.ReplicaState;
import org.distrifs.datanode.store.WriteId;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/** A member at a position of a chain of three, and the actions that it has asked for. */
final class MemberFixture implements ChainActions<String> {
  static final long SESSION = 1;
  static final long CHUNK = 7;

  final int position;
  final ChainMember<String> member;
  final List<DataRequest.Write> applied = new ArrayList<>();
  final List<DataRequest.Write> skipped = new ArrayList<>();
  final List<DataRequest.Write> forwarded = new ArrayList<>();
  final List<DataRequest.Write> resent = new ArrayList<>();
  final List<String> syncing = new ArrayList<>();
  final List<String> served = new ArrayList<>();
  final List<String> drained = new ArrayList<>();
  final List<String> installing = new ArrayList<>();
  final Map<String, DataReply> answers = new HashMap<>();
  boolean fullyAcknowledged = true;
  long incarnation;
  long nowMs = 1000;

  MemberFixture(int position) {
    this.position = position;
    this.incarnation = incarnation(position);
    this.member = new ChainMember<>(() -> new NodeIdentity(1, position + 1, incarnation), this);
  }

  private static long incarnation(int position) {
    return 100L + position;
  }

  static List<ChainHop> chain() {
    return List.of(
        new ChainHop(1, incarnation(0), "a", 1),
        new ChainHop(2, incarnation(1), "b", 2),
        new ChainHop(3, incarnation(2), "c", 3));
  }

  /** The chain after its tail was started again. */
  static List<ChainHop> chainWithAnotherTail() {
    return List.of(chain().get(0), chain().get(1), new ChainHop(3, 999, "c", 3));
  }

  void load(int version, long lastOrder, boolean suspect, WriteId... recent) {
    member.load(new OpenedReplica(state(version, lastOrder, suspect), List.of(recent)));
  }

  static ReplicaState state(int version, long lastOrder, boolean suspect) {
    return new ReplicaState(
        CHUNK, version, List.of(1, 2, 3), 4096, lastOrder, true, suspect, true, List.of());
  }

  /** Sends a write of four bytes; the ticket of its answer is "w" and the sequence. */
  void write(int version, long sequence, long order, int offset) {
    send("w" + sequence, version, sequence, order, offset, null);
  }

  void send(String ticket, int version, long sequence, long order, int offset, DataReply refusal) {
    send(ticket, version, sequence, order, offset, refusal, chain());
  }

  void send(
      String ticket,
      int version,
      long sequence,
      long order,
      int offset,
      DataReply refusal,
      List<ChainHop> chain) {
    send(ticket, version, sequence, order, offset, refusal, chain, false);
  }

  /** Sends a write that asks for a sync. */
  void sendSynced(String ticket, long sequence, long order, List<ChainHop> chain) {
    send(ticket, 1, sequence, order, (int) sequence * 100, null, chain, true);
  }

  private void send(
      String ticket,
      int version,
      long sequence,
      long order,
      int offset,
      DataReply refusal,
      List<ChainHop> chain,
      boolean sync) {
    DataRequest.Write write =
        new DataRequest.Write(
            CHUNK,
            version,
            offset,
            4,
            SESSION,
            sequence,
            order,
            position,
            chain,
            new int[1],
            version == 1,
            sync);
    member.write(write, Unpooled.directBuffer().writeInt(1), ticket, refusal, nowMs);
  }

  /** Sends a write as a client does to the head. */
  void client(long sequence) {
    write(1, sequence, 0, (int) sequence * 100);
  }

  void read(String ticket, int version, int offset) {
    member.read(
        new DataRequest.Read(CHUNK, version, incarnation(position), offset, 4096, false, false),
        ticket,
        nowMs);
  }

  /** Lets time pass. */
  void tick(long laterMs) {
    nowMs += laterMs;
    member.tick(nowMs);
  }

  void applyAll() {
    for (DataRequest.Write write : List.copyOf(applied)) {
      member.applied(write, DataReply.ok());
    }
  }

  void behindAnswers(int index, DataReply reply) {
    member.forwarded(forwarded.get(index), reply);
  }

  Status answered(String ticket) {
    return answers.containsKey(ticket) ? answers.get(ticket).status() : null;
  }

  @Override
  public void apply(DataRequest.Write write, boolean alreadyApplied, ByteBuf payload) {
    payload.release();
    (alreadyApplied ? skipped : applied).add(write);
  }

  @Override
  public void forward(ChainHop next, int hopsBehind, DataRequest.Write write, ByteBuf payload) {
    payload.release();
    forwarded.add(write);
  }

  @Override
  public void resend(DataRequest.Write write, ChainHop next, int hopsBehind) {
    resent.add(write);
  }

  @Override
  public void answer(String ticket, DataReply reply) {
    DataReply earlier = answers.put(ticket, reply);
    if (earlier != null) {
      throw new AssertionError(ticket + " was answered twice: " + earlier + ", " + reply);
    }
  }

  @Override
  public void answerWhenSynced(String ticket, DataRequest.Write write) {
    syncing.add(ticket);
  }

  @Override
  public void serve(String ticket, DataRequest.Read read) {
    served.add(ticket);
  }

  @Override
  public void answerWhenDrained(String ticket) {
    drained.add(ticket);
  }

  @Override
  public void install(String ticket, DataRequest.Install install) {
    installing.add(ticket);
  }

  @Override
  public void fullyAcknowledged(boolean now) {
    fullyAcknowledged = now;
  }
}
