package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.distrifs.proto.control.AcquireAppend;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.ReleaseAppend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that get the append lease of a file one after the other, over gRPC on loopback. */
class AppendWaitsTest {

  private final MemoryLog log = new MemoryLog(1 << 20);
  private MiniMaster master;
  private TestClient first;
  private TestClient second;
  private long file;

  @BeforeEach
  void start() throws IOException {
    master = new MiniMaster(log);
    first = new TestClient(master.channel(), 42);
    second = new TestClient(master.channel(), 43);
    first.open();
    second.open();
    file = first.call(0, 1, TestClient.create("log")).getAttributes().getInode();
    assertThat(first.call(0, 2, acquire(1)).getErrno()).isZero();
  }

  @AfterEach
  void stop() throws IOException {
    master.close();
  }

  @Test
  void theHolderIsAskedForItAndTheNextOneGetsIt() {
    CompletableFuture<OperationReply> waits = second.send(0, 1, acquire(1));
    assertThat(first.awaitRecall()).isEqualTo(file);
    assertThat(waits).isNotDone();
    assertThat(first.call(0, 3, release(1)).getErrno()).isZero();
    assertThat(TestClient.await(waits).getErrno()).isZero();
  }

  @Test
  void whoGetsItWhileOthersWaitIsAskedForItAtOnce() {
    CompletableFuture<OperationReply> waits = second.send(0, 1, acquire(1));
    assertThat(first.awaitRecall()).isEqualTo(file);
    first.call(0, 3, release(1));
    TestClient.await(waits);
    CompletableFuture<OperationReply> again = first.send(0, 4, acquire(2));
    assertThat(second.awaitRecall()).isEqualTo(file);
    second.call(0, 2, release(1));
    assertThat(TestClient.await(again).getErrno()).isZero();
  }

  @Test
  void aHolderWhoseStreamBrokeIsAskedOnTheNextOne() {
    first.breakStream();
    CompletableFuture<OperationReply> waits = second.send(0, 1, acquire(1));
    first.open();
    master.pass(1000);
    assertThat(first.awaitRecall()).isEqualTo(file);
    first.call(0, 3, release(1));
    assertThat(TestClient.await(waits).getErrno()).isZero();
  }

  @Test
  void theNextOneGetsItWhenTheHolderLeaves() {
    CompletableFuture<OperationReply> waits = second.send(0, 1, acquire(1));
    first.awaitRecall();
    first.close();
    first.awaitEnd();
    master.pass(1000);
    assertThat(TestClient.await(waits).getErrno()).isZero();
  }

  private Operation.Builder acquire(long number) {
    return Operation.newBuilder()
        .setAcquireAppend(AcquireAppend.newBuilder().setInode(file).setNumber(number));
  }

  private Operation.Builder release(long number) {
    return Operation.newBuilder()
        .setReleaseAppend(ReleaseAppend.newBuilder().setInode(file).setNumber(number));
  }
}
