package org.distrifs.fuse.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.distrifs.client.Metadata;
import org.distrifs.fuse.memory.InMemoryClient;
import org.distrifs.fuse.operations.AccessTimePolicy.Reads;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;
import org.distrifs.runtime.clock.ClockSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Access times, under relatime and the other rules. The test sends them to the master itself, at no
 * fixed time.
 */
class AccessTimesTest {
  private static final Caller CALLER = Caller.getDefaultInstance();

  private final Metadata metadata = new InMemoryClient().metadata();
  private final SettableClock clock = new SettableClock();
  private final AccessTimes accessTimes =
      new AccessTimes(metadata, clock, AccessTimePolicy.DEFAULT);
  private long inode;

  private static final class SettableClock implements ClockSource {
    private long wallNs = Duration.ofDays(20_000).toNanos() + 7;

    @Override
    public long monotonicNs() {
      return wallNs;
    }

    @Override
    public long wallTimeNs() {
      return wallNs;
    }

    private void pass(Duration time) {
      wallNs += time.toNanos();
    }
  }

  @BeforeEach
  void makeFile() throws IOException {
    inode = metadata.makeNode(1, ByteString.copyFromUtf8("f"), 0100644, 0, CALLER).getInode();
    setTimes(1, 2);
  }

  @AfterEach
  void close() {
    accessTimes.close();
  }

  private void setTimes(long atimeS, long mtimeS) throws IOException {
    metadata.setAttributes(
        SetAttributes.newBuilder()
            .setInode(inode)
            .setAtime(TimeChange.newBuilder().setSeconds(atimeS))
            .setMtime(TimeChange.newBuilder().setSeconds(mtimeS))
            .build(),
        CALLER);
  }

  private Attributes attributes() throws IOException {
    return metadata.attributes(inode);
  }

  private static long atimeNs(Attributes attributes) {
    return attributes.getAtimeS() * 1_000_000_000 + attributes.getAtimeNs();
  }

  @Test
  void aReadAfterAChangeIsShownAtOnceAndToldLater() throws IOException {
    accessTimes.read(attributes());

    assertThat(atimeNs(accessTimes.with(attributes()))).isEqualTo(clock.wallNs);
    assertThat(attributes().getAtimeS()).isEqualTo(1);

    accessTimes.tell();

    assertThat(atimeNs(attributes())).isEqualTo(clock.wallNs);
    assertThat(accessTimes.with(attributes())).isEqualTo(attributes());
  }

  @Test
  void onlyTheFirstReadAfterAChangeCounts() throws IOException {
    accessTimes.read(attributes());
    final long first = clock.wallNs;
    clock.pass(Duration.ofSeconds(1));
    accessTimes.read(attributes());
    accessTimes.tell();
    clock.pass(Duration.ofSeconds(1));
    accessTimes.read(attributes());
    accessTimes.tell();

    assertThat(atimeNs(attributes())).isEqualTo(first);
  }

  @Test
  void aChangeAfterTheReadIsNotCovered() throws IOException {
    accessTimes.read(attributes());
    setTimes(5, 6);

    assertThat(accessTimes.with(attributes()).getAtimeS()).isEqualTo(5);

    accessTimes.tell();

    assertThat(attributes().getAtimeS()).isEqualTo(5);
  }

  @Test
  void eachReadCountsWhereThatIsAsked() throws IOException {
    AccessTimes strict =
        new AccessTimes(metadata, clock, new AccessTimePolicy(Reads.STRICTATIME, true));
    strict.read(attributes());
    strict.tell();
    clock.pass(Duration.ofSeconds(1));
    strict.read(attributes());

    assertThat(atimeNs(strict.with(attributes()))).isEqualTo(clock.wallNs);

    strict.close();

    assertThat(atimeNs(attributes())).isEqualTo(clock.wallNs);
  }

  @Test
  void noneCountsWhereThatIsAsked() throws IOException {
    for (AccessTimePolicy policy :
        List.of(AccessTimePolicy.NONE, new AccessTimePolicy(Reads.NOATIME, true))) {
      AccessTimes none = new AccessTimes(metadata, clock, policy);
      none.read(attributes());
      none.listed(attributes());
      none.close();

      assertThat(none.with(attributes())).isEqualTo(attributes());
      assertThat(attributes().getAtimeS()).isEqualTo(1);
    }
  }

  @Test
  void listingsCanBeLeftOut() throws IOException {
    AccessTimes ofFiles =
        new AccessTimes(metadata, clock, new AccessTimePolicy(Reads.RELATIME, false));
    ofFiles.listed(attributes());

    assertThat(ofFiles.with(attributes()).getAtimeS()).isEqualTo(1);

    ofFiles.read(attributes());

    assertThat(atimeNs(ofFiles.with(attributes()))).isEqualTo(clock.wallNs);
    ofFiles.close();
  }

  @Test
  void whatIsRemovedMeanwhileIsPassedOver() throws IOException {
    accessTimes.read(attributes());
    metadata.unlink(1, ByteString.copyFromUtf8("f"), CALLER);

    accessTimes.tell();
  }
}
