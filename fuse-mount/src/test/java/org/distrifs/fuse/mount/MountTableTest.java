package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountTableTest {
  @Test
  void linesOfTheKernelAreUnderstood() {
    List<MountTable.Entry> entries =
        MountTable.parse(
            """
            22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
            90 22 0:39 / /mnt/with\\040space\\134 rw - fuse.distrifs distrifs@h:7400/pid-12 rw,user_id=0
            nonsense
            """);

    assertThat(entries)
        .containsExactly(
            new MountTable.Entry("254:0", Path.of("/"), "ext4", "/dev/vda"),
            new MountTable.Entry(
                "0:39", Path.of("/mnt/with space\\"), "fuse.distrifs", "distrifs@h:7400/pid-12"));
    assertThat(entries.get(1).connection()).isEqualTo("39");
  }

  @Test
  void whatIsMountedHereIsFound() {
    assertThat(MountTable.at(Path.of("/proc"))).get().extracting("type").isEqualTo("proc");
    assertThat(MountTable.at(Path.of("/no/such/folder"))).isEmpty();
  }

  @Test
  void aSourceNamesTheProcessThatServesIt() {
    String source = MountSource.of("host:7400,other:7400", 4711);
    assertThat(source).isEqualTo("distrifs@host:7400,other:7400/pid-4711");
    assertThat(MountSource.pid(source)).hasValue(4711);
    assertThat(MountSource.pid("distrifs@host:7400")).isEmpty();
    assertThat(MountSource.pid("/dev/sda")).isEmpty();
  }

  @Test
  void aProcessThatIsGoneServesNothing() {
    assertThat(ServingProcess.isAlive(1L << 30)).isFalse();
  }
}
