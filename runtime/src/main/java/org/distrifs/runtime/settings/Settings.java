package org.distrifs.runtime.settings;

import java.util.Map;

/** The resolved values of a schema. Immutable. */
public final class Settings {

  record Resolved(Object value, String origin) {}

  private final SettingsSchema schema;
  private final Map<Setting<?>, Resolved> values;

  Settings(SettingsSchema schema, Map<Setting<?>, Resolved> values) {
    this.schema = schema;
    this.values = Map.copyOf(values);
  }

  /** The schema of these values. */
  public SettingsSchema schema() {
    return schema;
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalArgumentException if it is not in the schema
   */
  @SuppressWarnings("unchecked") // The loader puts what the setting's own reader returned.
  public <T> T get(Setting<T> setting) {
    return (T) resolved(setting).value();
  }

  /**
   * Where the value comes from, for people: "default", "command line", or file and line.
   *
   * @throws IllegalArgumentException if it is not in the schema
   */
  public String origin(Setting<?> setting) {
    return resolved(setting).origin();
  }

  private Resolved resolved(Setting<?> setting) {
    Resolved resolved = values.get(setting);
    if (resolved == null) {
      throw new IllegalArgumentException(
          "setting " + setting.key() + " is not in the schema of " + schema.role());
    }
    return resolved;
  }
}
