package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Collections;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.NameCheck;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.Rename;
import org.distrifs.proto.control.Unlink;
import org.distrifs.proto.error.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations with names that must lead to their inodes when the master applies the operation. */
class NameChecksTest {
  private static final long ROOT = 1;
  private static final int MOST = 4096;

  private final MemoryLog log = new MemoryLog(1 << 20);
  private MiniMaster master;
  private TestClient client;
  private long number;
  private long file;

  @BeforeEach
  void start() throws IOException {
    master = new MiniMaster(log);
    client = new TestClient(master.channel(), 42);
    client.open();
    file = call(TestClient.create("file")).getAttributes().getInode();
  }

  @AfterEach
  void stop() throws IOException {
    master.close();
  }

  private OperationReply call(Operation.Builder operation, NameCheck... names) {
    return client.call(0, ++number, operation, names);
  }

  private static NameCheck name(long directory, String name, long inode) {
    return NameCheck.newBuilder()
        .setDirectory(directory)
        .setName(ByteString.copyFromUtf8(name))
        .setInode(inode)
        .build();
  }

  private Operation.Builder attributes() {
    return Operation.newBuilder().setGetAttributes(GetAttributes.newBuilder().setInode(file));
  }

  private void rename(String from, String to) {
    Rename rename =
        Rename.newBuilder()
            .setParent(ROOT)
            .setName(ByteString.copyFromUtf8(from))
            .setNewParent(ROOT)
            .setNewName(ByteString.copyFromUtf8(to))
            .build();
    assertThat(call(Operation.newBuilder().setRename(rename)).getErrno()).isZero();
  }

  private static void assertStale(OperationReply reply) {
    assertThat(reply.getErrno()).isEqualTo(Errno.ESTALE.code());
  }

  @Test
  void whatGoesByTrueNamesIsDone() {
    NameCheck check = name(ROOT, "file", file);
    assertThat(call(attributes(), check).getAttributes().getInode()).isEqualTo(file);
    assertThat(call(TestClient.truncate(file, 5), check).getErrno()).isZero();
  }

  @Test
  void whatGoesByAnOldNameIsRefusedAndDoesNothing() {
    NameCheck check = name(ROOT, "file", file);
    rename("file", "other");
    assertStale(call(attributes(), check));
    assertStale(call(TestClient.truncate(file, 5), check));
    assertStale(call(TestClient.create("new"), check));
    assertThat(call(attributes()).getAttributes().getSize()).isZero();
    assertThat(call(TestClient.create("new")).getErrno()).isZero();
  }

  @Test
  void oneOldNameOfSeveralIsEnough() {
    NameCheck gone = name(ROOT, "gone", file);
    assertStale(call(attributes(), name(ROOT, "file", file), gone));
  }

  @Test
  void aNameThatLeadsElsewhereIsOld() {
    long other = call(TestClient.create("other")).getAttributes().getInode();
    assertStale(call(attributes(), name(ROOT, "other", file)));
    assertThat(call(attributes(), name(ROOT, "other", other)).getErrno()).isZero();
  }

  @Test
  void nothingLeadsToWhatIsNotThereOrThroughWhatIsNoDirectory() {
    assertStale(call(attributes(), name(ROOT, "file", 999)));
    assertStale(call(attributes(), name(999, "file", file)));
    assertStale(call(attributes(), name(file, "file", file)));
    assertStale(call(attributes(), name(ROOT, "", file)));
  }

  @Test
  void theAnswerOfAMutationThatWasDoneStaysTheSame() {
    NameCheck check = name(ROOT, "file", file);
    Operation.Builder unlink =
        Operation.newBuilder()
            .setUnlink(
                Unlink.newBuilder().setParent(ROOT).setName(ByteString.copyFromUtf8("file")));
    OperationReply done = call(unlink, check);
    assertThat(done.getErrno()).isZero();
    assertThat(client.call(0, number, unlink, check)).isEqualTo(done);
  }

  @Test
  void aRefusalIsNotRememberedSinceNothingWasDone() {
    NameCheck check = name(ROOT, "later", file);
    assertStale(call(TestClient.truncate(file, 5), check));
    client.call(1, 1, TestClient.create("unrelated"));
    assertThat(client.call(0, number, TestClient.truncate(file, 5)).getErrno()).isZero();
  }

  @Test
  void moreNamesThanCanBeLookedAtAreNotTrue() {
    NameCheck check = name(ROOT, "file", file);
    assertThat(call(attributes(), copies(check, MOST)).getErrno()).isZero();
    assertStale(call(attributes(), copies(check, MOST + 1)));
  }

  private static NameCheck[] copies(NameCheck check, int count) {
    return Collections.nCopies(count, check).toArray(new NameCheck[0]);
  }
}
