package org.distrifs.cli.output;

import java.util.Locale;

/** Formats numbers of bytes as {@code df -h} does: 512, 1.5K, 20G. */
public final class HumanBytes {

  private static final String UNITS = "KMGTPE";
  private static final int STEP = 1024;

  private HumanBytes() {}

  public static String of(long bytes) {
    if (bytes < STEP) {
      return Long.toString(bytes);
    }
    double amount = bytes;
    int unit = -1;
    while (amount >= STEP && unit < UNITS.length() - 1) {
      amount /= STEP;
      unit++;
    }
    return String.format(
        Locale.ROOT, amount < 10 ? "%.1f%s" : "%.0f%s", amount, UNITS.charAt(unit));
  }
}
