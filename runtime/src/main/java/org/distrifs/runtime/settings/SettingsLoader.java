package org.distrifs.runtime.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Resolves the settings of a role: flags over the configuration file over defaults. */
public final class SettingsLoader {

  /** Bytes of a configuration file at most. */
  public static final long MAX_FILE_BYTES = 1 << 20;

  private static final String COMMAND_LINE = "command line";
  private static final String DEFAULT = "default";

  private SettingsLoader() {}

  /**
   * Loads and checks everything.
   *
   * @param configFile a HOCON file; {@code ${NAME}} in it is an environment variable
   * @param overridesFromFlags values by setting key, as text; lists with commas
   * @throws OperatorException if the file cannot be read or parsed, a key is unknown, a value is of
   *     the wrong type or out of range, or a required one is missing; the sentence names what and
   *     where
   */
  public static Settings load(
      SettingsSchema schema, Optional<Path> configFile, Map<String, String> overridesFromFlags) {
    Map<String, ConfigValue> given = new LinkedHashMap<>();
    configFile.ifPresent(file -> collect(schema, "", parse(file).root(), given));
    overridesFromFlags.forEach((key, text) -> collectFlag(schema, key, text, given));

    Map<Setting<?>, Settings.Resolved> values = new LinkedHashMap<>();
    for (Setting<?> setting : schema.settings()) {
      values.put(setting, resolve(setting, given.get(setting.key()), configFile));
    }
    return new Settings(schema, values);
  }

  /** All defaults; for tests and embedding. */
  public static Settings defaults(SettingsSchema schema) {
    return load(schema, Optional.empty(), Map.of());
  }

  private static Config parse(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new OperatorException(
            "The configuration file " + file + " is larger than " + MAX_FILE_BYTES + " bytes.",
            OperatorException.USAGE_EXIT_CODE);
      }
      ConfigParseOptions options =
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
      return ConfigFactory.parseFile(file.toFile(), options).resolve();
    } catch (IOException e) {
      throw unreadable(file, FailureReason.of(e), e);
    } catch (ConfigException.IO e) {
      throw unreadable(
          file, e.getCause() instanceof IOException io ? FailureReason.of(io) : e.getMessage(), e);
    } catch (ConfigException e) {
      throw new OperatorException(
          "The configuration file does not parse: " + e.getMessage(),
          OperatorException.USAGE_EXIT_CODE,
          e);
    }
  }

  private static OperatorException unreadable(Path file, String reason, Exception cause) {
    return new OperatorException(
        "Cannot read the configuration file %s: %s. Name an existing text file."
            .formatted(file, reason),
        OperatorException.USAGE_EXIT_CODE,
        cause);
  }

  /**
   * Collects all keys. {@code Config.entrySet} cannot be used: it leaves out nulls and empty
   * sections.
   */
  private static void collect(
      SettingsSchema schema, String section, ConfigObject object, Map<String, ConfigValue> given) {
    object.forEach(
        (name, value) -> {
          String key = section.isEmpty() ? name : section + "." + name;
          if (schema.find(key) != null) {
            given.put(key, value);
          } else if (value.valueType() == ConfigValueType.OBJECT && schema.isSection(key)) {
            collect(schema, key, (ConfigObject) value, given);
          } else {
            throw unknown(schema, key, where(value.origin()));
          }
        });
  }

  private static void collectFlag(
      SettingsSchema schema, String key, String text, Map<String, ConfigValue> given) {
    if (schema.find(key) == null) {
      throw unknown(schema, key, COMMAND_LINE);
    }
    given.put(key, ConfigValueFactory.fromAnyRef(text, COMMAND_LINE));
  }

  private static Settings.Resolved resolve(
      Setting<?> setting, ConfigValue given, Optional<Path> configFile) {
    if (given != null) {
      String where = where(given.origin());
      try {
        return new Settings.Resolved(setting.read(given), where);
      } catch (RefusedValueException e) {
        throw refused(
            "The setting %s = %s (%s) %s: give %s."
                .formatted(
                    setting.key(),
                    given.render(ConfigRenderOptions.concise()),
                    where,
                    e.getMessage(),
                    setting.permitted()));
      }
    }
    if (setting.isRequired()) {
      throw refused(
          "The setting %s is missing: give %s, on the command line or in %s. %s"
              .formatted(
                  setting.key(),
                  setting.permitted(),
                  configFile.map(Path::toString).orElse("a configuration file"),
                  setting.why()));
    }
    return new Settings.Resolved(setting.defaultValue(), DEFAULT);
  }

  private static OperatorException unknown(SettingsSchema schema, String key, String where) {
    Optional<String> nearest = NearestKey.to(key, schema.settings());
    return refused(
        "Unknown setting %s (%s): %s"
            .formatted(
                key,
                where,
                nearest
                    .map(known -> "did you mean " + known + "?")
                    .orElse(
                        "the settings of the "
                            + schema.role()
                            + " are "
                            + NearestKey.listed(schema.settings())
                            + ".")));
  }

  private static OperatorException refused(String sentence) {
    return new OperatorException(sentence, OperatorException.USAGE_EXIT_CODE);
  }

  private static String where(ConfigOrigin origin) {
    // The description of what was parsed is "<file>: <line>"; one of a flag has no line.
    int line = origin.lineNumber();
    String description = origin.description();
    String suffix = ": " + line;
    return line > 0 && description.endsWith(suffix)
        ? description.substring(0, description.length() - suffix.length()) + ":" + line
        : description;
  }
}
