package org.distrifs.cli.role;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.settings.Setting;
import org.distrifs.runtime.settings.Settings;
import org.distrifs.runtime.settings.SettingsLoader;
import org.distrifs.runtime.settings.SettingsSchema;
import picocli.CommandLine.Option;

/**
 * The flags that give a role its settings: a file, single settings, and flags that each stand for
 * one setting.
 */
final class SettingsOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A settings file (HOCON). 'distrifs example-conf ROLE' prints one.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any single setting; may be given several times, and goes before the file.")
  private Map<String, String> given = new LinkedHashMap<>();

  private final Map<String, String> flags = new LinkedHashMap<>();

  /**
   * Adds the value of a flag for the setting that it stands for; {@code flag} is null if it was not
   * given.
   */
  SettingsOptions with(Setting<?> setting, Object flag) {
    if (flag != null) {
      flags.put(setting.key(), flag.toString());
    }
    return this;
  }

  /** These settings as arguments for another process, which may run in another folder. */
  List<String> asArguments() {
    List<String> arguments = new ArrayList<>();
    if (file != null) {
      arguments.add("--config=" + file.toAbsolutePath());
    }
    overrides().forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
    return arguments;
  }

  /**
   * Resolves and checks everything.
   *
   * @throws org.distrifs.runtime.lifecycle.OperatorException naming what is wrong, and where
   */
  Settings load(SettingsSchema schema) {
    return SettingsLoader.load(schema, Optional.ofNullable(file), overrides());
  }

  private Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>(given);
    overrides.putAll(flags);
    return overrides;
  }
}
