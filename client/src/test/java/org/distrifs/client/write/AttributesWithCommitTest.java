package org.distrifs.client.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.distrifs.client.fake.FileBytes.bytes;
import static org.distrifs.client.fake.FileBytes.read;

import java.io.IOException;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.junit.jupiter.api.Test;

/** Times that are set while writes are not committed: they travel with the commit. */
class AttributesWithCommitTest extends OneFileSteps {

  private Attributes setMtime(long seconds) throws IOException {
    SetAttributes change =
        SetAttributes.newBuilder()
            .setInode(file.inode())
            .setMtime(TimeChange.newBuilder().setSeconds(seconds))
            .build();
    return client.metadata().setAttributes(change, Caller.getDefaultInstance());
  }

  private void assertWrittenAndSet() throws IOException {
    Attributes attributes = client.metadata().freshAttributes(file.inode());
    assertThat(attributes.getMtimeS()).isEqualTo(1_234);
    assertThat(attributes.getSize()).isEqualTo(100);
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void oneOperationCommitsAndSets() throws IOException {
    file.write(0, bytes(100));
    int before = cluster.master().operations();
    Attributes answered = setMtime(1_234);
    assertThat(cluster.master().operations() - before).isEqualTo(1);
    assertThat(answered.getMtimeS()).isEqualTo(1_234);
    assertThat(answered.getSize()).isEqualTo(100);
    file.close();
    assertThat(cluster.master().operations() - before).isEqualTo(1);
    file = client.open(file.inode());
    assertWrittenAndSet();
  }

  @Test
  void aFileWithoutWritesIsSetToo() throws IOException {
    setMtime(1_234);
    assertThat(client.metadata().freshAttributes(file.inode()).getMtimeS()).isEqualTo(1_234);
  }

  @Test
  void whatTheMasterLeavesOutOfACommitIsAskedForAlone() throws IOException {
    cluster.master().leaveAttributesOfCommits();
    file.write(0, bytes(100));
    assertThat(setMtime(1_234).getMtimeS()).isEqualTo(1_234);
    assertWrittenAndSet();
  }

  @Test
  void aRefusalOfTheChangeIsToldAndTheBytesStay() throws IOException {
    cluster.master().leaveAttributesOfCommits();
    cluster.master().refuse(Operation::hasSetAttributes, Errno.EPERM);
    file.write(0, bytes(100));
    assertThatThrownBy(() -> setMtime(1_234))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
    file.sync();
    assertThat(client.metadata().freshAttributes(file.inode()).getSize()).isEqualTo(100);
    assertThat(read(file, 0, 100)).isEqualTo(bytes(100));
  }

  @Test
  void anAnswerThatIsLostIsAskedForAgain() throws IOException {
    boolean[] broken = new boolean[1];
    cluster
        .master()
        .breakStreams(
            operation -> false,
            operation -> {
              boolean breaks = operation.hasCommit() && !broken[0];
              broken[0] |= breaks;
              return breaks;
            });
    file.write(0, bytes(100));
    assertThat(setMtime(1_234).getMtimeS()).isEqualTo(1_234);
    assertThat(broken[0]).isTrue();
    assertWrittenAndSet();
  }
}
