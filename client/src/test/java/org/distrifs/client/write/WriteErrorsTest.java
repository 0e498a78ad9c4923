package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.fake.FileBytes.bytes;
import static org.distrifs.client.fake.FileBytes.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.OpenFile;
import org.distrifs.client.fake.FakeCluster;
import org.distrifs.client.fake.FakeDatanodes.Fate;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.proto.frame.DataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every loss of accepted bytes is reported as docs/write-errors.md says, on every path. With a
 * master and datanodes in memory.
 */
class WriteErrorsTest {
  private static final long PARENT = 11;
  private static final long CHILD = 12;

  @RegisterExtension final FakeCluster cluster = new FakeCluster();
  private final Set<Long> lost = ConcurrentHashMap.newKeySet();
  private DistriFsClient client;
  private OpenFile file;

  @BeforeEach
  void createFile() throws IOException {
    client = cluster.client();
    client.whenBytesAreLost(lost::add);
    file = FakeCluster.create(client, "a");
  }

  @AfterEach
  void close() throws Exception {
    Thread.interrupted();
    client.close();
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Has accepted bytes lost in the background, without a call that could report the loss. */
  private void loseBytes(Fate fate) throws IOException {
    cluster.datanodes().setFaults(request -> fate);
    file.write(0, bytes(FakeCluster.PACKET_BYTES));
    FakeCluster.await("the bytes are lost", () -> lost.contains(file.inode()));
    cluster.datanodes().setFaults(request -> Fate.SERVE);
  }

  private void loseBytes() throws IOException {
    loseBytes(Fate.REFUSE_SESSION_OVER);
  }

  // --- what counts as having told a failure

  /**
   * A way to change a file. It may report a failure, but must not use up the report of a sync or
   * close.
   */
  @FunctionalInterface
  interface Change {
    void of(OpenFile file) throws IOException;
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        change("write", file -> file.write(0, bytes(10))),
        change("append", file -> file.append(bytes(10))),
        change("extend", file -> file.extend(100)),
        change("zero", file -> file.zero(0, 10)),
        change("allocate", file -> file.allocate(0, 10)),
        change("punch", file -> file.punch(0, 10)));
  }

  private static Arguments change(String name, Change change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void aChangeTellsOfItOnceAndLeavesItToSyncAndClose(String name, Change change)
      throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> change.of(file));
    change.of(file);
    assertErrno(Errno.EIO, () -> file.flush());
    assertErrno(Errno.EIO, () -> file.sync());
    file.sync();
    file.flush();
    change.of(file);
    file.close();
    file = client.open(file.inode());
  }

  @Test
  void aFullDiskStaysAFullDisk() throws IOException {
    loseBytes(Fate.REFUSE_NO_SPACE);
    assertErrno(Errno.ENOSPC, () -> file.write(0, bytes(10)));
    assertErrno(Errno.ENOSPC, () -> file.sync());
    file.sync();
  }

  @Test
  void theSyncOfAWriteTellsOfItAndDoesNotSilenceIt() throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> file.syncWrite());
    file.syncWrite();
    assertErrno(Errno.EIO, () -> file.sync());
    file.sync();
    file.syncWrite();
  }

  @Test
  void mappedPagesAreTakenThoughBytesWereLostBefore() throws IOException {
    loseBytes();
    file.writePages(0, bytes(100));
    assertErrno(Errno.EIO, () -> file.sync());
    file.sync();
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void whatIsAcceptedAfterAFailureWasToldIsThereAfterTheNextSync() throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> file.sync());
    file.write(50, bytes(100));
    file.sync();
    try (DistriFsClient other = cluster.client();
        OpenFile again = other.open(file.inode())) {
      assertThat(read(again, 50, 100)).isEqualTo(bytes(100));
    }
  }

  @Test
  void flushesForOtherPurposesAreSilent() throws IOException {
    loseBytes();
    file.writeBack();
    client.flushAll();
    file.truncate(10);
    assertErrno(Errno.EIO, () -> file.sync());
  }

  @Test
  void aHoleInTheMiddleIsNotSilent() throws IOException {
    cluster
        .datanodes()
        .setFaults(
            request ->
                request instanceof DataRequest.Write write && write.chunkId() == 1
                    ? Fate.REFUSE_NO_SPACE
                    : Fate.SERVE);
    ByteBuffer written = bytes(2 * FakeCluster.CHUNK_BYTES);
    file.write(0, written.duplicate());
    assertErrno(Errno.ENOSPC, () -> file.sync());
    assertThat(read(file, FakeCluster.CHUNK_BYTES, FakeCluster.CHUNK_BYTES))
        .isEqualTo(written.position(FakeCluster.CHUNK_BYTES));
  }

  // --- several handles, several processes

  @Test
  void eachHandleIsToldOnceByItsSync() throws IOException {
    try (OpenFile second = client.open(file.inode())) {
      loseBytes();
      assertErrno(Errno.EIO, () -> file.sync());
      file.sync();
      assertErrno(Errno.EIO, () -> second.sync());
      second.sync();
    }
  }

  @Test
  void theCloseOfOneProcessSilencesNeitherTheSyncNorTheCloseOfAnother() throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> file.flush(CHILD));
    file.flush(CHILD);
    assertErrno(Errno.EIO, () -> file.flush(PARENT));
    assertErrno(Errno.EIO, () -> file.sync());
    file.flush(PARENT);
    file.sync();
  }

  @Test
  void aHandleOpenedAfterSomebodyWasToldIsNotToldAgain() throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> file.flush());
    try (OpenFile later = client.open(file.inode())) {
      later.sync();
    }
    assertErrno(Errno.EIO, () -> file.sync());
  }

  @Test
  void aHandleOpenedBeforeAnybodyWasToldIsTold() throws IOException {
    loseBytes();
    assertErrno(Errno.EIO, () -> file.write(0, bytes(10)));
    try (OpenFile later = client.open(file.inode())) {
      assertErrno(Errno.EIO, () -> later.sync());
    }
    assertErrno(Errno.EIO, () -> file.sync());
  }

  @Test
  void whatNobodyWasToldBeforeTheLastCloseTheNextHandleIs() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
    file.writePages(0, bytes(100));
    // As by a RELEASE, whose failure nobody is told.
    assertErrno(Errno.EIO, file::close);
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    file = client.open(file.inode());
    assertErrno(Errno.EIO, () -> file.sync());
    file.sync();
  }

  @Test
  void whatTheLastCloseWasToldTheNextHandleIsNot() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
    file.write(0, bytes(100));
    assertErrno(Errno.EIO, () -> file.flush(PARENT));
    file.close();
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    file = client.open(file.inode());
    file.sync();
  }

  @Test
  void aCallerThatIsKilledWasNotTold() throws IOException {
    cluster.datanodes().setFaults(request -> Fate.LOSE_REQUEST);
    file.write(0, bytes(100));
    Thread.currentThread().interrupt();
    assertErrno(Errno.EINTR, () -> file.flush(CHILD));
    assertThat(Thread.interrupted()).isTrue();
    FakeCluster.await("the bytes are lost", () -> lost.contains(file.inode()));
    cluster.datanodes().setFaults(request -> Fate.SERVE);
    assertErrno(Errno.EIO, () -> file.flush(PARENT));
    assertErrno(Errno.EIO, () -> file.sync());
  }

  // --- commits, truncations, sessions

  @Test
  void aCommitThatIsRefusedInTheBackgroundIsTold() throws IOException {
    cluster.master().refuse(Operation::hasCommit, Errno.EFBIG);
    file.write(0, bytes(100));
    FakeCluster.await("the bytes are lost", () -> lost.contains(file.inode()));
    cluster.master().refuse(operation -> false, Errno.EIO);
    assertErrno(Errno.EFBIG, () -> file.sync());
    file.sync();
    file.write(0, bytes(200));
    file.sync();
    assertThat(read(file, 0, 200)).isEqualTo(bytes(200));
  }

  @Test
  void aCommitThatIsRefusedIsToldToEachHandle() throws IOException {
    try (OpenFile second = client.open(file.inode())) {
      cluster.master().refuse(Operation::hasCommit, Errno.EFBIG);
      file.write(0, bytes(100));
      assertErrno(Errno.EFBIG, () -> file.sync());
      cluster.master().refuse(operation -> false, Errno.EIO);
      file.sync();
      assertErrno(Errno.EFBIG, () -> second.sync());
      second.sync();
    }
  }

  @Test
  void aSyncAfterAnUnansweredCommitCommits() throws IOException {
    cluster.master().neverAnswer(Operation::hasCommit);
    file.write(0, bytes(100));
    assertErrno(Errno.EIO, () -> file.sync());
    cluster.master().neverAnswer(operation -> false);
    cluster.master().breakStreams(operation -> true, operation -> false);
    FakeCluster.await("the session goes on", this::isAnswered);
    file.sync();
    try (DistriFsClient other = cluster.client();
        OpenFile again = other.open(file.inode())) {
      assertThat(read(again, 0, 100)).isEqualTo(bytes(100));
    }
  }

  private boolean isAnswered() {
    cluster.master().breakStreams(operation -> false, operation -> false);
    try {
      client.metadata().freshAttributes(file.inode());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aTruncationThatIsRefusedLosesNothing() throws IOException {
    file.write(0, bytes(100));
    cluster.master().refuse(Operation::hasSetAttributes, Errno.EPERM);
    assertErrno(Errno.EPERM, () -> file.truncate(10));
    cluster.master().refuse(operation -> false, Errno.EIO);
    file.sync();
    try (DistriFsClient other = cluster.client();
        OpenFile again = other.open(file.inode())) {
      assertThat(read(again, 0, 200)).isEqualTo(bytes(100));
    }
  }

  @Test
  void whatASessionTookWithItIsToldUnderTheNextOne() throws IOException {
    file.write(0, bytes(100));
    cluster.master().endSessions();
    FakeCluster.await("a new session is open", this::isCutOff);
    OpenFile again = client.open(file.inode());
    assertErrno(Errno.EIO, again::sync);
    again.sync();
    assertErrno(Errno.EIO, file::sync);
    assertErrno(Errno.EIO, file::sync);
    assertErrno(Errno.EIO, file::close);
    file = client.open(file.inode());
    file.sync();
    again.close();
  }

  @Test
  void aSessionThatTookNothingWithItIsNoFailureUnderTheNextOne() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    cluster.master().endSessions();
    FakeCluster.await("a new session is open", this::isCutOff);
    try (OpenFile again = client.open(file.inode())) {
      again.sync();
      assertThat(read(again, 0, 100)).isEqualTo(bytes(100));
    }
    assertErrno(Errno.EIO, file::close);
    file = client.open(file.inode());
  }

  private boolean isCutOff() {
    try {
      read(file, 0, 10);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  // --- what readers see

  @Test
  void bytesThatWereLostAreNotShown() throws IOException {
    loseBytes();
    assertThat(file.attributes().getSize()).isZero();
    assertThat(read(file, 0, 10).remaining()).isZero();
    assertErrno(Errno.EIO, () -> file.sync());
  }

  // --- members that all lost power

  /** What happens to the first request of a kind from now on; all else is served. */
  private void atNext(Class<? extends DataRequest> kind, Fate fate) {
    AtomicBoolean happened = new AtomicBoolean();
    cluster
        .datanodes()
        .setFaults(
            request ->
                kind.isInstance(request) && happened.compareAndSet(false, true)
                    ? fate
                    : Fate.SERVE);
  }

  @Test
  void aSyncTellsOfWritesThatAllMembersMayHaveLost() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    atNext(DataRequest.Sync.class, Fate.CHANGE_CHAIN_AFTER_POWER_CUT);
    assertErrno(Errno.EIO, () -> file.sync());
    assertThat(lost).contains(file.inode());
    file.sync();
    file.write(0, bytes(100));
    file.sync();
  }

  @Test
  void thatTheyMayHaveLostThemIsNotForgottenByLaterWritesAndChanges() throws IOException {
    file.write(0, bytes(100));
    file.flush();
    atNext(DataRequest.Write.class, Fate.CHANGE_CHAIN_AFTER_POWER_CUT);
    file.write(200, bytes(100));
    file.flush();
    atNext(DataRequest.Sync.class, Fate.CHANGE_CHAIN);
    assertErrno(Errno.EIO, () -> file.sync());
    file.sync();
  }

  @Test
  void whatWasSyncedBeforeAllMembersLostPowerIsNoLoss() throws IOException {
    file.write(0, bytes(100));
    file.sync();
    atNext(DataRequest.Sync.class, Fate.CHANGE_CHAIN_AFTER_POWER_CUT);
    file.sync();
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void whatWasWrittenAfterAllMembersHadLostPowerIsNoLoss() throws IOException {
    file.write(0, bytes(100));
    file.sync();
    atNext(DataRequest.Write.class, Fate.CHANGE_CHAIN_AFTER_POWER_CUT);
    file.write(200, bytes(100));
    file.sync();
    assertThat(cluster.datanodes().lossyVersion(1)).isEqualTo(2);
  }
}
