package org.distrifs.runtime.settings;

import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One setting of a role: its key, type, default, permitted range, and a line that says what it is
 * for. Immutable. Two settings are never equal, so declare each once, as a constant.
 *
 * @param <T> type of the value
 */
public final class Setting<T> {

  private static final Pattern KEY =
      Pattern.compile("[a-z][A-Za-z0-9]*(\\.[a-z0-9][A-Za-z0-9]*){0,7}");

  private final String key;
  private final T defaultValue;
  private final boolean required;
  private final String permitted;
  private final String why;
  private final ValueReader<T> reader;
  private final Function<T, String> rendered;

  private Setting(
      String key,
      T defaultValue,
      boolean required,
      String permitted,
      String why,
      ValueReader<T> reader,
      Function<T, String> rendered) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("setting key '" + key + "' is not of dotted camelCase");
    }
    if (why.isBlank() || why.contains("\n")) {
      throw new IllegalArgumentException("setting " + key + " needs one line of why");
    }
    this.key = key;
    this.defaultValue = defaultValue;
    this.required = required;
    this.permitted = permitted;
    this.why = why;
    this.reader = reader;
    this.rendered = rendered;
  }

  /** A whole number from {@code min} to {@code max}; {@code unit} is for people ("threads"). */
  public static Setting<Integer> ofInt(
      String key, int defaultValue, int min, int max, String unit, String why) {
    String permitted = "a whole number from " + min + " to " + max + suffix(unit);
    checkDefault(key, defaultValue, min, max);
    return new Setting<>(
        key,
        defaultValue,
        false,
        permitted,
        why,
        value -> (int) within(ValueReader.wholeNumber(value), min, max),
        String::valueOf);
  }

  /** A number of bytes from {@code minBytes} to {@code maxBytes}; read with units ("64 MiB"). */
  public static Setting<Long> ofBytes(
      String key, long defaultBytes, long minBytes, long maxBytes, String why) {
    String permitted = "bytes, from " + bytesText(minBytes) + " to " + bytesText(maxBytes);
    return ofRange(
        key,
        defaultBytes,
        minBytes,
        maxBytes,
        permitted,
        why,
        ValueReader::bytes,
        Setting::bytesText);
  }

  /**
   * A duration in milliseconds from {@code minMs} to {@code maxMs}; read as a number of
   * milliseconds or with a unit ("3 s").
   */
  public static Setting<Long> ofDurationMs(
      String key, long defaultMs, long minMs, long maxMs, String why) {
    String permitted = "milliseconds, from " + minMs + " to " + maxMs;
    return ofRange(
        key, defaultMs, minMs, maxMs, permitted, why, ValueReader::durationMs, String::valueOf);
  }

  private static Setting<Long> ofRange(
      String key,
      long defaultValue,
      long min,
      long max,
      String permitted,
      String why,
      ValueReader<Long> reader,
      LongFunction<String> rendered) {
    checkDefault(key, defaultValue, min, max);
    return new Setting<>(
        key,
        defaultValue,
        false,
        permitted,
        why,
        value -> within(reader.read(value), min, max),
        rendered::apply);
  }

  /** A text of up to 4096 characters. */
  public static Setting<String> ofString(String key, String defaultValue, String why) {
    return new Setting<>(
        key, defaultValue, false, "a text", why, ValueReader::text, ConfigUtil::quoteString);
  }

  /** One of at least two words. */
  public static Setting<String> ofChoice(
      String key, String defaultValue, List<String> choices, String why) {
    String permitted = String.join(" or ", choices);
    return new Setting<>(
        key,
        defaultValue,
        false,
        permitted,
        why,
        value -> oneOf(ValueReader.text(value), choices),
        ConfigUtil::quoteString);
  }

  /** True or false; {@code yes}, {@code on}, {@code no}, {@code off} are understood too. */
  public static Setting<Boolean> ofBoolean(String key, boolean defaultValue, String why) {
    return new Setting<>(
        key, defaultValue, false, "true or false", why, ValueReader::yesOrNo, String::valueOf);
  }

  /** A path of this machine; a leading {@code ~/} is the home folder. */
  public static Setting<Path> ofPath(String key, Path defaultValue, String why) {
    return new Setting<>(
        key,
        defaultValue,
        false,
        "a path",
        why,
        ValueReader::path,
        path -> ConfigUtil.quoteString(path.toString()));
  }

  /** Up to 256 texts: a list, or one text with commas between them. None is empty. */
  public static Setting<List<String>> ofList(String key, List<String> defaultValue, String why) {
    return new Setting<>(
        key,
        List.copyOf(defaultValue),
        false,
        "a list of texts",
        why,
        ValueReader::list,
        list ->
            list.stream().map(ConfigUtil::quoteString).collect(Collectors.joining(", ", "[", "]")));
  }

  /** The same setting, but it must be given. The default becomes an example. */
  public Setting<T> required() {
    return new Setting<>(key, defaultValue, true, permitted, why, reader, rendered);
  }

  /** The key, such as {@code datanode.heartbeatIntervalMs}. */
  public String key() {
    return key;
  }

  /** The value when none is given; an example if the setting is required. */
  public T defaultValue() {
    return defaultValue;
  }

  /** Whether a value must be given. */
  public boolean isRequired() {
    return required;
  }

  /** The permitted values in words: "milliseconds, from 100 to 60000". */
  public String permitted() {
    return permitted;
  }

  /** One line that says what the setting is for. */
  public String why() {
    return why;
  }

  /** The default as it would stand in a configuration file. */
  String renderedDefault() {
    return rendered.apply(defaultValue);
  }

  T read(ConfigValue value) throws RefusedValueException {
    return reader.read(value);
  }

  @Override
  public String toString() {
    return key;
  }

  private static void checkDefault(String key, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "default " + value + " of " + key + " is not within " + min + ".." + max);
    }
  }

  private static long within(long value, long min, long max) throws RefusedValueException {
    if (value < min || value > max) {
      throw new RefusedValueException("is out of range");
    }
    return value;
  }

  private static String oneOf(String value, List<String> choices) throws RefusedValueException {
    if (!choices.contains(value)) {
      throw new RefusedValueException("is none of these words");
    }
    return value;
  }

  private static String suffix(String unit) {
    return unit.isEmpty() ? "" : " (" + unit + ")";
  }

  /** The largest unit that divides the number evenly: "64 MiB", "1500 B". */
  private static String bytesText(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    long count = bytes;
    while (count != 0 && count % 1024 == 0 && unit < units.length - 1) {
      count /= 1024;
      unit++;
    }
    return count + " " + units[unit];
  }
}
