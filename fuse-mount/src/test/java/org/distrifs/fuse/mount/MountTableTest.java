package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.settings.SettingsLoader;
import org.junit.jupiter.api.Test;

class MountTableTest {
  @Test
  void linesOfTheKernelAreUnderstood() {
    List<MountTable.Entry> entries =
        MountTable.parse(
            """
            22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
            90 22 0:39 / /mnt/with\\040space\\134 rw - fuse.distrifs h:7400:/photos rw,user_id=0
            nonsense
            """);

    assertThat(entries)
        .containsExactly(
            new MountTable.Entry("254:0", Path.of("/"), "ext4", "/dev/vda"),
            new MountTable.Entry(
                "0:39", Path.of("/mnt/with space\\"), "fuse.distrifs", "h:7400:/photos"));
    assertThat(entries.get(1).connection()).isEqualTo("39");
  }

  @Test
  void whatIsMountedHereIsFound() {
    assertThat(MountTable.at(Path.of("/proc"))).get().extracting("type").isEqualTo("proc");
    assertThat(MountTable.at(Path.of("/no/such/folder"))).isEmpty();
  }

  @Test
  void theSourceIsWhatWasGivenOrElseWhatIsMounted() {
    assertThat(source("a:1,b:2", Map.of())).isEqualTo("a:1,b:2");
    assertThat(source("a:1", Map.of(MountSettings.SUBDIR.key(), "/photos")))
        .isEqualTo("a:1:/photos");
    assertThat(
            source(
                "a:1", Map.of(MountSettings.SUBDIR.key(), "/p", MountSettings.SOURCE.key(), "a:1")))
        .isEqualTo("a:1");
  }

  private static String source(String masters, Map<String, String> settings) {
    Map<String, String> given = new HashMap<>(settings);
    given.put(MountSettings.MOUNT_POINT.key(), "/mnt/any");
    return MountSource.of(
        MountSettings.of(SettingsLoader.load(MountSettings.SCHEMA, Optional.empty(), given)),
        masters);
  }

  @Test
  void aLabelNamesTheMountThatAProcessServes() {
    assertThat(MountLabel.device(Path.of("/memfd:distrifs-mount-0:50 (deleted)"))).hasValue("0:50");
    assertThat(MountLabel.device(Path.of("/memfd:other (deleted)"))).isEmpty();
    assertThat(MountLabel.device(Path.of("/tmp/distrifs-mount-0:50 (deleted)"))).isEmpty();

    MountTable.Entry mount = new MountTable.Entry("9999:1", Path.of("/m"), "fuse.distrifs", "a:1");
    try (MountLabel label = MountLabel.of(mount)) {
      assertThat(ServingProcess.of(mount)).contains(ProcessHandle.current());
      assertThat(ServingProcess.devicesOf(ProcessHandle.current().pid())).contains("9999:1");
    }
    assertThat(ServingProcess.of(mount)).isEmpty();
  }

  @Test
  void aProcessThatIsGoneServesNothing() {
    assertThat(ServingProcess.devicesOf(1L << 30)).isEmpty();
  }

  @Test
  void aMountThatAnswersHasNotLostItsProcess() {
    assertThat(Disconnection.isCertain(Path.of("/proc"))).isFalse();
    assertThat(Disconnection.isCertain(Path.of("/no/such/folder"))).isFalse();
  }
}
