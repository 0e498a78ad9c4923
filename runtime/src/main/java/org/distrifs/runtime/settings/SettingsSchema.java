package org.distrifs.runtime.settings;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All settings of a role, in the order in which people see them. Immutable. */
public final class SettingsSchema {

  /** Settings of a schema at most. */
  public static final int MAX_SETTINGS = 1024;

  private final String role;
  private final Map<String, Setting<?>> byKey;

  private SettingsSchema(String role, Map<String, Setting<?>> byKey) {
    this.role = role;
    this.byKey = Collections.unmodifiableMap(byKey);
  }

  /**
   * @param role the role whose settings these are, as a word for messages: "datanode"
   * @throws IllegalArgumentException if two settings have one key, or one key is a section of
   *     another
   */
  public static SettingsSchema of(String role, Setting<?>... settings) {
    return of(role, List.of(settings));
  }

  /** Like {@link #of(String, Setting...)}. */
  public static SettingsSchema of(String role, List<? extends Setting<?>> settings) {
    Map<String, Setting<?>> byKey = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      Setting<?> other = byKey.put(setting.key(), setting);
      if (other != null && other != setting) {
        throw new IllegalArgumentException("two settings have the key " + setting.key());
      }
    }
    if (byKey.size() > MAX_SETTINGS) {
      throw new IllegalArgumentException(role + " has more than " + MAX_SETTINGS + " settings");
    }
    for (String key : byKey.keySet()) {
      for (String other : byKey.keySet()) {
        if (other.startsWith(key + ".")) {
          throw new IllegalArgumentException("setting " + key + " is a section of " + other);
        }
      }
    }
    return new SettingsSchema(role, byKey);
  }

  /** Both schemas as one, for a configuration file that holds the settings of both. */
  public SettingsSchema and(SettingsSchema other) {
    List<Setting<?>> both = Stream.concat(settings().stream(), other.settings().stream()).toList();
    return of(role.equals(other.role) ? role : role + " and " + other.role, both);
  }

  /** The role whose settings these are. */
  public String role() {
    return role;
  }

  /** All settings, in the order of declaration. */
  public Collection<Setting<?>> settings() {
    return byKey.values();
  }

  /** The setting of a key, or null. */
  Setting<?> find(String key) {
    return byKey.get(key);
  }

  /** Whether this key is a section that contains other keys. */
  boolean isSection(String key) {
    return byKey.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
  }

  /**
   * An example configuration file (HOCON, UTF-8). Every setting is commented out, except required
   * ones.
   */
  public String renderExample() {
    StringBuilder text = new StringBuilder();
    text.append("# Settings of the DistriFS ").append(role).append(".\n");
    text.append("# Each line shows the default: remove the leading # of what you change.\n");
    for (Setting<?> setting : settings()) {
      text.append("\n# ").append(setting.why()).append('\n');
      text.append("# ").append(setting.isRequired() ? "Required: " : "Permitted: ");
      text.append(setting.permitted()).append(".\n");
      text.append(setting.isRequired() ? "" : "#").append(setting.key());
      text.append(" = ").append(setting.renderedDefault()).append('\n');
    }
    return text.toString();
  }
}
