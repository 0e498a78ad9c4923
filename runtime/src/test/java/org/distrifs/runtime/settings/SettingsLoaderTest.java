package org.distrifs.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsLoaderTest {

  private static final Setting<Integer> PORT =
      Setting.ofInt("node.port", 7401, 1, 65535, "port", "Where the node listens.");
  private static final Setting<Long> BEAT =
      Setting.ofDurationMs("node.beatIntervalMs", 3000, 100, 60_000, "How often it reports.");
  private static final Setting<Long> CACHE =
      Setting.ofBytes("node.cache.sizeBytes", 64 << 20, 4096, 1L << 40, "What it keeps in memory.");
  private static final Setting<String> RACK =
      Setting.ofString("node.rack", "default \"rack\"", "Where it stands.");
  private static final Setting<Boolean> SCRUB =
      Setting.ofBoolean("node.scrub", true, "Whether it re-reads its chunks.");
  private static final Setting<Path> FOLDER =
      Setting.ofPath("node.folder", Path.of("data"), "Where it keeps its chunks.");
  private static final Setting<List<String>> MASTERS =
      Setting.ofList("node.masters", List.of("a:1", "b:2"), "Whom it reports to.");
  private static final SettingsSchema SCHEMA =
      SettingsSchema.of("node", PORT, BEAT, CACHE, RACK, SCRUB, FOLDER, MASTERS);

  @TempDir Path folder;

  private Settings load(String text, Map<String, String> flags) throws IOException {
    Path file = Files.writeString(folder.resolve("node.conf"), text);
    return SettingsLoader.load(SCHEMA, Optional.of(file), flags);
  }

  private Settings load(String text) throws IOException {
    return load(text, Map.of());
  }

  @Test
  void everythingHasItsDefault() {
    Settings settings = SettingsLoader.defaults(SCHEMA);
    for (Setting<?> setting : SCHEMA.settings()) {
      assertThat((Object) settings.get(setting)).isEqualTo(setting.defaultValue());
      assertThat(settings.origin(setting)).isEqualTo("default");
    }
  }

  @Test
  void aFlagGoesOverTheFileAndTheFileOverTheDefault() throws IOException {
    Settings settings =
        load("node { port = 1\n beatIntervalMs = 200 }", Map.of("node.beatIntervalMs", "300"));
    assertThat(settings.get(PORT)).isEqualTo(1);
    assertThat(settings.get(BEAT)).isEqualTo(300);
    assertThat(settings.origin(PORT)).isEqualTo(folder.resolve("node.conf") + ":1");
    assertThat(settings.origin(BEAT)).isEqualTo("command line");
  }

  @Test
  void aFileGivesEveryType() throws IOException {
    Settings settings =
        load(
            """
            node.port = 80
            node.beatIntervalMs = 3 s
            node.cache.sizeBytes = 1 MiB
            node.rack = r1
            node.scrub = off
            node.folder = /data/x
            node.masters = [m1, "m2"]
            """);
    assertThat(settings.get(PORT)).isEqualTo(80);
    assertThat(settings.get(BEAT)).isEqualTo(3000);
    assertThat(settings.get(CACHE)).isEqualTo(1 << 20);
    assertThat(settings.get(RACK)).isEqualTo("r1");
    assertThat(settings.get(SCRUB)).isFalse();
    assertThat((Object) settings.get(FOLDER)).isEqualTo(Path.of("/data/x"));
    assertThat(settings.get(MASTERS)).containsExactly("m1", "m2");
  }

  @Test
  void flagsGiveEveryTypeAsText() {
    Settings settings =
        SettingsLoader.load(
            SCHEMA,
            Optional.empty(),
            Map.of(
                "node.port", "80",
                "node.beatIntervalMs", "250",
                "node.cache.sizeBytes", "4096",
                "node.scrub", "false",
                "node.folder", "~/chunks",
                "node.masters", "m1:1, m2:2"));
    assertThat(settings.get(PORT)).isEqualTo(80);
    assertThat(settings.get(BEAT)).isEqualTo(250);
    assertThat(settings.get(CACHE)).isEqualTo(4096);
    assertThat(settings.get(SCRUB)).isFalse();
    assertThat((Object) settings.get(FOLDER))
        .isEqualTo(Path.of(System.getProperty("user.home"), "chunks"));
    assertThat(settings.get(MASTERS)).containsExactly("m1:1", "m2:2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          node.port            | 0                    | is out of range
          node.port            | 65536                | is out of range
          node.port            | 4294967297           | is out of range
          node.port            | 1.5                  | is not a whole number
          node.port            | 1e999999999          | is not a whole number
          node.port            | many                 | is not a whole number
          node.beatIntervalMs  | 99                   | is out of range
          node.beatIntervalMs  | -3 s                 | is out of range
          node.beatIntervalMs  | 150500 us            | is not a whole number of milliseconds
          node.beatIntervalMs  | 3 parsecs            | is not a duration
          node.cache.sizeBytes | 1 KiB                | is out of range
          node.cache.sizeBytes | 99999999 TiB         | is more bytes than 64 bits count
          node.cache.sizeBytes | large                | is not a number of bytes
          node.port            | 9223372036854775808  | is not a whole number of 64 bits
          node.scrub           | perhaps              | is neither true nor false
          node.folder          | ' '                  | is an empty path
          node.masters         | a,,b                 | has an empty element
          """)
  void aWrongValueIsRefusedWithKeyValuePlaceAndWhatIsPermitted(
      String key, String value, String complaint) throws IOException {
    String permitted =
        SCHEMA.settings().stream()
            .filter(setting -> setting.key().equals(key))
            .findAny()
            .orElseThrow()
            .permitted();
    assertThatThrownBy(() -> SettingsLoader.load(SCHEMA, Optional.empty(), Map.of(key, value)))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(key + " = \"" + value + "\" (command line) " + complaint)
        .hasMessageEndingWith("give " + permitted + ".");
    assertThatThrownBy(() -> load("\n" + key + " = \"" + value + "\""))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("(" + folder.resolve("node.conf") + ":2) " + complaint);
  }

  @Test
  void aValueOfAWrongShapeIsRefused() {
    assertThatThrownBy(() -> load("node.port { a = 1 }"))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("node.port = {\"a\":1}")
        .hasMessageContaining("is not a plain value");
    assertThatThrownBy(() -> load("node.port = null"))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("node.port = null");
    assertThatThrownBy(() -> load("node.masters = [[a]]")).isInstanceOf(OperatorException.class);
    assertThatThrownBy(() -> load("node.beatIntervalMs = true"))
        .isInstanceOf(OperatorException.class);
  }

  @Test
  void anUnknownKeyIsRefusedWithItsPlaceAndTheLikelyOne() {
    assertThatThrownBy(() -> load("node.port = 1\nnode.beatIntervlMs = 1"))
        .isInstanceOf(OperatorException.class)
        .hasMessage(
            "Unknown setting node.beatIntervlMs (%s:2): did you mean node.beatIntervalMs?",
            folder.resolve("node.conf"))
        .satisfies(e -> assertThat(((OperatorException) e).exitCode()).isEqualTo(2));
    assertThatThrownBy(
            () -> SettingsLoader.load(SCHEMA, Optional.empty(), Map.of("completely.other", "1")))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("(command line): the settings of the node are node.port, ");
    assertThatThrownBy(() -> load("node.x = null")).isInstanceOf(OperatorException.class);
    assertThatThrownBy(() -> load("other {}")).isInstanceOf(OperatorException.class);
    assertThatThrownBy(() -> load("node = 5")).isInstanceOf(OperatorException.class);
  }

  @Test
  void aFileThatIsMissingOrDoesNotParseIsNamed() {
    Path absent = folder.resolve("absent.conf");
    assertThatThrownBy(() -> SettingsLoader.load(SCHEMA, Optional.of(absent), Map.of()))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("Cannot read the configuration file " + absent);
    assertThatThrownBy(() -> SettingsLoader.load(SCHEMA, Optional.of(folder), Map.of()))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("Cannot read the configuration file " + folder);
    assertThatThrownBy(() -> load("node.port = 1\nnode { port = \n"))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("node.conf");
    assertThatThrownBy(() -> load("node.rack = ${DISTRIFS_NO_SUCH_VARIABLE}"))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("DISTRIFS_NO_SUCH_VARIABLE");
    assertThatThrownBy(() -> load("#".repeat((int) SettingsLoader.MAX_FILE_BYTES + 1)))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("is larger than");
  }

  @Test
  void textsAndListsAreBounded() {
    assertThatThrownBy(() -> load("node.rack = \"" + "x".repeat(4097) + "\""))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("longer than 4096 characters");
    String many = String.join(",", Collections.nCopies(257, "m"));
    assertThatThrownBy(() -> load("node.masters = [" + many + "]"))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("more than 256 elements");
  }

  @Test
  void aRequiredSettingMustBeGiven() {
    Setting<String> master = Setting.ofString("node.master", "h:1", "Whom to ask.").required();
    SettingsSchema schema = SettingsSchema.of("node", master);
    assertThatThrownBy(() -> SettingsLoader.defaults(schema))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("node.master is missing")
        .hasMessageContaining("Whom to ask.");
    assertThat(
            SettingsLoader.load(schema, Optional.empty(), Map.of("node.master", "m:2")).get(master))
        .isEqualTo("m:2");
  }

  @Test
  void theExampleFileChangesNothingAndUncommentedStillChangesNothing() throws IOException {
    String example = SCHEMA.renderExample();
    assertThat(example)
        .contains("\n# How often it reports.\n# Permitted: milliseconds, from 100 to 60000.\n")
        .contains("\n#node.beatIntervalMs = 3000\n")
        .contains("\n#node.cache.sizeBytes = 64 MiB\n");
    String uncommented = example.replaceAll("(?m)^#(?=node)", "");
    for (String text : new String[] {example, uncommented}) {
      Settings settings = load(text);
      for (Setting<?> setting : SCHEMA.settings()) {
        assertThat((Object) settings.get(setting)).isEqualTo(setting.defaultValue());
      }
    }
    assertThat(load(uncommented).origin(PORT)).isNotEqualTo("default");
  }

  @Test
  void schemasThatShareASettingAreOneAndClashesAreRefused() {
    Setting<Integer> clash = Setting.ofInt("node.port", 1, 1, 2, "", "Another one.");
    Setting<Integer> below = Setting.ofInt("node.port.tls", 1, 1, 2, "", "Below a value.");
    SettingsSchema shared = SettingsSchema.of("client", PORT, RACK);
    assertThat(SCHEMA.and(shared).settings()).hasSameSizeAs(SCHEMA.settings());
    assertThat(SCHEMA.and(shared).role()).isEqualTo("node and client");
    assertThatThrownBy(() -> SettingsSchema.of("node", PORT, clash))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SettingsSchema.of("node", PORT, below))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SettingsLoader.defaults(shared).get(BEAT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSettingThatIsDeclaredWronglyIsRefused() {
    assertThatThrownBy(() -> Setting.ofInt("Bad Key", 1, 1, 2, "", "Spaces."))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Setting.ofInt("node.x", 3, 1, 2, "", "Beyond."))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Setting.ofInt("node.x", 1, 1, 2, "", "Two\nlines."))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
