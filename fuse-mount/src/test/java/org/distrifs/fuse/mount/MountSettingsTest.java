package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.distrifs.client.ClientSettings;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountSettingsTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 99, 1_000, 1_001, 60_000})
  void whatTheClientAndThenTheKernelKeepIsTogetherNoOlderThanTheMountMayShow(long timeoutMs) {
    Settings settings =
        settings(
            Map.of(
                "mount.attributeTimeoutMs",
                timeoutMs + "ms",
                "mount.entryTimeoutMs",
                timeoutMs + "ms",
                "client.attributeTimeoutMs",
                "60s",
                "client.entryTimeoutMs",
                "60s"));
    MountSettings mount = MountSettings.of(settings);
    ClientSettings client = mount.bound(ClientSettings.of(settings, "test"));

    assertThat(mount.kernelAttributeTimeoutMs() + client.attributeTimeoutMs())
        .isBetween(timeoutMs - 1, timeoutMs);
    assertThat(mount.kernelEntryTimeoutMs() + client.entryTimeoutMs())
        .isBetween(timeoutMs - 1, timeoutMs);
  }

  @Test
  void aClientThatIsToKeepLessKeepsLess() {
    Settings settings =
        settings(Map.of("client.attributeTimeoutMs", "20ms", "client.entryTimeoutMs", "0"));
    ClientSettings client = MountSettings.of(settings).bound(ClientSettings.of(settings, "test"));
    assertThat(client.attributeTimeoutMs()).isEqualTo(20);
    assertThat(client.entryTimeoutMs()).isZero();
  }

  private static Settings settings(Map<String, String> given) {
    Map<String, String> all = new HashMap<>(given);
    all.put("mount.point", "/mnt/test");
    return SettingsLoader.load(
        MountSettings.SCHEMA.and(ClientSettings.SCHEMA), Optional.empty(), all);
  }
}
