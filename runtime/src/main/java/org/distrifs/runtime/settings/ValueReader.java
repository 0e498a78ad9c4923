package org.distrifs.runtime.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one configuration value as one type. Text that holds a number is read as a number, because
 * all flags are text.
 */
@FunctionalInterface
interface ValueReader<T> {

  /** Characters of a text value at most. */
  int MAX_TEXT_CHARS = 4096;

  /** Elements of a list value at most. */
  int MAX_LIST_ELEMENTS = 256;

  T read(ConfigValue value) throws RefusedValueException;

  static String text(ConfigValue value) throws RefusedValueException {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> bounded(String.valueOf(value.unwrapped()));
      case NULL, OBJECT, LIST -> throw new RefusedValueException("is not a plain value");
    };
  }

  private static String bounded(String text) throws RefusedValueException {
    if (text.length() > MAX_TEXT_CHARS) {
      throw new RefusedValueException("is longer than " + MAX_TEXT_CHARS + " characters");
    }
    return text;
  }

  static long wholeNumber(ConfigValue value) throws RefusedValueException {
    try {
      return new BigDecimal(text(value).strip()).longValueExact();
    } catch (NumberFormatException e) {
      throw new RefusedValueException("is not a whole number");
    } catch (ArithmeticException e) {
      throw new RefusedValueException("is not a whole number of 64 bits");
    }
  }

  static long bytes(ConfigValue value) throws RefusedValueException {
    BigInteger bytes;
    try {
      bytes = holding(value).getMemorySize("value").toBytesBigInteger();
    } catch (ConfigException | IllegalArgumentException e) {
      throw new RefusedValueException("is not a number of bytes such as 1048576 or 1 MiB");
    }
    if (bytes.bitLength() > 63) {
      throw new RefusedValueException("is more bytes than 64 bits count");
    }
    return bytes.longValue();
  }

  static long durationMs(ConfigValue value) throws RefusedValueException {
    Duration duration;
    try {
      duration = holding(value).getDuration("value");
    } catch (ConfigException | ArithmeticException e) {
      throw new RefusedValueException("is not a duration such as 1500 (ms), 3 s or 10 minutes");
    }
    try {
      long durationMs = duration.toMillis();
      if (!Duration.ofMillis(durationMs).equals(duration)) {
        throw new RefusedValueException("is not a whole number of milliseconds");
      }
      return durationMs;
    } catch (ArithmeticException e) {
      throw new RefusedValueException("is more milliseconds than 64 bits count");
    }
  }

  private static Config holding(ConfigValue value) throws RefusedValueException {
    text(value);
    return ConfigFactory.empty().withValue("value", value);
  }

  static boolean yesOrNo(ConfigValue value) throws RefusedValueException {
    return switch (text(value).strip()) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new RefusedValueException("is neither true nor false");
    };
  }

  /** A leading {@code ~/} is the home folder: a shell expands it in a flag, nothing in a file. */
  static Path path(ConfigValue value) throws RefusedValueException {
    String text = text(value);
    if (text.isBlank()) {
      throw new RefusedValueException("is an empty path");
    }
    try {
      return text.startsWith("~/")
          ? Path.of(System.getProperty("user.home"), text.substring(2))
          : Path.of(text);
    } catch (InvalidPathException e) {
      throw new RefusedValueException("is no path: " + e.getReason());
    }
  }

  /** A list, or a text with commas between the elements. Elements are stripped, never empty. */
  static List<String> list(ConfigValue value) throws RefusedValueException {
    List<String> elements = new ArrayList<>();
    if (value.valueType() == ConfigValueType.LIST) {
      for (ConfigValue element : (ConfigList) value) {
        elements.add(text(element).strip());
      }
    } else if (!text(value).isBlank()) {
      Arrays.stream(text(value).split(",", -1)).map(String::strip).forEach(elements::add);
    }
    if (elements.size() > MAX_LIST_ELEMENTS) {
      throw new RefusedValueException("has more than " + MAX_LIST_ELEMENTS + " elements");
    }
    if (elements.contains("")) {
      throw new RefusedValueException("has an empty element");
    }
    return List.copyOf(elements);
  }
}
